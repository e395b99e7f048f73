//! Processes that die and services that are away: what was begun is finished or undone, once.

use chassis::{Service, testkit::eventually};
use futures::future::join_all;
use localmart_tests::shop::{Guest, Moment, Shop, hurried};
use orders::Timing;
use serde_json::{Value, json};

const APPROVED: &str = "9999000010000002";
const TIMES_OUT: &str = "9999000050000003";

/// A call that orders makes on the way to an order.
#[derive(Clone, Copy, Debug)]
struct Call {
    callee: Service,
    path: &'static str,
}

const fn call(callee: Service, path: &'static str) -> Call {
    Call { callee, path }
}

/// While a card is given.
const GIVING_A_CARD: [Call; 4] = [
    call(Service::Cart, "GET /internal/v1/carts/*"),
    call(Service::Catalog, "POST /internal/v1/variants/lookup"),
    call(Service::Payments, "POST /internal/v1/tokens"),
    call(Service::Catalog, "POST /internal/v1/reservations"),
];

/// While a checkout is completed.
const COMPLETING: [Call; 5] = [
    call(Service::Cart, "GET /internal/v1/carts/*"),
    call(Service::Payments, "POST /internal/v1/intents"),
    call(Service::Catalog, "POST /internal/v1/reservations/*/commit"),
    call(Service::Payments, "POST /internal/v1/intents/*/capture"),
    call(Service::Cart, "POST /internal/v1/carts/*/close"),
];

/// How often an authorisation was sent.
fn authorizations(shop: &Shop) -> usize {
    shop.front(Service::Payments)
        .calls("POST /internal/v1/intents")
}

const MOMENTS: [Moment; 2] = [Moment::Before, Moment::After];

/// Everything that a purchase of one piece out of five must have led to, and no more.
async fn bought_once(shop: &Shop, guest: &Guest, mug: uuid::Uuid, what: &str) {
    shop.settle().await;
    let placed = shop
        .count("SELECT count(*) FROM orders.sales_order WHERE state = 'placed'")
        .await;
    let captured = shop
        .count("SELECT count(*) FROM payments.ledger_entry WHERE kind = 'capture'")
        .await;
    assert_eq!((placed, captured), (1, 1), "{what}");
    assert_eq!(shop.stock(mug).await, (4, 0), "{what}");
    assert_eq!(guest.cart().await["state"], "closed", "{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_is_killed_before_and_after_each_call_of_giving_a_card() {
    for call in GIVING_A_CARD {
        for moment in MOMENTS {
            let shop = Shop::start(hurried()).await;
            let mug = shop.article(1_000, 5).await;
            let (guest, id) = shop.at_the_till(mug, 1).await;
            let stopped = shop.front(call.callee).stop_next(call.path, moment);
            let request = {
                let (guest, id) = (guest.clone(), id.clone());
                tokio::spawn(async move { guest.pay(&id, APPROVED).await })
            };
            let _held = stopped.wait().await;
            shop.kill(Service::Orders).await;
            let lost = request.await.expect("the storefront answers").status;
            assert!(lost.is_server_error(), "{call:?} {moment:?}: {lost}");
            shop.begin(Service::Orders).await;
            shop.begin(Service::Orders).await;
            guest.insist(&id, APPROVED).await;
            bought_once(&shop, &guest, mug, &format!("{call:?} {moment:?}")).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_is_killed_before_and_after_each_call_of_completing() {
    for call in COMPLETING {
        for moment in MOMENTS {
            let shop = Shop::start(hurried()).await;
            let mug = shop.article(1_000, 5).await;
            let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
            let stopped = shop.front(call.callee).stop_next(call.path, moment);
            let request = {
                let (guest, id) = (guest.clone(), id.clone());
                tokio::spawn(async move { guest.complete(&id, "insist", &total).await })
            };
            let _held = stopped.wait().await;
            shop.kill(Service::Orders).await;
            // What follows a placed order may be waited for only so long; else the answer is lost.
            let status = request
                .await
                .expect("the storefront answers")
                .status
                .as_u16();
            assert!(
                status >= 500 || status == 201,
                "{call:?} {moment:?}: {status}"
            );
            shop.begin(Service::Orders).await;
            shop.begin(Service::Orders).await;
            guest.insist(&id, APPROVED).await;
            bought_once(&shop, &guest, mug, &format!("{call:?} {moment:?}")).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stock_that_was_asked_for_by_a_process_that_died_is_reserved_without_its_customer() {
    for moment in MOMENTS {
        let shop = Shop::start(hurried()).await;
        let mug = shop.article(1_000, 5).await;
        let (guest, id) = shop.at_the_till(mug, 1).await;
        let stopped = shop
            .front(Service::Catalog)
            .stop_next("POST /internal/v1/reservations", moment);
        let request = {
            let (guest, id) = (guest.clone(), id.clone());
            tokio::spawn(async move { guest.pay(&id, APPROVED).await })
        };
        let _held = stopped.wait().await;
        shop.kill(Service::Orders).await;
        let _ = request.await;
        shop.begin(Service::Orders).await;
        eventually("the stock is reserved", async || {
            let state = guest.checkout(&id).await["state"].clone();
            if state == "payment_ready" {
                Ok(())
            } else {
                Err(state.to_string())
            }
        })
        .await;
        shop.settle().await;
        assert_eq!(shop.stock(mug).await, (5, 1), "{moment:?}");
    }
}

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
async fn a_purchase_whose_process_died_is_finished_without_its_customer() {
    // The authorisation has been answered, its answer is lost with the process.
    for path in [
        "POST /internal/v1/intents",
        "POST /internal/v1/reservations/*/commit",
    ] {
        let shop = Shop::start(hurried()).await;
        let mug = shop.article(1_000, 5).await;
        let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
        let callee = if path.ends_with("commit") {
            Service::Catalog
        } else {
            Service::Payments
        };
        let stopped = shop.front(callee).stop_next(path, Moment::After);
        let request = {
            let (guest, id) = (guest.clone(), id.clone());
            tokio::spawn(async move { guest.complete(&id, "k", &total).await })
        };
        let _held = stopped.wait().await;
        shop.kill(Service::Orders).await;
        let _ = request.await;
        shop.begin(Service::Orders).await;
        completes_by_itself(&guest, &id).await;
        bought_once(&shop, &guest, mug, path).await;
        assert_eq!(authorizations(&shop), 1, "{path}: authorised once");
    }
}

async fn completes_by_itself(guest: &Guest, id: &str) -> Value {
    eventually("the purchase completes", async || {
        let checkout = guest.checkout(id).await;
        if checkout["state"] == "completed" {
            Ok(checkout)
        } else {
            Err(checkout.to_string())
        }
    })
    .await
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
    let request = {
        let (guest, id) = (guest.clone(), id.clone());
        tokio::spawn(async move { guest.complete(&id, "insist", &total).await })
    };
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
    let request = {
        let (guest, id) = (guest.clone(), id.clone());
        tokio::spawn(async move { guest.complete(&id, "k", &total).await })
    };
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
    let request = {
        let (guest, id) = (guest.clone(), id.clone());
        tokio::spawn(async move { guest.complete(&id, "k", &total).await })
    };
    let _held = stopped.wait().await;
    let order = request.await.expect("the request ends").expect(201).json();
    assert_eq!(order["state"], "placed");
    shop.settle().await;
}

/// Waits until orders have made so many steps together.
async fn reached(shop: &Shop, steps: i64) {
    eventually("the orders go on", async || {
        let made = shop.count("SELECT count(*) FROM orders.order_event").await;
        if made >= steps {
            Ok(())
        } else {
            Err(format!("{made} of {steps} steps"))
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_to_postgres_break_while_sixteen_guests_buy() {
    let shop = Shop::start_doubled(hurried()).await;
    let mug = shop.article(1_000, 16).await;
    let guests = join_all((0..16).map(|_| shop.at_the_till(mug, 1))).await;
    let buying = join_all(guests.iter().map(|(guest, id)| guest.insist(id, APPROVED)));
    let breaking = async {
        for steps in [1, 8, 16, 24, 32, 40, 48, 56] {
            reached(&shop, steps).await;
            shop.cut_connections().await;
        }
    };
    let (mut numbers, ()) = futures::future::join(buying, breaking).await;
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 16);
    shop.settle().await;
    assert_eq!(shop.stock(mug).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_replica_of_orders_is_killed_again_and_again_while_guests_buy() {
    let shop = Shop::start_doubled(hurried()).await;
    let mug = shop.article(1_000, 8).await;
    let guests = join_all((0..8).map(|_| shop.at_the_till(mug, 1))).await;
    let buying = join_all(guests.iter().map(|(guest, id)| guest.insist(id, APPROVED)));
    let killing = async {
        for steps in [1, 7, 13, 19, 25] {
            reached(&shop, steps).await;
            shop.kill(Service::Orders).await;
            shop.begin(Service::Orders).await;
            shop.begin(Service::Orders).await;
        }
    };
    let (mut numbers, ()) = futures::future::join(buying, killing).await;
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 8);
    shop.settle().await;
    assert_eq!(shop.stock(mug).await, (0, 0));
}
