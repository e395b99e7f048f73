//! Taking over the cart from before signing in.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::fixture::{Cart, Customer, id, path};

fn body(guest: &Customer, cart: &Value) -> Value {
    json!({"guest_cart_id": cart["id"], "guest_token": guest.token})
}

#[tokio::test]
async fn a_guests_cart_is_taken_over_once() {
    let cart = Cart::start().await;
    let (guest, user) = (cart.guest(), cart.user());
    let (before, own) = (guest.begin().await, user.begin().await);
    let variant = cart.put(&guest, id(&before), 12).await;
    let merge = format!("{}/merge", path(&own));
    let body = body(&guest, &before);
    let merges = (0..16).map(|_| user.api.post(&merge, &body));
    for reply in join_all(merges).await {
        let reply = reply.expect(200);
        assert_eq!(reply.header("etag"), "\"2\"");
        let merged = reply.json();
        assert_eq!(merged["lines"][0]["variant_id"], json!(variant));
        assert_eq!(
            (&merged["count"], &merged["notices"][0]["code"]),
            (&json!(10), &json!("quantity_reduced"))
        );
    }
    let gone = guest.api.get(&path(&before)).await;
    gone.expect_problem("not_found");
    let next = guest.begin().await;
    assert_ne!(next["id"], before["id"]);
    cart.running.stop().await;
}

#[tokio::test]
async fn only_who_holds_both_carts_merges_them() {
    let cart = Cart::start().await;
    let (guest, user) = (cart.guest(), cart.user());
    let (before, own) = (guest.begin().await, user.begin().await);
    let merge = format!("{}/merge", path(&own));
    let other = cart.guest();
    for (wrong, code) in [
        (
            json!({"guest_cart_id": before["id"], "guest_token": other.token}),
            "not_found",
        ),
        (
            json!({"guest_cart_id": own["id"], "guest_token": guest.token}),
            "not_found",
        ),
        (json!({"guest_cart_id": before["id"]}), "validation_failed"),
        (
            json!({"guest_cart_id": "mine", "guest_token": guest.token}),
            "validation_failed",
        ),
        (
            json!({"guest_cart_id": before["id"], "guest_token": guest.token, "all": true}),
            "validation_failed",
        ),
    ] {
        user.api.post(&merge, &wrong).await.expect_problem(code);
    }
    let right = body(&guest, &before);
    let stranger = cart.user();
    let theirs = stranger.api.post(&merge, &right).await;
    theirs.expect_problem("not_found");
    let guests = guest
        .api
        .post(&format!("{}/merge", path(&before)), &right)
        .await;
    guests.expect_problem("forbidden");
    let _ = user.api.post(&merge, &right).await.expect(200);
    // Also a guest's cart that is gone answers its own customer alone.
    let late = stranger.begin().await;
    let late = stranger
        .api
        .post(&format!("{}/merge", path(&late)), &right)
        .await;
    late.expect_problem("not_found");
    let logged = serde_json::to_string(&chassis::testkit::logs()).unwrap();
    assert!(
        !logged.contains(&guest.token),
        "a guest's secret is in the log"
    );
    cart.running.stop().await;
}
