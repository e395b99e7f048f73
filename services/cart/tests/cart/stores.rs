//! Each kind of customer depends on one store, and the service on neither alone.

use std::time::Duration;

use chassis::testkit::Api;
use serde_json::json;

use crate::fixture::{Cart, closed_port};

async fn ready(cart: &Cart) -> u16 {
    let admin = Api::anonymous(cart.running.admin_url());
    admin.get("/readyz").await.status.as_u16()
}

/// `here` works at once and `away` is told that it cannot.
async fn works_for(cart: &Cart, here: &str) {
    assert_eq!(ready(cart).await, 200);
    for customer in cart.customers() {
        let nothing = json!({});
        let begun = customer.api.post("/api/v1/carts", &nothing);
        if customer.subject.starts_with(here) {
            let begun = tokio::time::timeout(Duration::from_secs(1), begun).await;
            let _ = begun.expect("nobody waits for the other store").expect(201);
        } else {
            let refused = begun.await;
            assert!(!refused.header("retry-after").is_empty());
            refused.expect_problem("unavailable");
        }
    }
}

#[tokio::test]
async fn guests_shop_while_postgres_is_away() {
    let cart = Cart::start_with(|config| config.database.port = closed_port()).await;
    works_for(&cart, "guest:").await;
    cart.running.stop().await;
}

#[tokio::test]
async fn who_is_signed_in_shops_while_redis_is_away() {
    let cart = Cart::start_with(|config| config.redis.port = closed_port()).await;
    works_for(&cart, "user:").await;
    cart.running.stop().await;
}

#[tokio::test]
async fn without_any_store_the_service_is_not_ready() {
    let cart = Cart::start_with(|config| {
        config.database.port = closed_port();
        config.redis.port = closed_port();
    })
    .await;
    assert_eq!(ready(&cart).await, 503);
    cart.running.stop().await;
}
