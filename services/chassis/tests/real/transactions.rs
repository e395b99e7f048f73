//! Transactions are repeated when that is safe, and the outbox counts without gaps.

use std::sync::atomic::{AtomicU32, Ordering};

use chassis::{
    Clock, Code, Ids, Problem, Service,
    outbox::Outbox,
    postgres, run_tx,
    testkit::{TestDatabase, database},
};
use contracts::{
    OrderId,
    events::{Event, OrderRef},
};
use sqlx::{PgConnection, PgPool};
use tokio::sync::Barrier;

const OUTBOX: Outbox = chassis::outbox!("catalog");

async fn counters() -> (TestDatabase, PgPool) {
    let database = database(&[]).await;
    let pool = database.superuser();
    sqlx::raw_sql("CREATE TABLE counter (id int PRIMARY KEY, n int NOT NULL); INSERT INTO counter VALUES (1, 0), (2, 0)")
        .execute(&pool)
        .await
        .expect("a fresh database");
    (database, pool)
}

async fn add(connection: &mut PgConnection, id: i32) -> Result<(), Problem> {
    sqlx::query("UPDATE counter SET n = n + 1 WHERE id = $1")
        .bind(id)
        .execute(connection)
        .await?;
    Ok(())
}

async fn sum(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT sum(n) FROM counter")
        .fetch_one(pool)
        .await
        .expect("the table is there")
}

#[tokio::test]
async fn an_error_undoes_everything() {
    let (_, pool) = counters().await;
    let result: Result<(), Problem> = run_tx!(&pool, "add", async |tx| {
        add(tx, 1).await?;
        Err(Problem::new(Code::InvalidState, "no"))
    });
    assert_eq!(
        result.expect_err("the body's error").code(),
        Code::InvalidState
    );
    assert_eq!(sum(&pool).await, 0);
}

#[tokio::test]
async fn a_deadlock_is_repeated_until_both_have_their_effect() {
    let (_, pool) = counters().await;
    let (both, runs) = (Barrier::new(2), AtomicU32::new(0));
    let cross = async |first: i32, second: i32| {
        let mut met = false;
        run_tx!(&pool, "cross", async |tx| {
            runs.fetch_add(1, Ordering::SeqCst);
            add(tx, first).await?;
            if !met {
                met = true;
                both.wait().await;
            }
            add(tx, second).await
        })
    };
    let (one, other) = tokio::join!(cross(1, 2), cross(2, 1));
    one.expect("one succeeds");
    other.expect("and the other");
    assert_eq!(sum(&pool).await, 4);
    assert!(runs.load(Ordering::SeqCst) > 2, "no deadlock came about");
}

#[tokio::test]
async fn a_lost_connection_before_commit_is_repeated_and_counts_once() {
    let (database, pool) = counters().await;
    let runs = AtomicU32::new(0);
    run_tx!(&pool, "add", async |tx| {
        add(tx, 1).await?;
        if runs.fetch_add(1, Ordering::SeqCst) == 0 {
            database.cut_connections().await;
        }
        add(tx, 2).await
    })
    .expect("the second run succeeds");
    assert_eq!((runs.load(Ordering::SeqCst), sum(&pool).await), (2, 2));
}

#[tokio::test]
async fn dead_connections_in_the_pool_are_stepped_over() {
    let (database, pool) = counters().await;
    for _ in 0..3 {
        database.cut_connections().await;
        run_tx!(&pool, "add", async |tx| add(tx, 1).await).expect("a live connection is found");
    }
    assert_eq!(sum(&pool).await, 3);
}

/// A deferred constraint fails at COMMIT, where a repetition would be wrong.
#[tokio::test]
async fn a_commit_that_fails_is_not_repeated() {
    let (_, pool) = counters().await;
    sqlx::raw_sql(
        "ALTER TABLE counter ADD CONSTRAINT one UNIQUE (n) DEFERRABLE INITIALLY DEFERRED; ",
    )
    .execute(&pool)
    .await
    .expect_err("both rows are 0");
    sqlx::raw_sql("UPDATE counter SET n = id; ALTER TABLE counter ADD CONSTRAINT one UNIQUE (n) DEFERRABLE INITIALLY DEFERRED")
        .execute(&pool)
        .await
        .expect("now they differ");
    let runs = AtomicU32::new(0);
    let result: Result<(), Problem> = run_tx!(&pool, "collide", async |tx| {
        runs.fetch_add(1, Ordering::SeqCst);
        add(tx, 1).await
    });
    assert!(result.is_err());
    assert_eq!((runs.load(Ordering::SeqCst), sum(&pool).await), (1, 3));
}

#[tokio::test]
async fn a_handler_can_hold_a_transaction() {
    // Compiles only when the future may move between threads.
    let (_, pool) = counters().await;
    tokio::spawn(async move {
        let text = String::from("borrowed by the body");
        run_tx!(&pool, "spawned", async |tx| {
            add(tx, i32::try_from(text.len()).unwrap_or(1)).await?;
            Ok(())
        })
    })
    .await
    .expect("the task ends")
    .expect("and the transaction with it");
}

#[tokio::test]
async fn parallel_writers_number_an_aggregates_events_without_gaps() {
    let database = database(&[]).await;
    let pool = database.superuser();
    sqlx::raw_sql(concat!(
        "CREATE SCHEMA catalog; ",
        include_str!("../../src/outbox/tables.sql")
    ))
    .execute(&pool)
    .await
    .expect("the documented tables");
    let clock = Clock::system();
    let ids = Ids::random(clock.clone());
    let order: OrderId = ids.next();
    let writers = (0..24).map(|writer| {
        let (pool, ids, clock) = (pool.clone(), ids.clone(), clock.clone());
        tokio::spawn(async move {
            run_tx!(&pool, "append", async |tx| {
                let event = Event::OrderDelivered(OrderRef { order_id: order });
                OUTBOX
                    .append(tx, ids.next(), order, &event, clock.now())
                    .await?;
                if writer % 3 == 0 {
                    return Err(Problem::new(Code::InvalidState, "this one is undone"));
                }
                Ok(())
            })
        })
    });
    for writer in futures::future::join_all(writers).await {
        let _ = writer.expect("a writer's task");
    }
    let numbers: Vec<i64> =
        sqlx::query_scalar("SELECT sequence FROM catalog.outbox ORDER BY sequence")
            .fetch_all(&pool)
            .await
            .expect("the outbox");
    assert_eq!(numbers, (1..=16).collect::<Vec<i64>>());
    let kind: String = sqlx::query_scalar("SELECT DISTINCT type FROM catalog.outbox")
        .fetch_one(&pool)
        .await
        .expect("one type");
    assert_eq!(kind, "order.delivered");
}

#[tokio::test]
async fn redis_answers_with_a_services_own_rights_only() {
    let redis = chassis::testkit::redis().await;
    let mut connection =
        chassis::redis::connect(&redis.config(Service::Cart)).expect("a valid address");
    chassis::redis::ping(&connection).await.expect("Redis runs");
    let own: Result<(), _> = redis::cmd("SET")
        .arg("cart:x")
        .arg(1)
        .exec_async(&mut connection)
        .await;
    own.expect("the service's own keys");
    let foreign: Result<(), redis::RedisError> = redis::cmd("SET")
        .arg("orders:x")
        .arg(1)
        .exec_async(&mut connection)
        .await;
    let refused = foreign.expect_err("another service's keys");
    assert_eq!(refused.code(), Some("NOPERM"), "{refused}");
}

#[tokio::test]
async fn a_database_that_is_away_makes_a_service_unready_not_stuck() {
    let mut away = database(&[]).await.login("postgres", "");
    away.port = 1;
    let pool = postgres::connect(&away, "test", "dev");
    let result: Result<(), Problem> = run_tx!(&pool, "none", async |tx| add(tx, 1).await);
    let error = result.expect_err("nobody listens");
    assert_eq!(error.code(), Code::Unavailable);
}
