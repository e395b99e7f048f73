//! The same key and body get the same answer, once.

use std::time::Duration;

use chassis::{
    Code, Problem,
    extract::IdempotencyKey,
    idempotency::{Begun, Claim, Idempotency, Request},
    run_tx,
    testkit::database,
};
use http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;

const KEYS: Idempotency = chassis::idempotency!("orders");
const LEASE: Duration = Duration::from_secs(30);

async fn orders() -> PgPool {
    let database = database(&[]).await;
    let pool = database.superuser();
    sqlx::raw_sql(concat!(
        "CREATE SCHEMA orders; CREATE TABLE effect (n int); ",
        include_str!("../../src/idempotency/table.sql")
    ))
    .execute(&pool)
    .await
    .expect("the documented table");
    pool
}

fn request(key: &str, body: &Value) -> Request {
    let key = IdempotencyKey::new(key).expect("a good key");
    Request::new("guest:a", "complete 1", &key, body).expect("a body")
}

async fn effects(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM effect")
        .fetch_one(pool)
        .await
        .expect("the table")
}

/// The local form as a handler has it: an effect and an answer.
async fn local(pool: &PgPool, request: &Request) -> Result<Option<Value>, Problem> {
    run_tx!(pool, "local", async |tx| {
        if let Begun::Done(stored) = KEYS.begin(tx, request).await? {
            assert_eq!(stored.status, StatusCode::CREATED);
            return Ok(Some(stored.body));
        }
        sqlx::query("INSERT INTO effect VALUES (1)")
            .execute(&mut *tx)
            .await?;
        KEYS.store(tx, request, StatusCode::CREATED, &json!({"number": "LM-1"}))
            .await?;
        Ok(None)
    })
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_and_has_no_effect() {
    let pool = orders().await;
    let first = request("k", &json!({"total": 5}));
    assert_eq!(local(&pool, &first).await.expect("the first time"), None);
    assert_eq!(
        local(&pool, &first).await.expect("again"),
        Some(json!({"number": "LM-1"}))
    );
    assert_eq!(effects(&pool).await, 1);

    let other_body = request("k", &json!({"total": 6}));
    let problem = local(&pool, &other_body).await.expect_err("another body");
    assert_eq!(problem.code(), Code::IdempotencyKeyReused);
    assert_eq!(
        local(&pool, &request("k2", &json!({"total": 6})))
            .await
            .expect("another key"),
        None
    );
}

#[tokio::test]
async fn sixteen_at_once_have_one_effect() {
    let pool = orders().await;
    let calls = (0..16).map(|_| {
        let pool = pool.clone();
        tokio::spawn(async move { local(&pool, &request("k", &json!({}))).await })
    });
    let mut firsts = 0;
    for call in futures::future::join_all(calls).await {
        match call.expect("a call's task") {
            Ok(None) => firsts += 1,
            Ok(Some(_)) => {}
            Err(problem) => assert_eq!(problem.code(), Code::IdempotencyInProgress),
        }
    }
    assert_eq!((firsts, effects(&pool).await), (1, 1));
}

#[tokio::test]
async fn a_rival_of_a_slow_request_is_told_to_come_back() {
    let pool = orders().await;
    let slow = request("k", &json!({}));
    let mut held = pool.begin().await.expect("a connection");
    assert_eq!(
        KEYS.begin(&mut held, &slow).await.expect("a new key"),
        Begun::New
    );
    let problem = local(&pool, &slow).await.expect_err("the key is held");
    assert_eq!(problem.code(), Code::IdempotencyInProgress);
    held.rollback().await.expect("a live connection");
    assert_eq!(local(&pool, &slow).await.expect("free again"), None);
}

#[tokio::test]
async fn a_request_with_remote_steps_is_resumed_where_it_stood() {
    let pool = orders().await;
    let complete = request("k", &json!({"total": 5}));
    let Claim::Mine(lease) = KEYS
        .claim(&pool, &complete, LEASE)
        .await
        .expect("a new key")
    else {
        panic!("nothing is stored yet");
    };
    assert_eq!(lease.recovery_point, None);
    let busy = KEYS
        .claim(&pool, &complete, LEASE)
        .await
        .expect_err("the lease holds");
    assert_eq!(busy.code(), Code::IdempotencyInProgress);

    // The holder gets one step further and dies.
    let gone = Duration::ZERO;
    run_tx!(&pool, "step", async |tx| {
        KEYS.advance(tx, &lease, "authorized", gone).await
    })
    .expect("the lease is held");
    let taken = KEYS
        .take_over(&pool, 10, LEASE)
        .await
        .expect("the reaper's query");
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].recovery_point.as_deref(), Some("authorized"));
    assert_eq!(
        taken[0].request::<Value>().expect("the body"),
        json!({"total": 5})
    );
    assert_eq!(
        (taken[0].owner(), taken[0].route()),
        ("guest:a", "complete 1")
    );
    assert!(
        KEYS.take_over(&pool, 10, LEASE)
            .await
            .expect("again")
            .is_empty(),
        "one reaper only"
    );

    // The dead one was only slow: it must not go on.
    let late = run_tx!(&pool, "late", async |tx| {
        KEYS.advance(tx, &lease, "captured", LEASE).await
    });
    let problem = late.expect_err("the lease is lost");
    assert_eq!(problem.code(), Code::IdempotencyInProgress);
    let late = run_tx!(&pool, "late", async |tx| {
        KEYS.finish(
            tx,
            &lease,
            StatusCode::CREATED,
            &json!({"by": "the late one"}),
        )
        .await
    });
    assert_eq!(
        late.expect_err("the lease is lost").code(),
        Code::IdempotencyInProgress
    );

    run_tx!(&pool, "finish", async |tx| {
        KEYS.finish(
            tx,
            &taken[0],
            StatusCode::CREATED,
            &json!({"by": "the reaper"}),
        )
        .await
    })
    .expect("the lease is held");
    let Claim::Done(stored) = KEYS.claim(&pool, &complete, LEASE).await.expect("done") else {
        panic!("the answer is stored");
    };
    assert_eq!(
        (stored.status, stored.body),
        (StatusCode::CREATED, json!({"by": "the reaper"}))
    );
    assert!(
        KEYS.take_over(&pool, 10, LEASE)
            .await
            .expect("again")
            .is_empty(),
        "done is done"
    );
}

#[tokio::test]
async fn a_repeated_request_takes_over_an_expired_lease_itself() {
    let pool = orders().await;
    let complete = request("k", &json!({}));
    let Claim::Mine(first) = KEYS
        .claim(&pool, &complete, Duration::ZERO)
        .await
        .expect("a new key")
    else {
        panic!("nothing is stored yet");
    };
    let Claim::Mine(second) = KEYS
        .claim(&pool, &complete, LEASE)
        .await
        .expect("expired at once")
    else {
        panic!("nothing is stored yet");
    };
    let mut connection = pool.acquire().await.expect("a connection");
    assert!(
        KEYS.forget(&mut connection, &first).await.is_err(),
        "the lease is lost"
    );
    KEYS.forget(&mut connection, &second)
        .await
        .expect("the lease is held");
    assert!(
        matches!(
            KEYS.claim(&pool, &complete, LEASE).await,
            Ok(Claim::Mine(_))
        ),
        "free again"
    );
}
