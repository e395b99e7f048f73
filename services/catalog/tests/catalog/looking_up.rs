//! Variants for carts and orders.

use serde_json::json;
use uuid::Uuid;

use crate::fixture::shop;

const LOOKUP: &str = "/internal/v1/variants/lookup";

#[tokio::test]
async fn carts_and_orders_learn_price_stock_and_limit() {
    let shop = shop().await;
    let id = shop.variant("two-cup-teapot").await;
    let body = json!({"ids": [id, Uuid::nil()]});
    for api in [&shop.cart, &shop.orders] {
        let found = api.post(LOOKUP, &body).await.expect(200).json();
        assert_eq!(
            found["items"].as_array().map(Vec::len),
            Some(1),
            "what is no variant is left out"
        );
        let variant = &found["items"][0];
        assert_eq!(variant["sku"], "TWO-CUP-TEAPOT");
        assert_eq!(variant["price"], json!({"minor": 3400, "currency": "EUR"}));
        assert_eq!(
            (&variant["available"], &variant["max_qty"]),
            (&json!(3), &json!(10))
        );
        assert_eq!(
            (&variant["active"], &variant["weight_grams"]),
            (&json!(true), &json!(100))
        );
        assert!(variant["image"]["alt"].is_string());
    }
}

#[tokio::test]
async fn what_is_reserved_is_not_available() {
    let shop = shop().await;
    let _ = shop
        .reserve(crate::fixture::order(), "two-cup-teapot", 2)
        .await
        .expect(201);
    let body = json!({"ids": [shop.variant("two-cup-teapot").await]});
    let found = shop.cart.post(LOOKUP, &body).await.expect(200).json();
    assert_eq!(found["items"][0]["available"], 1, "never from a cache");
}

#[tokio::test]
async fn what_is_off_sale_is_told_so() {
    let shop = shop().await;
    sqlx::query("UPDATE catalog.product SET status = 'archived' WHERE slug = 'seed-box'")
        .execute(&shop.pool)
        .await
        .expect("a product");
    let body = json!({"ids": [shop.variant("seed-box").await]});
    let found = shop.cart.post(LOOKUP, &body).await.expect(200).json();
    assert_eq!(found["items"][0]["active"], false);
}

#[tokio::test]
async fn wrong_questions_and_wrong_callers_are_refused() {
    let shop = shop().await;
    let ids: Vec<Uuid> = (0..101).map(|_| Uuid::now_v7()).collect();
    let problem = shop
        .cart
        .post(LOOKUP, &json!({"ids": ids}))
        .await
        .expect_problem("validation_failed");
    assert_eq!(problem.errors[0].pointer, "/ids");
    let problem = shop
        .cart
        .post(LOOKUP, &json!({"ids": ["x"]}))
        .await
        .expect_problem("validation_failed");
    assert_eq!(problem.errors[0].pointer, "/ids/0");
    let problem = shop
        .cart
        .post(LOOKUP, &json!({"ids": [], "prices": true}))
        .await
        .expect_problem("validation_failed");
    assert_eq!(problem.errors[0].code, "unknown_field");
    shop.gateway
        .post(LOOKUP, &json!({"ids": []}))
        .await
        .expect_problem("forbidden");
}
