//! What payments tells orders by itself: signed, at least once, in any order.

use chassis::{
    Clock, Service,
    testkit::{Api, Reply, eventually, keys},
    webhook::{SIGNATURE, WebhookKey},
};
use orders::Timing;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    outcome::{APPROVED, bought_once},
    starter::{Moment, Shop, hurried},
};

const TWICE: &str = "9999000060000001";
const BEFORE_THE_REPLY: &str = "9999000070000009";
const PATH: &str = "/internal/v1/payment-webhooks";
const DELIVERING: &str = "POST /internal/v1/payment-webhooks";

/// Sends a webhook with this signature, as a service.
async fn send(shop: &Shop, caller: Service, body: &Value, signature: &str) -> Reply {
    Api::internal_at(shop.front(Service::Orders).url(), caller, Service::Orders)
        .with(SIGNATURE, signature)
        .post(PATH, body)
        .await
}

fn signed(body: &Value) -> String {
    keys().webhooks().sign(body.to_string().as_bytes())
}

/// Where the only attempt of the only order stands.
async fn attempt(shop: &Shop) -> String {
    shop.text("SELECT state FROM orders.payment").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_payments_has_signed_just_now_is_taken() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    let _ = guest.complete(&id, "k", &total).await.expect(201);
    shop.settle().await;
    let told = "SELECT body FROM payments.webhook_delivery WHERE type = 'payment.captured'";
    let mut body: Value = serde_json::from_str(&shop.text(told).await).expect("JSON");
    body["id"] = json!(Uuid::now_v7());
    body["intent"]["refunded"]["minor"] = total["minor"].clone();
    body["intent"]["state"] = json!("refunded");

    let now = Clock::system().now();
    let (six_minutes_ago, _) = Clock::manual(now - std::time::Duration::from_mins(6));
    let old = WebhookKey::load(keys().directory(), six_minutes_ago).expect("a key");
    let fits = signed(&body);
    for (what, signature) in [
        ("none", String::new()),
        ("of another body", signed(&json!({}))),
        ("another time", fits.replacen("t=1", "t=2", 1)),
        ("old", old.sign(body.to_string().as_bytes())),
    ] {
        let problem = send(&shop, Service::Payments, &body, &signature)
            .await
            .expect_problem("unauthenticated");
        assert!(problem.detail.contains("signature"), "{what}");
    }
    send(&shop, Service::Cart, &body, &fits)
        .await
        .expect_problem("forbidden");
    Api::anonymous(shop.front(Service::Orders).url())
        .with(SIGNATURE, &fits)
        .post(PATH, &body)
        .await
        .expect_problem("unauthenticated");
    let garbage = json!({"id": 1});
    send(&shop, Service::Payments, &garbage, &signed(&garbage))
        .await
        .expect_problem("validation_failed");
    let mut foreign = body.clone();
    foreign["intent"]["order_id"] = json!(Uuid::now_v7());
    send(&shop, Service::Payments, &foreign, &signed(&foreign))
        .await
        .expect_problem("not_found");
    assert_eq!(attempt(&shop).await, "captured");
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_that_is_replayed_or_late_takes_nothing_back() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    let _ = guest.complete(&id, "k", &total).await.expect(201);
    shop.settle().await;
    let told = "SELECT body FROM payments.webhook_delivery WHERE type = 'payment.authorized'";
    let body: Value = serde_json::from_str(&shop.text(told).await).expect("JSON");
    for _ in 0..3 {
        let _ = send(&shop, Service::Payments, &body, &signed(&body))
            .await
            .expect(204);
    }
    assert_eq!(attempt(&shop).await, "captured");
    // As if orders had never heard of it.
    shop.execute("DELETE FROM orders.payment_webhook WHERE type = 'payment.authorized'")
        .await;
    let _ = send(&shop, Service::Payments, &body, &signed(&body))
        .await
        .expect(204);
    assert_eq!(attempt(&shop).await, "captured");
    bought_once(&shop, &guest, mug, "replayed").await;
}

/// Sends a webhook of the past to an orders service that has never heard of it.
async fn tell_late(shop: &Shop, stored: &'static str) {
    shop.execute("DELETE FROM orders.payment_webhook").await;
    let body: Value = serde_json::from_str(&shop.text(stored).await).expect("JSON");
    let _ = send(shop, Service::Payments, &body, &signed(&body))
        .await
        .expect(204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_in_another_order_takes_no_refund_back() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    let order = guest.complete(&id, "k", &total).await.expect(201).json();
    shop.settle().await;
    let number = order["number"].as_str().expect("a number");
    let cancel = format!("/api/v1/orders/{number}/cancel");
    let _ = guest.api().post(&cancel, &json!({})).await.expect(200);
    shop.settle().await;
    assert_eq!(attempt(&shop).await, "refunded");
    let captured = "SELECT body FROM payments.webhook_delivery WHERE type = 'payment.captured'";
    tell_late(&shop, captured).await;
    assert_eq!(attempt(&shop).await, "refunded");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_whose_webhooks_come_twice_is_charged_once() {
    let shop = Shop::start(hurried()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, TWICE).await;
    let _ = guest.complete(&id, "k", &total).await.expect(201);
    bought_once(&shop, &guest, mug, "webhook twice").await;
    let sent = shop.front(Service::Orders).calls(DELIVERING);
    assert_eq!(sent, 3, "the authorisation twice, the capture once");
    let taken = "SELECT count(*) FROM orders.payment_webhook";
    assert_eq!(shop.count(taken).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_that_comes_before_the_reply_is_taken_and_the_purchase_goes_on() {
    for reply_is_lost in [false, true] {
        let shop = Shop::start(hurried()).await;
        let mug = shop.article(1_000, 5).await;
        let (guest, id, total) = shop.ready_to_pay(mug, BEFORE_THE_REPLY).await;
        let stopped = shop
            .front(Service::Payments)
            .stop_next("POST /internal/v1/intents", Moment::After);
        let request = guest.completing(&id, "k", &total);
        let held = stopped.wait().await;
        // The reply is ready and orders knows already.
        assert_eq!(attempt(&shop).await, "authorized");
        let state = shop.text("SELECT state FROM orders.sales_order").await;
        assert_eq!(state, "stock_reserved");
        if reply_is_lost {
            let order = request.await.expect("the request ends").expect(201).json();
            assert_eq!(order["state"], "placed");
            drop(held);
        } else {
            held.release();
            let _ = request.await.expect("the request ends").expect(201);
        }
        bought_once(&shop, &guest, mug, "webhook before the reply").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_wait_for_orders_for_three_days() {
    let shop = Shop::start(hurried()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    let stopped = shop
        .front(Service::Payments)
        .stop_next("POST /internal/v1/intents/*/capture", Moment::After);
    let request = guest.completing(&id, "k", &total);
    let _held = stopped.wait().await;
    shop.kill(Service::Orders).await;
    let _ = request.await;
    // What is told now, and what was told when it was down: all of it has been tried in vain.
    shop.execute("DELETE FROM orders.payment_webhook").await;
    shop.execute(
        "UPDATE payments.webhook_delivery SET delivered_at = NULL, tries = 1000, \
         created_at = now() - interval '3 days', due_at = now()",
    )
    .await;
    eventually("a delivery fails", async || {
        let failed = "SELECT count(*) FROM payments.webhook_delivery \
                      WHERE last_error LIKE '%orders%' AND due_at > now() + interval '4 minutes'";
        match shop.count(failed).await {
            2 => Ok(()),
            other => Err(format!("{other} of 2 failed")),
        }
    })
    .await;
    shop.execute("UPDATE payments.webhook_delivery SET due_at = now()")
        .await;
    shop.begin(Service::Orders).await;
    bought_once(&shop, &guest, mug, "orders was away").await;
    let taken = "SELECT count(*) FROM orders.payment_webhook";
    assert_eq!(shop.count(taken).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payments_is_killed_between_its_ledger_and_the_webhook() {
    for moment in [Moment::Before, Moment::After] {
        let shop = Shop::start(hurried()).await;
        let mug = shop.article(1_000, 5).await;
        let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
        let stopped = shop.front(Service::Orders).stop_next(DELIVERING, moment);
        let request = guest.completing(&id, "k", &total);
        let _held = stopped.wait().await;
        shop.kill(Service::Payments).await;
        let _ = request.await;
        let written = "SELECT count(*) FROM payments.webhook_delivery WHERE delivered_at IS NULL";
        assert!(shop.count(written).await >= 1, "{moment:?}");
        shop.begin(Service::Payments).await;
        shop.begin(Service::Payments).await;
        guest.insist(&id, APPROVED).await;
        bought_once(&shop, &guest, mug, &format!("{moment:?}")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authorization_told_after_the_end_is_noted_and_voided() {
    let shop = Shop::start(hurried()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    let stopped = shop
        .front(Service::Orders)
        .stop_next(DELIVERING, Moment::Before);
    let reply = shop
        .front(Service::Payments)
        .stop_next("POST /internal/v1/intents", Moment::After);
    let request = guest.completing(&id, "k", &total);
    let _lost = reply.wait().await;
    let _undelivered = stopped.wait().await;
    shop.kill(Service::Orders).await;
    let _ = request.await;
    // The order has ended and nothing is left to do for it, when the webhook comes.
    shop.execute("DELETE FROM orders.idempotency_key").await;
    shop.execute("UPDATE orders.checkout SET state = 'expired'")
        .await;
    shop.execute(
        "WITH ended AS (UPDATE orders.sales_order SET state = 'cancelled', last_seq = last_seq + 1 \
         RETURNING id, last_seq), told AS (UPDATE orders.outbox_sequence SET last = last + 1 \
         RETURNING aggregate_id, last), event AS (INSERT INTO orders.outbox (event_id, \
         aggregate_id, sequence, type, version, payload, occurred_at) SELECT gen_random_uuid(), \
         aggregate_id, last, 'order.cancelled', 1, '{}', now() FROM told) \
         INSERT INTO orders.order_event (order_id, seq, at, from_state, to_state, trigger, actor, \
         trace_id) SELECT id, last_seq, now(), 'stock_reserved', 'cancelled', \
         'reservation_expired', 'reaper', '' FROM ended",
    )
    .await;
    // Its use of a discount code was given back at the end, and must not be once more.
    shop.execute(
        "INSERT INTO orders.coupon (code, title, kind) VALUES ('SPENT', 'Spent', 'free_shipping')",
    )
    .await;
    shop.execute("UPDATE orders.sales_order SET discount_code = 'SPENT', discount_title = 'Spent'")
        .await;
    shop.execute(
        "INSERT INTO orders.redemption (order_id, code, state) \
         SELECT id, 'SPENT', 'returned' FROM orders.sales_order",
    )
    .await;
    shop.execute("UPDATE catalog.reservation SET expires_at = now()")
        .await;
    shop.execute("UPDATE payments.webhook_delivery SET due_at = now()")
        .await;
    shop.begin(Service::Orders).await;
    shop.settle().await;
    let late = "SELECT count(*) FROM orders.order_event WHERE trigger = 'late_payment'";
    assert_eq!(shop.count(late).await, 1);
    let voided = "SELECT count(*) FROM payments.ledger_entry WHERE kind = 'void'";
    assert_eq!(shop.count(voided).await, 1);
    assert_eq!(attempt(&shop).await, "voided");
    let authorized = "SELECT body FROM payments.webhook_delivery WHERE type = 'payment.authorized'";
    tell_late(&shop, authorized).await;
    assert_eq!(attempt(&shop).await, "voided");
    assert_eq!(shop.count(late).await, 1);
}
