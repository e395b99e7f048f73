//! What orders asks and tells.

use serde_json::json;
use uuid::Uuid;

use crate::fixture::{Cart, id};

#[tokio::test]
async fn orders_close_a_cart_once() {
    let cart = Cart::start().await;
    for customer in cart.customers() {
        let made = customer.begin().await;
        let variant = cart.put(&customer, id(&made), 5).await;
        let internal = format!("/internal/v1/carts/{}", id(&made));
        let seen = cart.orders.get(&internal).await.expect(200).json();
        assert_eq!(
            (&seen["state"], &seen["owner"]),
            (&json!("open"), &json!(customer.subject))
        );
        let nosy = customer.api.get(&internal).await;
        nosy.expect_problem("forbidden");

        let close = format!("{internal}/close");
        let order = |number: &str| {
            json!({"order_id": Uuid::now_v7(), "order_number": number, "version": 1,
                   "lines": [{"variant_id": variant, "qty": 3}]})
        };
        let first = order("LM-AAAAAA");
        let mut moved = Vec::new();
        for _ in 0..2 {
            let closed = cart.orders.post(&close, &first).await.expect(200).json();
            assert_eq!(closed["state"], "closed");
            moved.push(closed["moved_to"].clone());
        }
        assert_eq!(moved[0], moved[1]);
        let other = cart.orders.post(&close, &order("LM-BBBBBB")).await;
        let problem = other.expect_problem("cart_closed");
        assert_eq!(problem.extra["order_number"], "LM-AAAAAA");

        let shown = customer
            .api
            .get(&format!("/api/v1/carts/{}", id(&made)))
            .await;
        assert_eq!(shown.expect(200).json()["order_number"], "LM-AAAAAA");
        let item = format!("/api/v1/carts/{}/items/{variant}", id(&made));
        let late = customer.api.patch(&item, &json!({"qty": 1})).await;
        let problem = late.expect_problem("cart_closed");
        assert_eq!(problem.extra["order_number"], "LM-AAAAAA");
        // What was added since the order is the customer's next cart.
        let next = customer.api.post("/api/v1/carts", &json!({})).await;
        let next = next.expect(200).json();
        assert_eq!((&next["id"], &next["count"]), (&moved[0], &json!(2)));
    }
    cart.running.stop().await;
}
