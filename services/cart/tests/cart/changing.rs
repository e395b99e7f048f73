//! Changing lines while the catalog is away.

use serde_json::json;
use uuid::Uuid;

use crate::fixture::{Cart, id, path};

#[tokio::test]
async fn a_price_is_never_guessed_when_the_catalog_is_away() {
    let cart = Cart::start().await;
    for customer in cart.customers() {
        let items = format!("{}/items", path(&customer.begin().await));
        let body = json!({"variant_id": Uuid::now_v7(), "qty": 1});
        let refused = customer.api.post(&items, &body).await;
        refused.expect_problem("unavailable");
    }
    cart.running.stop().await;
}

#[tokio::test]
async fn a_quantity_is_set_within_what_the_line_noted_and_a_line_is_removed() {
    let cart = Cart::start().await;
    for customer in cart.customers() {
        let made = customer.begin().await;
        let variant = cart.put(&customer, id(&made), 2).await;
        let item = format!("{}/items/{variant}", path(&made));
        let set = async |qty| customer.api.patch(&item, &json!({"qty": qty})).await;
        let five = set(5).await.expect(200);
        assert_eq!(five.json()["lines"][0]["qty"], 5);
        assert_eq!(five.header("etag"), "\"2\"");
        let problem = set(11).await.expect_problem("validation_failed");
        assert!(problem.detail.contains("At most 10"), "{}", problem.detail);
        for _ in 0..2 {
            let gone = customer.api.delete(&item).await.expect(200).json();
            assert_eq!((&gone["count"], &gone["version"]), (&json!(0), &json!(3)));
        }
        set(1).await.expect_problem("not_found");
    }
    cart.running.stop().await;
}

#[tokio::test]
async fn an_edit_of_an_older_version_is_refused_with_the_fresh_cart() {
    let cart = Cart::start().await;
    for customer in cart.customers() {
        let made = customer.begin().await;
        let variant = cart.put(&customer, id(&made), 2).await;
        let item = format!("{}/items/{variant}", path(&made));
        let seen = customer.api.with("if-match", "\"1\"");
        let _ = seen.patch(&item, &json!({"qty": 3})).await.expect(200);
        let late = seen.patch(&item, &json!({"qty": 9})).await;
        let problem = late.expect_problem("cart_version_conflict");
        assert_eq!(problem.extra["cart"]["lines"][0]["qty"], 3);
        let late = seen.delete(&item).await;
        late.expect_problem("cart_version_conflict");
        let any = customer.api.with("if-match", "*");
        let _ = any.delete(&item).await.expect(200);
    }
    cart.running.stop().await;
}

#[tokio::test]
async fn a_repeated_edit_is_answered_as_before() {
    let cart = Cart::start().await;
    for customer in cart.customers() {
        let made = customer.begin().await;
        let variant = cart.put(&customer, id(&made), 2).await;
        let item = format!("{}/items/{variant}", path(&made));
        let keyed = customer.api.with("idempotency-key", "one");
        for replayed in ["", "true"] {
            let reply = keyed.patch(&item, &json!({"qty": 7})).await.expect(200);
            assert_eq!(reply.header("idempotent-replayed"), replayed);
            assert_eq!(reply.json()["count"], 7);
        }
        let other = keyed.patch(&item, &json!({"qty": 8})).await;
        other.expect_problem("idempotency_key_reused");
    }
    cart.running.stop().await;
}
