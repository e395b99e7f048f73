//! Services that are away and answers that get lost: what was begun is finished or undone, once.

use chassis::{Service, testkit::eventually};
use orders::Timing;
use serde_json::json;

use crate::{
    outcome::{APPROVED, TIMES_OUT, authorizations, bought_once, completes_by_itself},
    starter::{Moment, Shop, hurried},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lapsed_reservation_is_not_paid_for_even_before_the_reaper_comes() {
    let late = Timing {
        reap: std::time::Duration::from_hours(1),
        ..hurried()
    };
    let shop = Shop::start(late).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    shop.execute("UPDATE orders.sales_order SET reservation_expires_at = now()")
        .await;
    shop.execute("UPDATE catalog.reservation SET expires_at = now()")
        .await;
    guest
        .complete(&id, "k", &total)
        .await
        .expect_problem("reservation_expired");
    assert_eq!(guest.checkout(&id).await["state"], "expired");
    assert_eq!(authorizations(&shop), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authorization_that_arrives_too_late_is_refused_and_the_same_key_tries_again() {
    let shop = Shop::start(hurried()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    let stopped = shop
        .front(Service::Payments)
        .stop_next("POST /internal/v1/intents", Moment::Before);
    let refused = guest.complete(&id, "k", &total).await;
    let held = stopped.wait().await;
    let problem = refused.expect_problem("timeout");
    assert!(
        problem.detail.contains("nothing was charged"),
        "{}",
        problem.detail
    );
    let checkout = guest.checkout(&id).await;
    assert_eq!(
        (&checkout["state"], &checkout["payment"]["state"]),
        (&json!("payment_ready"), &json!("ready"))
    );
    assert_eq!(checkout["payment"]["attempts_left"], 3);
    held.release();
    eventually("the late request arrives", async || {
        let keys = "SELECT count(*) FROM payments.idempotency_key WHERE route = 'authorize'";
        if shop.count(keys).await == 1 {
            Ok(())
        } else {
            Err("no request".to_owned())
        }
    })
    .await;
    shop.settle().await;
    let order = guest.complete(&id, "k", &total).await.expect(201).json();
    assert_eq!(order["state"], "placed");
    bought_once(&shop, &guest, mug, "settled").await;
    assert_eq!(
        shop.count("SELECT count(*) FROM payments.intent WHERE outcome = 'abandoned'")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payments_is_away_while_completing_and_the_reaper_finishes() {
    let shop = Shop::start(hurried()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    shop.kill(Service::Payments).await;
    guest
        .complete(&id, "k", &total)
        .await
        .expect_problem("timeout");
    assert_eq!(guest.checkout(&id).await["state"], "processing");
    let waiting = guest.complete(&id, "k", &total).await;
    assert_eq!(waiting.header("retry-after"), "1");
    shop.begin(Service::Payments).await;
    let checkout = completes_by_itself(&guest, &id).await;
    bought_once(&shop, &guest, mug, "payments was away").await;
    // Whoever asked with the key gets the answer now.
    let answer = guest.complete(&id, "k", &total).await.expect(201);
    assert_eq!(answer.header("idempotent-replayed"), "true");
    assert_eq!(answer.json()["number"], checkout["order_number"]);
    assert_eq!(
        authorizations(&shop),
        1,
        "what could not be sent was not sent before"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payments_dies_while_it_authorizes() {
    let shop = Shop::start(hurried()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, TIMES_OUT).await;
    let stopped = shop
        .front(Service::Payments)
        .stop_next("POST /internal/v1/intents", Moment::Before);
    let request = guest.completing(&id, "insist", &total);
    let _held = stopped.wait().await;
    shop.kill(Service::Payments).await;
    let _ = request.await;
    shop.begin(Service::Payments).await;
    guest.insist(&id, TIMES_OUT).await;
    bought_once(&shop, &guest, mug, "payments died").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn catalog_is_away_between_authorization_and_commit() {
    let shop = Shop::start(hurried()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    shop.kill(Service::Catalog).await;
    guest
        .complete(&id, "k", &total)
        .await
        .expect_problem("timeout");
    let checkout = guest.checkout(&id).await;
    assert_eq!(
        (&checkout["state"], &checkout["payment"]["state"]),
        (&json!("processing"), &json!("authorized"))
    );
    shop.begin(Service::Catalog).await;
    completes_by_itself(&guest, &id).await;
    bought_once(&shop, &guest, mug, "catalog was away").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reservation_that_lapses_before_its_commit_gives_the_money_back() {
    let shop = Shop::start(hurried()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    shop.kill(Service::Catalog).await;
    guest
        .complete(&id, "k", &total)
        .await
        .expect_problem("timeout");
    shop.execute("UPDATE catalog.reservation SET expires_at = now()")
        .await;
    shop.begin(Service::Catalog).await;
    eventually("the purchase is undone", async || {
        let state = guest.checkout(&id).await["state"].clone();
        if state == "expired" {
            Ok(())
        } else {
            Err(state.to_string())
        }
    })
    .await;
    shop.settle().await;
    let told = guest.complete(&id, "k", &total).await;
    assert_eq!(told.header("idempotent-replayed"), "true");
    told.expect_problem("reservation_expired");
    assert_eq!(
        shop.count("SELECT count(*) FROM payments.ledger_entry WHERE kind = 'void'")
            .await,
        1
    );
    assert_eq!(shop.stock(mug).await, (5, 0));
    // Begun again with what was entered.
    let again = guest.begin().await.expect(201).json();
    let number = guest
        .insist(again["id"].as_str().expect("an id"), APPROVED)
        .await;
    assert!(number.starts_with("LM-"));
    bought_once(&shop, &guest, mug, "begun again").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authorization_that_turns_up_after_the_end_is_voided() {
    let shop = Shop::start(hurried()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    let stopped = shop
        .front(Service::Payments)
        .stop_next("POST /internal/v1/intents", Moment::After);
    let request = guest.completing(&id, "k", &total);
    let _held = stopped.wait().await;
    shop.kill(Service::Orders).await;
    let _ = request.await;
    // The order ends before anybody has asked for the lost answer.
    shop.execute("UPDATE orders.checkout SET state = 'payment_ready'")
        .await;
    shop.execute("DELETE FROM orders.idempotency_key").await;
    shop.execute("UPDATE orders.sales_order SET reservation_expires_at = now()")
        .await;
    shop.execute("UPDATE catalog.reservation SET expires_at = now()")
        .await;
    shop.begin(Service::Orders).await;
    eventually("the order ends", async || {
        let state = guest.checkout(&id).await["state"].clone();
        if state == "expired" {
            Ok(())
        } else {
            Err(state.to_string())
        }
    })
    .await;
    shop.settle().await;
    assert_eq!(
        shop.count("SELECT count(*) FROM payments.ledger_entry WHERE kind = 'void'")
            .await,
        1
    );
    let late = "SELECT count(*) FROM orders.order_event WHERE trigger = 'late_payment'";
    assert_eq!(shop.count(late).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cart_service_is_away_when_its_cart_should_close() {
    let shop = Shop::start(hurried()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    let stopped = shop
        .front(Service::Cart)
        .stop_next("POST /internal/v1/carts/*/close", Moment::Before);
    let order = guest.complete(&id, "k", &total).await.expect(201).json();
    let _held = stopped.wait().await;
    shop.kill(Service::Cart).await;
    shop.begin(Service::Cart).await;
    bought_once(&shop, &guest, mug, "cart was away").await;
    assert_eq!(guest.cart().await["order_number"], order["number"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cart_that_redis_lost_stops_a_purchase_only_before_it_is_paid() {
    let shop = Shop::start(hurried()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    shop.forget_cart(&guest).await;
    guest
        .complete(&id, "k", &total)
        .await
        .expect_problem("cart_changed");
    guest
        .pay(&id, APPROVED)
        .await
        .expect_problem("cart_changed");
    shop.settle().await;

    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    let stopped = shop
        .front(Service::Payments)
        .stop_next("POST /internal/v1/intents/*/capture", Moment::Before);
    let request = guest.completing(&id, "k", &total);
    let _held = stopped.wait().await;
    let order = request.await.expect("the request ends").expect(201).json();
    assert_eq!(order["state"], "placed");
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_just_being_replaced_is_waited_for() {
    let shop = Shop::start(hurried()).await;
    shop.kill(Service::Cart).await;
    // The guest's first write finds nobody; nothing was sent, so the gateway may try again.
    let (_guest, ()) = tokio::join!(shop.guest(), shop.begin(Service::Cart));
}
