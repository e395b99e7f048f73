//! Each invariant sees its violation, planted by SQL into a database that is right otherwise.

use std::time::Duration;

use chassis::{
    Service,
    testkit::{TestDatabase, database, eventually},
};
use localmart_verify::invariants;
use sqlx::PgPool;

/// A database with one purchase.
async fn purchase() -> (TestDatabase, PgPool) {
    let owners: Vec<Service> = Service::ALL
        .into_iter()
        .filter(|service| service.has_schema())
        .collect();
    let database = database(&owners).await;
    let pool = database.superuser();
    let laid = sqlx::raw_sql(include_str!("purchase.sql"))
        .execute(&pool)
        .await;
    laid.expect("a purchase can be laid down");
    (database, pool)
}

async fn violations(pool: &PgPool) -> Vec<String> {
    let mut connection = pool.acquire().await.expect("a connection");
    let found = invariants::violations(&mut connection).await;
    found.expect("statements that run")
}

/// Plants with `sql`; the invariant `number` must be among what is found.
async fn planted(number: u8, sql: &'static str) {
    let (_database, pool) = purchase().await;
    sqlx::raw_sql(sql)
        .execute(&pool)
        .await
        .expect("a violation can be planted");
    let found = violations(&pool).await;
    let name = format!("{number} ");
    assert!(
        found.iter().any(|line| line.starts_with(&name)),
        "invariant {number} is not among {found:#?}"
    );
}

#[tokio::test]
async fn a_purchase_violates_nothing() {
    let (_database, pool) = purchase().await;
    let told = ["LM-000000".to_owned()];
    let found = invariants::after_quiet(&pool, Duration::from_secs(1), &told).await;
    assert_eq!(found.expect("statements that run"), Vec::<String>::new());
}

/// As in a shop with a database per service, where nothing could be compared.
#[tokio::test]
async fn a_database_with_some_of_the_schemas_is_refused() {
    let (_database, pool) = purchase().await;
    invariants::sees_every_schema(&pool)
        .await
        .expect("all schemas are there");
    sqlx::raw_sql("DROP SCHEMA payments CASCADE")
        .execute(&pool)
        .await
        .expect("a schema can go");
    let error = invariants::sees_every_schema(&pool)
        .await
        .expect_err("one is missing");
    let error = error.to_string();
    assert!(error.contains("no schema payments"), "{error}");
    assert!(error.contains("PerService"), "{error}");
}

#[tokio::test]
async fn work_that_is_not_done_is_no_quiet() {
    let (_database, pool) = purchase().await;
    sqlx::raw_sql("UPDATE orders.follow_up SET state = 'pending' WHERE kind = 'capture'")
        .execute(&pool)
        .await
        .expect("an update");
    let found = invariants::after_quiet(&pool, Duration::from_millis(100), &[])
        .await
        .expect("statements that run");
    assert!(found[0].contains("waits for capture"), "{found:?}");
}

#[tokio::test]
async fn what_begins_after_quiet_is_not_looked_at() {
    let (_database, pool) = purchase().await;
    // No statement of quiet reads this table; the invariants wait for it.
    let mut hold = pool.begin().await.expect("a transaction");
    sqlx::raw_sql("LOCK TABLE catalog.stock_level IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *hold)
        .await
        .expect("a lock");
    let patience = Duration::from_secs(1);
    let looked = pool.clone();
    let looking =
        tokio::spawn(async move { invariants::after_quiet(&looked, patience, &[]).await });
    eventually("it waits for the lock", async || {
        let waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND database = \
                     (SELECT oid FROM pg_database WHERE datname = current_database()))";
        let waiting: bool = sqlx::query_scalar(waits)
            .fetch_one(&pool)
            .await
            .expect("the locks");
        waiting.then_some(()).ok_or("nobody waits".to_owned())
    })
    .await;
    sqlx::raw_sql("UPDATE orders.outbox SET published_at = NULL WHERE sequence = 4")
        .execute(&pool)
        .await
        .expect("an update");
    hold.commit().await.expect("the lock is given back");
    let found = looking.await.expect("a task").expect("statements that run");
    assert_eq!(found, Vec::<String>::new());
    let found = invariants::after_quiet(&pool, Duration::ZERO, &[]).await;
    let found = found.expect("statements that run");
    assert!(found[0].contains("waits to be published"), "{found:?}");
}

#[tokio::test]
async fn the_first_sees_more_promised_than_there_is() {
    planted(
        1,
        "ALTER TABLE catalog.stock_level DROP CONSTRAINT stock_level_bounds; \
         UPDATE catalog.stock_level SET reserved = 5",
    )
    .await;
}

#[tokio::test]
async fn the_second_sees_stock_without_a_line_in_the_ledger() {
    planted(2, "UPDATE catalog.stock_level SET on_hand = 5").await;
}

#[tokio::test]
async fn the_third_sees_a_promise_to_nobody() {
    planted(3, "UPDATE catalog.stock_level SET reserved = 1").await;
}

#[tokio::test]
async fn the_third_sees_a_reservation_past_its_end() {
    planted(
        3,
        "UPDATE catalog.stock_level SET reserved = 1; \
         UPDATE catalog.reservation SET state = 'held', expires_at = now() - interval '1 hour'",
    )
    .await;
}

#[tokio::test]
async fn the_fourth_sees_a_total_that_is_not_the_sum_of_its_parts() {
    planted(
        4,
        "ALTER TABLE orders.sales_order DROP CONSTRAINT sales_order_check1; \
         UPDATE orders.sales_order SET tax_minor = 191",
    )
    .await;
}

#[tokio::test]
async fn the_fifth_sees_an_order_that_is_charged_twice() {
    planted(
        5,
        "INSERT INTO payments.intent (id, order_id, attempt, amount_minor, currency, token, outcome) \
         SELECT gen_random_uuid(), order_id, 2, amount_minor, currency, token, outcome FROM payments.intent; \
         INSERT INTO payments.ledger_entry (intent_id, kind, amount_minor) \
         SELECT i.id, k.kind, 1680 FROM payments.intent i, (VALUES ('authorize'), ('capture')) AS k (kind) \
         WHERE i.attempt = 2",
    )
    .await;
}

#[tokio::test]
async fn the_sixth_sees_an_answer_without_its_order() {
    planted(6, "UPDATE orders.sales_order SET number = 'LM-000001'").await;
}

#[tokio::test]
async fn the_sixth_sees_an_order_that_only_a_client_knows() {
    let (_database, pool) = purchase().await;
    let told = ["LM-000000".to_owned(), "LM-999999".to_owned()];
    let found = invariants::after_quiet(&pool, Duration::from_secs(1), &told).await;
    let lost = found.expect("statements that run");
    assert_eq!(lost, ["6 no order lost: a client was told of LM-999999"]);
}

#[tokio::test]
async fn the_seventh_sees_money_of_a_cancelled_order() {
    planted(7, "UPDATE orders.sales_order SET state = 'cancelled'").await;
}

#[tokio::test]
async fn the_eighth_sees_a_step_that_there_is_not() {
    planted(
        8,
        "INSERT INTO orders.order_event (order_id, seq, at, from_state, to_state, trigger, actor, trace_id) \
         SELECT id, 5, now(), 'placed', 'delivered', 'delivered', 'nobody', '' FROM orders.sales_order; \
         UPDATE orders.sales_order SET state = 'delivered', last_seq = 5",
    )
    .await;
}

#[tokio::test]
async fn the_eighth_sees_uses_of_codes_that_do_not_agree_with_orders() {
    for (words, sql) in [
        (
            "counts 2 uses, its redemptions 1",
            "UPDATE orders.coupon SET used = 2",
        ),
        (
            "counts 1 uses, its redemptions 0",
            "UPDATE orders.redemption SET state = 'returned'",
        ),
        (
            "has 1 uses of 0",
            "ALTER TABLE orders.coupon DROP CONSTRAINT coupon_used, DROP CONSTRAINT coupon_max_uses_check; \
             UPDATE orders.coupon SET max_uses = 0",
        ),
        (
            "is placed, its use of NOTHING is held",
            "UPDATE orders.redemption SET state = 'held'",
        ),
        (
            "is cancelled, its use of NOTHING is redeemed",
            "UPDATE orders.sales_order SET state = 'cancelled'",
        ),
        (
            "has the code NOTHING and uses none",
            "DELETE FROM orders.redemption",
        ),
        (
            "has the code none and uses NOTHING",
            "UPDATE orders.sales_order SET discount_code = NULL, discount_title = NULL",
        ),
    ] {
        let (_database, pool) = purchase().await;
        let planted = sqlx::raw_sql(sql).execute(&pool).await;
        planted.expect("a violation can be planted");
        let found = violations(&pool).await;
        let seen = |line: &String| line.starts_with("8 ") && line.contains(words);
        assert!(found.iter().any(seen), "{words} is not among {found:#?}");
    }
}

#[tokio::test]
async fn the_ninth_sees_an_event_that_is_missing() {
    planted(9, "DELETE FROM orders.outbox WHERE sequence = 2").await;
}

#[tokio::test]
async fn the_tenth_sees_what_happened_twice() {
    planted(
        10,
        "INSERT INTO orders.outbox (event_id, aggregate_id, sequence, type, version, payload, occurred_at, published_at) \
         SELECT gen_random_uuid(), aggregate_id, 5, type, 1, '{}', now(), now() FROM orders.outbox WHERE sequence = 4",
    )
    .await;
}

#[tokio::test]
async fn the_tenth_sees_a_cart_that_does_not_know_of_its_order() {
    planted(
        10,
        "INSERT INTO cart.cart (id, owner, currency) \
         SELECT cart_id, 'user:somebody', 'EUR' FROM orders.sales_order",
    )
    .await;
}

#[tokio::test]
async fn the_eleventh_sees_a_request_with_two_answers() {
    planted(
        11,
        "INSERT INTO orders.idempotency_key (owner, route, key, request_hash, request, state, response_status, response_body) \
         SELECT owner, route, 'other', '', '{}', 'done', 201, '{\"number\": \"LM-000001\"}' FROM orders.idempotency_key",
    )
    .await;
}
