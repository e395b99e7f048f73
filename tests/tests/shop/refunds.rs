//! Money that goes back after an order was placed.

use chassis::{
    Service,
    testkit::{Reply, eventually},
};
use futures::future::join_all;
use orders::Timing;
use serde_json::{Value, json};

use crate::{
    bought::Bought,
    starter::{Moment, Shop, hurried},
};

/// Price of what is bought; with tax and delivery the order comes to 1 680.
const PRICE: i64 = 1_000;
const TOTAL: i64 = 1_680;

impl Bought {
    async fn refund(&self, key: &str, minor: i64) -> Reply {
        let amount = json!({"minor": minor, "currency": "EUR"});
        let body = json!({"amount": amount, "reason": "came late"});
        let admin = self.admin.with("idempotency-key", key);
        admin.post(&self.desk("/refunds"), &body).await
    }
}

async fn sent_back(shop: &Shop) -> i64 {
    shop.count(
        "SELECT coalesce(sum(amount_minor), 0)::bigint FROM payments.ledger_entry WHERE kind = 'refund'",
    )
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_goes_back_in_parts_and_never_more_than_was_paid() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(PRICE, 5).await;
    let bought = shop.bought(mug, 1).await;
    let paid = bought.shown().await["totals"]["grand"]["minor"].clone();
    assert_eq!(paid, TOTAL);
    let first = bought.refund("r1", 300).await.expect(201);
    let again = bought.refund("r1", 300).await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.json(), again.json());
    assert_eq!(first.json()["payment_status"], "partially_refunded");
    assert_eq!(first.json()["refunds"][0]["state"], "done");
    let reused = bought.refund("r1", 301).await;
    reused.expect_problem("idempotency_key_reused");
    let problem = bought.refund("r2", TOTAL - 299).await;
    let problem = problem.expect_problem("validation_failed");
    assert_eq!(problem.errors[0].pointer, "/amount/minor");
    // The same key may try again what was refused.
    let rest = bought.refund("r2", TOTAL - 300).await.expect(201).json();
    assert_eq!(rest["payment_status"], "refunded");
    assert_eq!(sent_back(&shop).await, TOTAL);
    bought
        .refund("r3", 1)
        .await
        .expect_problem("validation_failed");
    shop.settle().await;
    let more = "UPDATE orders.payment SET refund_asked_minor = captured_minor + 1";
    let error = shop.try_execute(more).await.expect_err("too much");
    assert!(error.contains("payment_refund_asked"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_needs_a_key_an_amount_a_reason_and_an_admin() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(PRICE, 5).await;
    let bought = shop.bought(mug, 1).await;
    let path = bought.desk("/refunds");
    let good = json!({"amount": {"minor": 1, "currency": "EUR"}, "reason": "x"});
    let keyless = bought.admin.post(&path, &good).await;
    keyless.expect_problem("idempotency_key_required");
    let guest = bought.guest.api().with("idempotency-key", "k");
    guest.post(&path, &good).await.expect_problem("forbidden");
    let admin = bought.admin.with("idempotency-key", "k");
    let missing = admin
        .post("/api/v1/admin/orders/LM-000000/refunds", &good)
        .await;
    missing.expect_problem("not_found");
    for (pointer, wrong) in [
        (
            "/amount/minor",
            json!({"amount": {"minor": 0, "currency": "EUR"}, "reason": "x"}),
        ),
        (
            "/amount/currency",
            json!({"amount": {"minor": 1, "currency": "CHF"}, "reason": "x"}),
        ),
        (
            "/reason",
            json!({"amount": {"minor": 1, "currency": "EUR"}, "reason": " "}),
        ),
        (
            "/to",
            json!({"amount": {"minor": 1, "currency": "EUR"}, "reason": "x", "to": "me"}),
        ),
    ] {
        let problem = admin.post(&path, &wrong).await;
        let problem = problem.expect_problem("validation_failed");
        assert_eq!(problem.errors[0].pointer, pointer);
    }
    let cancelled = bought
        .guest
        .api()
        .post(&bought.mine("/cancel"), &json!({}))
        .await;
    let _ = cancelled.expect(200);
    shop.settle().await;
    bought
        .refund("late", 1)
        .await
        .expect_problem("invalid_state");
    assert_eq!(sent_back(&shop).await, TOTAL);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_refunds_at_once_send_back_no_more_than_was_paid() {
    let shop = Shop::start_doubled(Timing::default()).await;
    let mug = shop.article(PRICE, 5).await;
    let bought = shop.bought(mug, 1).await;
    let keys: Vec<String> = (0..16).map(|number| format!("r{number}")).collect();
    let replies = join_all(keys.iter().map(|key| bought.refund(key, 500))).await;
    let sent = replies.iter().filter(|reply| reply.status == 201).count();
    assert_eq!(sent, 3, "three times 500 of 1 680");
    for reply in replies.into_iter().filter(|reply| reply.status != 201) {
        reply.expect_problem("validation_failed");
    }
    assert_eq!(sent_back(&shop).await, 1_500);
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_is_killed_before_and_after_the_call_of_a_refund() {
    for moment in [Moment::Before, Moment::After] {
        let shop = Shop::start(hurried()).await;
        let mug = shop.article(PRICE, 5).await;
        let bought = shop.bought(mug, 1).await;
        let stopped = shop
            .front(Service::Payments)
            .stop_next("POST /internal/v1/intents/*/refund", moment);
        let asked = {
            let bought = bought.clone();
            tokio::spawn(async move { bought.refund("r", 700).await })
        };
        let _held = stopped.wait().await;
        shop.kill(Service::Orders).await;
        // Its answer is lost with the process.
        let lost = asked.await.expect("the front answers").status;
        assert!(lost.is_server_error(), "{moment:?}: {lost}");
        shop.begin(Service::Orders).await;
        shop.begin(Service::Orders).await;
        eventually("the refund is done", async || {
            let shown: Value = bought.shown().await;
            if shown["refunds"][0]["state"] == "done" {
                Ok(())
            } else {
                Err(shown["refunds"].to_string())
            }
        })
        .await;
        shop.settle().await;
        assert_eq!(sent_back(&shop).await, 700, "{moment:?}");
        let told = bought.refund("r", 700).await.expect(201);
        assert_eq!(told.header("idempotent-replayed"), "true");
    }
}
