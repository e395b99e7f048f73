//! Uses of discount codes: taken when the order is made, final when it is placed, given back once
//! when it ends.

use std::time::Duration;

use chassis::testkit::eventually;
use futures::future::join_all;
use orders::Timing;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    outcome::{APPROVED, CHALLENGE},
    starter::{Guest, Shop, details, hurried},
};

const DECLINED: &str = "9999000020000000";

fn euro(minor: i64) -> Value {
    json!({"minor": minor, "currency": "EUR"})
}

/// A shop with the code LASTONE: a fifth off, once.
async fn shop_with_one_use(timing: Timing) -> Shop {
    let shop = Shop::start(timing).await;
    shop.code(
        "LASTONE",
        json!({"effect": {"kind": "percent", "basis_points": 2_000}, "max_uses": 1}),
    )
    .await;
    shop
}

/// A guest with the code at the till; the guest and the id of the checkout.
async fn at_the_till(shop: &Shop, variant: Uuid) -> (Guest, String) {
    let guest = shop.guest().await;
    let _ = guest.add(variant, 1).await.expect(200);
    let _ = guest.give_code("LASTONE").await.expect(200);
    let checkout = guest.begin().await.expect(201).json();
    let id = checkout["id"].as_str().expect("an id").to_owned();
    let _ = guest.change(&id, &details()).await.expect(200);
    (guest, id)
}

async fn buys(guest: &Guest, id: &str) -> Value {
    let paid = guest.pay(id, APPROVED).await.expect(200).json();
    let total = &paid["totals"]["grand"];
    guest.complete(id, "k", total).await.expect(201).json()
}

/// Somebody else can use the code now.
async fn is_free(shop: &Shop, variant: Uuid) {
    shop.settle().await;
    assert_eq!(shop.uses("LASTONE").await, 0);
    let (guest, id) = at_the_till(shop, variant).await;
    let order = buys(&guest, &id).await;
    assert_eq!(order["totals"]["discount"], euro(200));
    shop.settle().await;
    assert_eq!(shop.uses("LASTONE").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_used_up_between_cart_and_payment_is_refused_and_reserves_nothing() {
    let shop = shop_with_one_use(Timing::default()).await;
    let mug = shop.article(1_000, 9).await;
    let (slow, id) = at_the_till(&shop, mug).await;
    let (fast, other) = at_the_till(&shop, mug).await;
    let _ = fast.pay(&other, APPROVED).await.expect(200);
    // Who holds the use is not told that it is used up; everybody else is.
    assert_eq!(fast.cart().await["discount_codes"][0]["applied"], true);
    let cart = slow.cart().await;
    assert_eq!(cart["discount_codes"][0]["applied"], false);

    for _ in 0..2 {
        let refused = slow.pay(&id, APPROVED).await;
        let refused = refused.expect_problem("discount_code_refused");
        assert_eq!(refused.status, 409);
        assert_eq!(refused.extra["reason_code"], "used_up");
        assert!(refused.detail.contains("Remove it"), "{}", refused.detail);
    }
    assert_eq!(slow.checkout(&id).await["state"], "open");
    assert_eq!(shop.stock(mug).await, (9, 1), "only what the other has");

    let _ = slow.remove_code("LASTONE").await.expect(200);
    let again = slow.begin().await.expect(200).json();
    assert_eq!(
        (&again["id"], &again["totals"]["discount"]),
        (&json!(id), &euro(0))
    );
    let order = buys(&slow, &id).await;
    assert_eq!(order["totals"]["discount"], euro(0));
    let total = fast.checkout(&other).await["totals"]["grand"].clone();
    let order = fast.complete(&other, "k", &total).await.expect(201).json();
    assert_eq!(order["totals"]["discount"], euro(200));
    shop.settle().await;
    assert_eq!(shop.uses("LASTONE").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sees_that_the_code_does_not_count_may_go_on_without_removing_it() {
    let shop = shop_with_one_use(Timing::default()).await;
    let mug = shop.article(1_000, 9).await;
    let (slow, id) = at_the_till(&shop, mug).await;
    let (fast, other) = at_the_till(&shop, mug).await;
    let _ = buys(&fast, &other).await;
    let looked = slow.begin().await.expect(200).json();
    assert_eq!(looked["discount_codes"], json!([]));
    let order = buys(&slow, &id).await;
    assert_eq!(order["discount_codes"], json!([]));
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_expires_between_cart_and_payment_is_refused_once_it_was_counted_on() {
    let shop = shop_with_one_use(Timing::default()).await;
    let mug = shop.article(1_000, 9).await;
    let (guest, id) = at_the_till(&shop, mug).await;
    let past = json!({"ends_at": "2020-01-01T00:00:00Z"});
    let _ = shop.change_code("LASTONE", &past).await.expect(200);
    let cart = guest.cart().await;
    assert_eq!(cart["discount_codes"][0]["applied"], false);
    assert_eq!(cart["notices"][0]["code"], "code_not_applied");
    let refused = guest.pay(&id, APPROVED).await;
    let refused = refused.expect_problem("discount_code_refused");
    assert_eq!(refused.extra["reason_code"], "expired");
    assert!(
        refused.detail.contains("1 January 2020"),
        "{}",
        refused.detail
    );
    let _ = guest.remove_code("LASTONE").await.expect(200);
    let _ = guest.begin().await.expect(200);
    let order = buys(&guest, &id).await;
    assert_eq!(order["totals"]["discount"], euro(0));
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_order_gives_its_use_back_once() {
    let shop = shop_with_one_use(Timing::default()).await;
    let mug = shop.article(1_000, 9).await;
    let (guest, id) = at_the_till(&shop, mug).await;
    let order = buys(&guest, &id).await;
    shop.settle().await;
    let number = order["number"].as_str().expect("a number");
    let cancel = format!("/api/v1/orders/{number}/cancel");
    for answer in join_all((0..8).map(|_| guest.api().post(&cancel, &Value::Null))).await {
        let cancelled = answer.expect(200).json();
        assert_eq!(cancelled["discount_codes"][0]["code"], "LASTONE");
    }
    is_free(&shop, mug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cards_declined_for_good_give_the_use_back() {
    let shop = shop_with_one_use(Timing::default()).await;
    let mug = shop.article(1_000, 9).await;
    let (guest, id) = at_the_till(&shop, mug).await;
    for key in ["k1", "k2", "k3"] {
        let paid = guest.pay(&id, DECLINED).await.expect(200).json();
        assert_eq!(shop.uses("LASTONE").await, 1);
        let declined = guest.complete(&id, key, &paid["totals"]["grand"]).await;
        declined.expect_problem("payment_declined");
    }
    is_free(&shop, mug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_is_short_of_stock_gives_the_use_back() {
    let shop = shop_with_one_use(Timing::default()).await;
    let (mug, lamp) = (shop.article(1_000, 9).await, shop.article(1_000, 1).await);
    let (guest, id) = at_the_till(&shop, lamp).await;
    let (other, till) = shop.at_the_till(lamp, 1).await;
    let _ = other.pay(&till, APPROVED).await.expect(200);
    guest
        .pay(&id, APPROVED)
        .await
        .expect_problem("out_of_stock");
    is_free(&shop, mug).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkout_that_begins_again_keeps_its_code() {
    let shop = shop_with_one_use(Timing::default()).await;
    let mug = shop.article(1_000, 9).await;
    let (guest, id) = at_the_till(&shop, mug).await;
    let _ = guest.pay(&id, APPROVED).await.expect(200);
    let express = json!({"rate": "express"});
    let successor = guest.change(&id, &express).await.expect(200).json();
    assert_ne!(successor["id"], id.as_str());
    assert_eq!(successor["totals"]["discount"], euro(200));
    assert_eq!(shop.uses("LASTONE").await, 0, "the old order gave it back");
    let new = successor["id"].as_str().expect("an id").to_owned();
    let _ = guest.pay(&new, APPROVED).await.expect(200);
    // One piece more: again.
    let _ = guest.add(mug, 1).await.expect(200);
    let last = guest.begin().await.expect(201).json();
    assert_eq!(last["totals"]["discount"], euro(400));
    let last = last["id"].as_str().expect("an id");
    let order = buys(&guest, last).await;
    assert_eq!(order["totals"]["discount"], euro(400));
    shop.settle().await;
    assert_eq!(shop.uses("LASTONE").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reservation_that_lapses_gives_the_use_back() {
    for card in [APPROVED, CHALLENGE] {
        let shop = shop_with_one_use(Timing {
            reservation: Duration::from_secs(1),
            ..hurried()
        })
        .await;
        let mug = shop.article(1_000, 9).await;
        let (guest, id) = at_the_till(&shop, mug).await;
        let paid = guest.pay(&id, card).await.expect(200).json();
        if card == CHALLENGE {
            // The bank asks, and nobody answers.
            let asked = guest.complete(&id, "k", &paid["totals"]["grand"]).await;
            let _ = asked.expect(202);
        }
        eventually("the reservation lapses", async || {
            let state = guest.checkout(&id).await["state"].clone();
            if state == "expired" {
                Ok(())
            } else {
                Err(state.to_string())
            }
        })
        .await;
        shop.settle().await;
        assert_eq!(shop.uses("LASTONE").await, 0, "{card}");
    }
}
