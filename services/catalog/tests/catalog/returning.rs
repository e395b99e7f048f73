//! Pieces of a sold order that come back.

use chassis::testkit::Reply;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixture::{Shop, order, shop};

async fn sold(shop: &Shop, qty: u32) -> Uuid {
    let id = order();
    let _ = shop.reserve(id, "stoneware-mug", qty).await.expect(201);
    let _ = shop.change(id, "commit", &json!({})).await.expect(200);
    id
}

async fn take_back(shop: &Shop, id: Uuid, order: Uuid, qty: u32) -> Reply {
    let variant = shop.variant("stoneware-mug").await;
    let lines = json!([{"variant_id": variant, "qty": qty}]);
    send(shop, id, order, lines).await
}

async fn send(shop: &Shop, id: Uuid, order: Uuid, lines: Value) -> Reply {
    let body = json!({"return_id": id, "order_id": order, "lines": lines});
    shop.orders.post("/internal/v1/returns", &body).await
}

#[tokio::test]
async fn a_return_puts_its_pieces_on_the_shelf_once() {
    let shop = shop().await;
    let order = sold(&shop, 3).await;
    let first = Uuid::now_v7();
    for _ in 0..2 {
        let taken = take_back(&shop, first, order, 1).await.expect(200).json();
        assert_eq!(taken, json!({"return_id": first, "order_id": order}));
        assert_eq!(shop.stock("stoneware-mug").await, (18, 0));
    }
    let other_lines = take_back(&shop, first, order, 2).await;
    other_lines.expect_problem("idempotency_key_reused");
    let too_many = take_back(&shop, Uuid::now_v7(), order, 3).await;
    too_many.expect_problem("invalid_state");
    let _ = take_back(&shop, Uuid::now_v7(), order, 2).await.expect(200);
    assert_eq!(shop.stock("stoneware-mug").await, (20, 0));
    let too_many = take_back(&shop, Uuid::now_v7(), order, 1).await;
    too_many.expect_problem("invalid_state");
    shop.check_invariants().await;
}

#[tokio::test]
async fn only_what_was_sold_comes_back() {
    let shop = shop().await;
    let unknown = take_back(&shop, Uuid::now_v7(), order(), 1).await;
    unknown.expect_problem("not_found");
    let held = order();
    let _ = shop.reserve(held, "stoneware-mug", 1).await.expect(201);
    let unsold = take_back(&shop, Uuid::now_v7(), held, 1).await;
    unsold.expect_problem("invalid_state");
    let order = sold(&shop, 1).await;
    let variant = shop.variant("stoneware-mug").await;
    let line = |qty: u32| json!({"variant_id": variant, "qty": qty});
    for (lines, pointer) in [
        (json!([]), "/lines"),
        (json!([line(0)]), "/lines/0/qty"),
        (json!([line(1), line(1)]), "/lines/1/variant_id"),
    ] {
        let refused = send(&shop, Uuid::now_v7(), order, lines).await;
        let problem = refused.expect_problem("validation_failed");
        assert_eq!(problem.errors[0].pointer, pointer);
    }
    assert_eq!(shop.stock("stoneware-mug").await, (19, 1));
    shop.check_invariants().await;
}
