//! Completing: cards that are declined, late or lost.

use std::time::Instant;

use chassis::Service;
use orders::Timing;
use serde_json::{Value, json};

use crate::{
    outcome::{APPROVED, TIMES_OUT},
    starter::{Moment, Shop, hurried},
};

const DECLINED: &str = "9999000020000000";
const INSUFFICIENT: &str = "9999000030000008";
const SLOW: &str = "9999000080000007";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purchase_from_cart_to_order() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    let order = guest.complete(&id, "k", &total).await.expect(201).json();
    assert_eq!(order["state"], "placed");
    assert_eq!(order["id"], id.as_str());
    assert_eq!(order["payment_status"], "authorized");
    assert_eq!(order["fulfillment_status"], "none");
    assert_eq!(order["totals"]["grand"], total);
    assert_eq!(order["rate"], "standard");
    let steps: Vec<&str> = order["events"]
        .as_array()
        .expect("events")
        .iter()
        .map(|event| event["to"].as_str().expect("a state"))
        .collect();
    assert_eq!(
        steps,
        ["created", "stock_reserved", "payment_authorized", "placed"]
    );
    for event in order["events"].as_array().expect("events") {
        assert_eq!(
            event["trace_id"].as_str().map(str::len),
            Some(32),
            "{event}"
        );
    }
    // The cart closed and the money was taken before the answer went out.
    let cart = guest.cart().await;
    assert_eq!(
        (&cart["state"], &cart["order_number"]),
        (&json!("closed"), &order["number"])
    );
    shop.settle().await;
    let number = order["number"].as_str().expect("a number");
    let shown = guest
        .api()
        .get(&format!("/api/v1/orders/{number}"))
        .await
        .expect(200)
        .json();
    assert_eq!(shown["payment_status"], "captured");
    let checkout = guest.checkout(&id).await;
    assert_eq!(
        (&checkout["state"], &checkout["order_number"]),
        (&json!("completed"), &order["number"])
    );
    assert_eq!(shop.stock(mug).await, (4, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_completion_replays_and_another_body_is_refused() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    let keyless = format!("/api/v1/checkouts/{id}/complete");
    let body = json!({"expected_total": total});
    guest
        .api()
        .post(&keyless, &body)
        .await
        .expect_problem("idempotency_key_required");
    let other = json!({"minor": 1, "currency": "EUR"});
    let changed = guest
        .complete(&id, "k", &other)
        .await
        .expect_problem("price_changed");
    assert_eq!(
        (&changed.extra["expected"], &changed.extra["actual"]),
        (&other, &total)
    );

    // A refusal without effect leaves the key free.
    let first = guest.complete(&id, "k", &total).await.expect(201);
    assert_eq!(first.header("idempotent-replayed"), "");
    let again = guest.complete(&id, "k", &total).await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.json(), first.json());
    guest
        .complete(&id, "k", &other)
        .await
        .expect_problem("idempotency_key_reused");
    guest
        .complete(&id, "l", &other)
        .await
        .expect_problem("price_changed");
    let elsewhere = guest.complete(&id, "m", &total).await.expect(201);
    assert_eq!(elsewhere.json()["number"], first.json()["number"]);
    shop.settle().await;
    assert_eq!(
        shop.count("SELECT count(*) FROM payments.ledger_entry WHERE kind = 'capture'")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_price_at_the_card_is_the_price_that_counts() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id) = shop.at_the_till(mug, 1).await;
    let agreed = guest.checkout(&id).await["totals"]["grand"].clone();
    shop.reprice(mug, 2_000).await;
    let paid = guest.pay(&id, APPROVED).await.expect(200).json();
    let actual = paid["totals"]["grand"].clone();
    assert_ne!(actual, agreed);
    let problem = guest
        .complete(&id, "k", &agreed)
        .await
        .expect_problem("price_changed");
    assert_eq!(
        (&problem.extra["expected"], &problem.extra["actual"]),
        (&agreed, &actual)
    );
    // Stock is set aside at that price: a later change does not reach it.
    shop.reprice(mug, 3_000).await;
    let order = guest.complete(&id, "k2", &actual).await.expect(201).json();
    assert_eq!(order["totals"]["grand"], actual);
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_declined_card_keeps_the_stock_and_a_good_one_buys() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 1).await;
    let (guest, id, total) = shop.ready_to_pay(mug, INSUFFICIENT).await;
    let declined = guest.complete(&id, "k1", &total).await;
    assert_eq!(declined.header("content-type"), "application/problem+json");
    let problem = declined.expect_problem("payment_declined");
    assert_eq!(
        (&problem.extra["reason"], &problem.extra["attempts_left"]),
        (&json!("insufficient_funds"), &json!(2))
    );
    let replay = guest.complete(&id, "k1", &total).await;
    assert_eq!(replay.header("idempotent-replayed"), "true");
    replay.expect_problem("payment_declined");
    let checkout = guest.checkout(&id).await;
    assert_eq!(checkout["state"], "awaiting_payment");
    assert_eq!(checkout["payment"]["state"], "declined");
    assert_eq!(checkout["payment"]["reason"], "insufficient_funds");
    assert_eq!(checkout["payment"]["attempts_left"], 2);
    assert_eq!(shop.stock(mug).await, (1, 1));
    guest
        .complete(&id, "k2", &total)
        .await
        .expect_problem("invalid_state");

    let paid = guest.pay(&id, APPROVED).await.expect(200).json();
    assert_eq!(
        (&paid["state"], &paid["payment"]["state"]),
        (&json!("payment_ready"), &json!("ready"))
    );
    let order = guest.complete(&id, "k3", &total).await.expect(201).json();
    assert_eq!(order["events"].as_array().map(Vec::len), Some(5));
    shop.settle().await;
    assert_eq!(shop.stock(mug).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_third_declined_card_ends_the_order() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 1).await;
    let (guest, id, total) = shop.ready_to_pay(mug, DECLINED).await;
    for (left, next) in [(2, DECLINED), (1, INSUFFICIENT), (0, APPROVED)] {
        let key = format!("k{left}");
        let problem = guest
            .complete(&id, &key, &total)
            .await
            .expect_problem("payment_declined");
        assert_eq!(problem.extra["attempts_left"], left);
        let again = guest.pay(&id, next).await;
        if left > 0 {
            let _ = again.expect(200);
        } else {
            again.expect_problem("invalid_state");
        }
    }
    assert_eq!(guest.checkout(&id).await["state"], "cancelled");
    shop.settle().await;
    assert_eq!(shop.stock(mug).await, (1, 0));
    let again = guest.begin().await.expect(201).json();
    assert_eq!(again["payment"]["attempts_left"], 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_times_out_is_asked_for_and_never_authorized_again() {
    let shop = Shop::start(hurried()).await;
    let mug = shop.article(1_000, 1).await;
    let (guest, id, total) = shop.ready_to_pay(mug, TIMES_OUT).await;
    let began = Instant::now();
    let order = guest.complete(&id, "k", &total).await.expect(201).json();
    assert!(
        began.elapsed() >= hurried().authorize,
        "the answer was waited for"
    );
    assert_eq!(order["state"], "placed");
    shop.settle().await;
    assert_eq!(shop.count("SELECT count(*) FROM payments.intent").await, 1);
    let sent = shop
        .front(Service::Payments)
        .calls("POST /internal/v1/intents");
    assert_eq!(sent, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_card_buys() {
    let shop = Shop::start(hurried()).await;
    let mug = shop.article(1_000, 1).await;
    let (guest, id, total) = shop.ready_to_pay(mug, SLOW).await;
    let order = guest.complete(&id, "k", &total).await.expect(201).json();
    assert_eq!(order["state"], "placed");
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_added_after_the_order_moves_to_a_new_cart() {
    let shop = Shop::start(Timing::default()).await;
    let (mug, lamp) = (shop.article(1_000, 5).await, shop.article(5_000, 5).await);
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    // The cart changes between the check and its closing.
    let closing = shop
        .front(Service::Cart)
        .stop_next("POST /internal/v1/carts/*/close", Moment::Before);
    let buying = guest.completing(&id, "k", &total);
    let _held = closing.wait().await;
    let _ = guest.add(lamp, 2).await.expect(200);
    let order = buying.await.expect("the request ends").expect(201).json();
    chassis::testkit::eventually("the cart closes", async || {
        let cart = guest.cart().await;
        if cart["state"] == "closed" {
            Ok(())
        } else {
            Err(cart["state"].to_string())
        }
    })
    .await;
    assert_eq!(guest.cart().await["order_number"], order["number"]);
    let current = guest
        .api()
        .get("/api/v1/carts/current")
        .await
        .expect(200)
        .json();
    assert_ne!(current["id"], guest.cart.as_str());
    assert_eq!(current["count"], 2);
    assert_eq!(current["lines"][0]["variant_id"], json!(lamp));
    let problem = guest.begin().await.expect_problem("cart_closed");
    assert_eq!(problem.extra["order_number"], order["number"]);
    let path = format!("/api/v1/carts/{}/items", guest.cart);
    let late = json!({"variant_id": mug, "qty": 1});
    let problem = guest
        .api()
        .post(&path, &late)
        .await
        .expect_problem("cart_closed");
    assert!(
        problem
            .detail
            .contains(order["number"].as_str().expect("a number")),
        "{}",
        problem.detail
    );
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_funnel_tells_each_step_of_a_visit() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    let reply = guest.complete(&id, "k", &total).await.expect(201);
    let trace = reply
        .header("traceresponse")
        .split('-')
        .nth(1)
        .expect("a trace")
        .to_owned();
    let lines: Vec<Value> = chassis::testkit::logs()
        .into_iter()
        .filter(|line| line["target"] == "funnel")
        .collect();
    let placed = lines
        .iter()
        .find(|line| line["trace_id"] == trace.as_str() && line["step"] == "placed");
    let visit = placed.unwrap_or_else(|| panic!("no line in trace {trace}"))["visit"].clone();
    let steps: Vec<&Value> = lines
        .iter()
        .filter(|line| line["visit"] == visit)
        .map(|line| &line["step"])
        .collect();
    for step in ["add", "checkout", "paid", "placed"] {
        assert_eq!(
            steps.iter().filter(|seen| **seen == step).count(),
            1,
            "{step} in {steps:?}"
        );
    }
}
