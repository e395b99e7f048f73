//! Processes that are killed: what was begun is finished or undone, once.

use chassis::{Service, testkit::eventually};
use futures::future::join_all;

use crate::{
    outcome::{APPROVED, authorizations, bought_once, completes_by_itself},
    starter::{Moment, Shop, hurried},
};

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

const MOMENTS: [Moment; 2] = [Moment::Before, Moment::After];

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
            let request = guest.completing(&id, "insist", &total);
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
        let request = guest.completing(&id, "k", &total);
        let _held = stopped.wait().await;
        shop.kill(Service::Orders).await;
        let _ = request.await;
        shop.begin(Service::Orders).await;
        completes_by_itself(&guest, &id).await;
        bought_once(&shop, &guest, mug, path).await;
        assert_eq!(authorizations(&shop), 1, "{path}: authorised once");
    }
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
