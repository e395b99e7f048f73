//! Discount codes: what they take off, and what a customer is told of those that do not count.
//! How often they may be used is in `discount_uses`.

use chassis::Service;
use orders::Timing;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    outcome::APPROVED,
    starter::{Guest, Shop, details},
};

fn euro(minor: i64) -> Value {
    json!({"minor": minor, "currency": "EUR"})
}

fn percent(basis_points: u32) -> Value {
    json!({"effect": {"kind": "percent", "basis_points": basis_points}})
}

/// A guest with `lines` in the cart who gives `code`.
async fn with_code(shop: &Shop, lines: &[(Uuid, u32)], code: &str) -> (Guest, Value) {
    let guest = shop.guest().await;
    for &(variant, qty) in lines {
        let _ = guest.add(variant, qty).await.expect(200);
    }
    let cart = guest.give_code(code).await.expect(200).json();
    (guest, cart)
}

/// Goes from the cart to the placed order.
async fn buy(guest: &Guest) -> Value {
    let checkout = guest.begin().await.expect(201).json();
    let id = checkout["id"].as_str().expect("an id");
    let _ = guest.change(id, &details()).await.expect(200);
    let paid = guest.pay(id, APPROVED).await.expect(200).json();
    let total = &paid["totals"]["grand"];
    let order = guest.complete(id, "k", total).await.expect(201).json();
    assert_eq!(&order["totals"]["grand"], total);
    order
}

fn sum(order: &Value, member: &str) -> i64 {
    let lines = order["lines"].as_array().expect("lines");
    let minor = lines.iter().map(|line| line[member]["minor"].as_i64());
    minor.map(Option::unwrap_or_default).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_percentage_is_taken_off_every_line_before_tax() {
    let shop = Shop::start(Timing::default()).await;
    let (mug, lamp) = (shop.article(333, 9).await, shop.article(1_001, 9).await);
    shop.code("WELCOME10", percent(1_000)).await;
    let (guest, cart) = with_code(&shop, &[(mug, 2), (lamp, 1)], "welcome10").await;
    assert_eq!(
        cart["discount_codes"],
        json!([{"code": "WELCOME10", "title": "The code WELCOME10", "applied": true}])
    );
    assert_eq!(cart["totals"]["discount"], euro(167));
    assert_eq!(cart["notices"], json!([]));

    let order = buy(&guest).await;
    let totals = &order["totals"];
    assert_eq!(totals["items"], euro(1_667));
    assert_eq!(totals["discount"], euro(167));
    assert_eq!(totals["tax"], euro(285), "19 % of 15.00");
    assert_eq!(totals["grand"], euro(1_667 - 167 + 490 + 285));
    assert_eq!((sum(&order, "discount"), sum(&order, "tax")), (167, 285));
    let title = json!([{"code": "WELCOME10", "title": "The code WELCOME10"}]);
    assert_eq!(order["discount_codes"], title);
    shop.settle().await;
    assert_eq!(shop.uses("WELCOME10").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_amount_is_taken_off_from_its_minimum_on() {
    let shop = Shop::start(Timing::default()).await;
    let (mug, lamp) = (shop.article(1_000, 9).await, shop.article(1_600, 9).await);
    let terms = json!({"effect": {"kind": "fixed", "amount": euro(500)}, "min_items": euro(2_500)});
    shop.code("FIVEOFF", terms).await;
    let guest = shop.guest().await;
    let _ = guest.add(mug, 1).await.expect(200);
    let refused = guest.give_code("FIVEOFF").await;
    let refused = refused.expect_problem("validation_failed");
    assert_eq!(refused.errors[0].pointer, "/code");
    assert_eq!(refused.errors[0].code, "minimum_not_reached");
    assert!(
        refused.errors[0].detail.contains("15.00 EUR"),
        "{refused:?}"
    );

    let _ = guest.add(lamp, 1).await.expect(200);
    let cart = guest.give_code("FIVEOFF").await.expect(200).json();
    assert_eq!(cart["totals"]["discount"], euro(500));
    // Below the minimum it stays, is told, and blocks nothing.
    let line = format!("/api/v1/carts/{}/items/{lamp}", guest.cart);
    let cart = guest.api().delete(&line).await.expect(200).json();
    assert_eq!(cart["discount_codes"][0]["applied"], false);
    assert_eq!(cart["totals"]["discount"], euro(0));
    assert_eq!(cart["notices"][0]["code"], "code_not_applied");
    assert_eq!(
        cart["notices"][0]["detail"],
        cart["discount_codes"][0]["reason"]
    );
    // Above it, it counts again.
    let cart = guest.add(mug, 2).await.expect(200).json();
    assert_eq!(cart["totals"]["discount"], euro(500));
    let line = format!("/api/v1/carts/{}/items/{mug}", guest.cart);
    let cart = guest.api().patch(&line, &json!({"qty": 2})).await;
    assert_eq!(cart.expect(200).json()["totals"]["discount"], euro(0));
    let order = buy(&guest).await;
    assert_eq!(order["totals"]["discount"], euro(0));
    assert_eq!(order["discount_codes"], json!([]));
    shop.settle().await;
    assert_eq!(shop.uses("FIVEOFF").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn delivery_is_free_with_every_rate() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 9).await;
    shop.code("FREESHIP", json!({"effect": {"kind": "free_shipping"}}))
        .await;
    let (guest, cart) = with_code(&shop, &[(mug, 1)], "FREESHIP").await;
    assert_eq!(cart["totals"]["delivery"], euro(0));
    let checkout = guest.begin().await.expect(201).json();
    let id = checkout["id"].as_str().expect("an id");
    let _ = guest.change(id, &details()).await.expect(200);
    let rates = format!("/api/v1/checkouts/{id}/shipping-rates");
    let rates = guest.api().get(&rates).await.expect(200).json();
    for rate in rates["items"].as_array().expect("rates") {
        assert_eq!(rate["price"], euro(0), "{rate}");
    }
    let express = json!({"rate": "express"});
    let chosen = guest.change(id, &express).await.expect(200).json();
    assert_eq!(chosen["totals"]["grand"], euro(1_190));
    assert_eq!(chosen["discount_codes"][0]["code"], "FREESHIP");
    let paid = guest.pay(id, APPROVED).await.expect(200).json();
    let order = guest.complete(id, "k", &paid["totals"]["grand"]).await;
    let order = order.expect(201).json();
    assert_eq!(order["totals"]["delivery"], euro(0));
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_cannot_be_used_is_refused_with_the_reason() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 9).await;
    let with = |name: &str, value: Value| {
        let mut terms = percent(1_000);
        terms[name] = value;
        terms
    };
    shop.code("GOOD", percent(1_000)).await;
    shop.code("PAST", with("ends_at", json!("2020-01-01T00:00:00Z")))
        .await;
    shop.code("FUTURE", with("starts_at", json!("2999-01-01T00:00:00Z")))
        .await;
    shop.code("OFF", percent(1_000)).await;
    let off = shop.change_code("off", &json!({"active": false})).await;
    assert_eq!(off.expect(200).json()["active"], false);
    shop.code("ONCE", with("max_uses", json!(1))).await;
    let (first, _) = with_code(&shop, &[(mug, 1)], "ONCE").await;
    let _ = buy(&first).await;

    let guest = shop.guest().await;
    let _ = guest.add(mug, 1).await.expect(200);
    for (code, why) in [
        ("NOSUCH", "unknown"),
        ("no code", "unknown"),
        ("", "unknown"),
        ("OFF", "unknown"),
        ("PAST", "expired"),
        ("FUTURE", "not_started"),
        ("ONCE", "used_up"),
    ] {
        let refused = guest.give_code(code).await;
        let refused = refused.expect_problem("validation_failed");
        let error = &refused.errors[0];
        assert_eq!(
            (error.pointer.as_str(), error.code.as_str()),
            ("/code", why),
            "{code}"
        );
    }
    assert_eq!(guest.cart().await["discount_codes"], json!([]));
    // A second code takes the first one's place, and removing one that is not there is no error.
    shop.code("BETTER", percent(2_000)).await;
    let _ = guest.give_code("GOOD").await.expect(200);
    let better = guest.give_code("better").await.expect(200).json();
    assert_eq!(better["discount_codes"][0]["code"], "BETTER");
    assert_eq!(better["totals"]["discount"], euro(200));
    for absent in ["GOOD", "no-such-code-", "x"] {
        let same = guest.remove_code(absent).await.expect(200).json();
        assert_eq!(same["version"], better["version"], "{absent}");
    }
    let without = guest.remove_code("Better").await.expect(200).json();
    assert_eq!(without["discount_codes"], json!([]));
    assert!(without["version"].as_u64() > better["version"].as_u64());

    let thief = shop.guest().await.with_cart(&json!({"id": guest.cart}));
    thief.give_code("GOOD").await.expect_problem("not_found");
    thief.remove_code("GOOD").await.expect_problem("not_found");
    first.give_code("GOOD").await.expect_problem("cart_closed");
    shop.kill(Service::Orders).await;
    guest.give_code("GOOD").await.expect_problem("unavailable");
    assert_eq!(guest.cart().await["discount_codes"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn giving_a_code_is_guarded_and_repeated_as_other_changes_are() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 9).await;
    shop.code("GOOD", percent(1_000)).await;
    let guest = shop.guest().await;
    let _ = guest.add(mug, 1).await.expect(200);
    let path = format!("/api/v1/carts/{}/discount-codes", guest.cart);
    let body = json!({"code": "GOOD"});
    let stale = guest
        .api()
        .with("if-match", "\"1\"")
        .post(&path, &body)
        .await;
    let stale = stale.expect_problem("cart_version_conflict");
    assert_eq!(stale.extra["cart"]["discount_codes"], json!([]));

    let keyed = guest.api().with("idempotency-key", "c");
    let first = keyed.post(&path, &body).await.expect(200);
    assert_eq!(
        first.header("etag"),
        format!("\"{}\"", first.json()["version"])
    );
    // The answer of then, even when the code is no longer to be had.
    let _ = shop
        .change_code("GOOD", &json!({"active": false}))
        .await
        .expect(200);
    let again = keyed.post(&path, &body).await.expect(200);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.json()["version"], first.json()["version"]);
    let reused = keyed.post(&path, &json!({"code": "OTHER"})).await;
    reused.expect_problem("idempotency_key_reused");
    let unknown = json!({"code": "GOOD", "x": 1});
    let unknown = guest.api().post(&path, &unknown).await;
    unknown.expect_problem("validation_failed");
    let gone = guest.api().with("if-match", "\"1\"");
    let gone = gone.delete(&format!("{path}/GOOD")).await;
    gone.expect_problem("cart_version_conflict");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_code_is_another_cart_for_its_checkout() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 9).await;
    shop.code("GOOD", percent(1_000)).await;
    let (guest, id) = shop.at_the_till(mug, 1).await;
    let _ = guest.give_code("GOOD").await.expect(200);
    guest
        .pay(&id, APPROVED)
        .await
        .expect_problem("cart_changed");
    let seen = guest.checkout(&id).await;
    assert_eq!(seen["totals"]["discount"], euro(100));
    let paid = guest.pay(&id, APPROVED).await.expect(200).json();
    let total = paid["totals"]["grand"].clone();

    let _ = guest.remove_code("GOOD").await.expect(200);
    let late = guest.complete(&id, "k", &total).await;
    late.expect_problem("cart_changed");
    let again = guest.begin().await.expect(201).json();
    assert_eq!(again["totals"]["discount"], euro(0));
    assert_eq!(again["discount_codes"], json!([]));
    shop.settle().await;
    assert_eq!(shop.uses("GOOD").await, 0);
}
