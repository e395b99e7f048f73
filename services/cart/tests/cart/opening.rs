//! Beginning a cart and looking at it.

use chassis::testkit;
use serde_json::{Value, json};

use crate::fixture::{Cart, id, path};

#[tokio::test]
async fn a_customer_has_one_open_cart() {
    let cart = Cart::start().await;
    for customer in cart.customers() {
        let current = || customer.api.get("/api/v1/carts/current");
        current().await.expect_problem("not_found");
        let made = customer.api.post("/api/v1/carts", &json!({})).await;
        let made = made.expect(201);
        assert_eq!(made.header("etag"), "\"1\"");
        let again = customer.api.post("/api/v1/carts", &json!({})).await;
        assert_eq!(again.expect(200).json()["id"], made.json()["id"]);
        let current = current().await.expect(200).json();
        assert_eq!(current["id"], made.json()["id"]);
        assert_eq!(current["state"], "open");
        assert_eq!(current.get("expires_at").is_none(), customer.is_user());
    }
    cart.running.stop().await;
}

#[tokio::test]
async fn a_guest_whose_cart_was_forgotten_begins_anew() {
    let cart = Cart::start().await;
    let guest = cart.guest();
    let made = guest.begin().await;
    assert!(made["expires_at"].is_string(), "{made}");
    let mut redis = testkit::redis().await.admin().await;
    for key in [
        format!("cart:cart:{}", id(&made)),
        format!("cart:owner:{}", guest.subject),
    ] {
        redis::cmd("EXPIRE")
            .arg(key)
            .arg(0)
            .exec_async(&mut redis)
            .await
            .unwrap();
    }
    let lost = guest.api.get(&path(&made)).await;
    lost.expect_problem("not_found");
    let current = guest.api.get("/api/v1/carts/current").await;
    current.expect_problem("not_found");
    assert_ne!(guest.begin().await["id"], made["id"]);
    cart.running.stop().await;
}

#[tokio::test]
async fn without_orders_totals_are_unknown_and_never_zero() {
    let cart = Cart::start().await;
    for customer in cart.customers() {
        let shown = customer.begin().await;
        assert_eq!(shown["totals"]["items"], Value::Null);
        assert_eq!(shown["totals"]["grand"], Value::Null);
        assert_eq!(shown["notices"][0]["code"], "totals_unknown");
    }
    cart.running.stop().await;
}

#[tokio::test]
async fn a_foreign_cart_does_not_exist() {
    let cart = Cart::start().await;
    for owner in cart.customers() {
        let made = owner.begin().await;
        let own = owner.api.get(&path(&made)).await.expect(200);
        assert_eq!(own.json()["id"], made["id"]);
        let variant = cart.put(&owner, made["id"].as_str().unwrap(), 2).await;
        let item = format!("{}/items/{variant}", path(&made));
        for stranger in cart.customers() {
            let api = &stranger.api;
            api.get(&path(&made)).await.expect_problem("not_found");
            let two = json!({"qty": 2});
            api.patch(&item, &two).await.expect_problem("not_found");
            api.delete(&item).await.expect_problem("not_found");
        }
    }
    cart.running.stop().await;
}

#[tokio::test]
async fn bad_input_is_named() {
    let cart = Cart::start().await;
    for customer in cart.customers() {
        let api = &customer.api;
        let coloured = api.post("/api/v1/carts", &json!({"colour": "red"})).await;
        coloured.expect_problem("validation_failed");
        let nothing = api.get("/api/v1/carts/not-an-id").await;
        nothing.expect_problem("not_found");
        let items = format!("{}/items", path(&customer.begin().await));
        let variant = uuid::Uuid::now_v7();
        for (body, pointer) in [
            (json!({"variant_id": variant, "qty": 0}), "/qty"),
            (
                json!({"variant_id": variant, "qty": 1, "price": 1}),
                "/price",
            ),
        ] {
            let refused = api.post(&items, &body).await;
            let problem = refused.expect_problem("validation_failed");
            assert_eq!(problem.errors[0].pointer, pointer);
        }
        let vague = api.with("if-match", "seven");
        let refused = vague.delete(&format!("{items}/{variant}")).await;
        refused.expect_problem("validation_failed");
    }
    // Nobody in particular has no cart.
    let nobody = cart.storefront.post("/api/v1/carts", &json!({})).await;
    nobody.expect_problem("unauthenticated");
    cart.running.stop().await;
}
