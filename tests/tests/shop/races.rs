//! Many at once: at most one gets what there is one of.

use chassis::Service;
use futures::future::join_all;
use orders::Timing;
use serde_json::json;

use crate::{
    outcome::APPROVED,
    starter::{Shop, details},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_piece_goes_to_one_of_thirty_two_buyers_fifty_times() {
    const ROUNDS: usize = 50;
    const BUYERS: usize = 32;
    let shop = Shop::start_doubled(Timing::default()).await;
    for round in 1..=ROUNDS {
        let mug = shop.article(1_200, 1).await;
        let buyers = join_all((0..BUYERS).map(|_| shop.at_the_till(mug, 1))).await;
        let bought = join_all(buyers.iter().map(|(guest, checkout)| async {
            let paid = guest.pay(checkout, APPROVED).await;
            if paid.status.as_u16() != 200 {
                let problem = paid.expect_problem("out_of_stock");
                assert_eq!(problem.extra["lines"][0]["left"], 0);
                assert_eq!(guest.checkout(checkout).await["state"], "rejected");
                return None;
            }
            let total = paid.json()["totals"]["grand"].clone();
            let order = guest
                .complete(checkout, "once", &total)
                .await
                .expect(201)
                .json();
            Some(
                order["number"]
                    .as_str()
                    .expect("a placed order has a number")
                    .to_owned(),
            )
        }))
        .await;
        let numbers: Vec<String> = bought.into_iter().flatten().collect();
        assert_eq!(numbers.len(), 1, "round {round}: {numbers:?}");
        assert_eq!(shop.stock(mug).await, (0, 0), "round {round}");
    }
    shop.settle().await;
    let orders = shop
        .count("SELECT count(*) FROM orders.sales_order WHERE state = 'placed'")
        .await;
    assert_eq!(orders, 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_two_parallel_adds_give_thirty_two_pieces() {
    let shop = Shop::start_doubled(Timing::default()).await;
    let mug = shop.article(1_200, 100).await;
    let guest = shop.guest().await;
    for reply in join_all((0..32).map(|_| guest.add(mug, 1))).await {
        let _ = reply.expect(200);
    }
    let cart = guest.cart().await;
    assert_eq!(cart["count"], 32);
    assert_eq!(cart["lines"][0]["qty"], 32);
    assert_eq!(
        cart["totals"]["items"],
        json!({"minor": 32 * 1_200, "currency": "EUR"})
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_checkout_completed_sixteen_times_is_one_order_and_one_charge() {
    let shop = Shop::start_doubled(Timing::default()).await;
    let mug = shop.article(1_200, 10).await;
    for keys in [1, 16] {
        let (guest, checkout, total) = shop.ready_to_pay(mug, APPROVED).await;
        let sent = (0..16).map(|n| {
            let key = format!("key-{}", n % keys);
            let (guest, checkout, total) = (&guest, &checkout, &total);
            async move { guest.complete(checkout, &key, total).await }
        });
        let mut numbers = Vec::new();
        for reply in join_all(sent).await {
            if reply.status.as_u16() == 201 {
                numbers.push(reply.json()["number"].clone());
            } else {
                assert_eq!(reply.header("retry-after"), "1");
                reply.expect_problem("idempotency_in_progress");
            }
        }
        assert!(!numbers.is_empty());
        numbers.dedup();
        assert_eq!(numbers.len(), 1, "{numbers:?}");
        // Whoever was told to come back gets the same order.
        let again = guest.complete(&checkout, "key-0", &total).await.expect(201);
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(again.json()["number"], numbers[0]);
    }
    shop.settle().await;
    assert_eq!(
        shop.count("SELECT count(*) FROM orders.sales_order").await,
        2
    );
    assert_eq!(
        shop.count("SELECT count(*) FROM payments.ledger_entry WHERE kind = 'authorize'")
            .await,
        2
    );
    assert_eq!(
        shop.count("SELECT count(*) FROM payments.ledger_entry WHERE kind = 'capture'")
            .await,
        2
    );
    assert_eq!(shop.stock(mug).await, (8, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_cart_checked_out_sixteen_times_has_one_checkout_and_one_order() {
    let shop = Shop::start_doubled(Timing::default()).await;
    let mug = shop.article(1_200, 10).await;
    let (guest, checkout) = shop.at_the_till(mug, 1).await;
    for reply in join_all((0..16).map(|_| guest.begin())).await {
        assert_eq!(reply.expect(200).json()["id"], checkout.as_str());
    }
    for reply in join_all((0..16).map(|_| guest.pay(&checkout, APPROVED))).await {
        let _ = reply.expect(200);
    }
    assert_eq!(
        shop.count("SELECT count(*) FROM orders.sales_order").await,
        1
    );
    assert_eq!(shop.count("SELECT count(*) FROM orders.checkout").await, 1);
    assert_eq!(shop.stock(mug).await, (10, 1));
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buyers_of_two_things_in_opposite_order_do_not_block_each_other() {
    let shop = Shop::start_doubled(Timing::default()).await;
    let (mug, lamp) = (shop.article(1_200, 8).await, shop.article(5_000, 8).await);
    let buyers = join_all((0..16).map(|n| {
        let (first, second) = if n % 2 == 0 { (mug, lamp) } else { (lamp, mug) };
        let shop = &shop;
        async move {
            let guest = shop.guest().await;
            let _ = guest.add(first, 1).await.expect(200);
            let _ = guest.add(second, 1).await.expect(200);
            guest
        }
    }))
    .await;
    let outcomes = join_all(buyers.iter().map(|guest| async {
        let checkout = guest.begin().await.expect(201).json()["id"].clone();
        let checkout = checkout.as_str().expect("an id").to_owned();
        let _ = guest.change(&checkout, &details()).await.expect(200);
        let paid = guest.pay(&checkout, APPROVED).await;
        if paid.status.as_u16() != 200 {
            paid.expect_problem("out_of_stock");
            return false;
        }
        let total = paid.json()["totals"]["grand"].clone();
        let _ = guest.complete(&checkout, "k", &total).await.expect(201);
        true
    }))
    .await;
    assert_eq!(outcomes.iter().filter(|bought| **bought).count(), 8);
    assert_eq!(
        (shop.stock(mug).await, shop.stock(lamp).await),
        ((0, 0), (0, 0))
    );
    shop.settle().await;
    assert_eq!(shop.front(Service::Catalog).replicas().len(), 2);
}
