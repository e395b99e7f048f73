//! The life of a reservation, and its repeats.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixture::{order, shop};

#[tokio::test]
async fn a_reservation_is_held_committed_and_sold() {
    let shop = shop().await;
    let id = order();
    let held = shop
        .reserve(id, "stoneware-mug", 2)
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&held["order_id"], &held["state"]),
        (&json!(id), &json!("held"))
    );
    assert!(held["expires_at"].is_string());
    assert_eq!(shop.stock("stoneware-mug").await, (20, 2));

    let committed = shop
        .change(id, "commit", &json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(committed, json!({"order_id": id, "state": "committed"}));
    assert_eq!(shop.stock("stoneware-mug").await, (18, 0));
    assert_eq!(
        shop.events("stoneware-mug").await,
        ["stock.reserved", "stock.committed"]
    );
    shop.check_invariants().await;
}

#[tokio::test]
async fn the_same_order_again_gets_the_same_answer() {
    let shop = shop().await;
    let id = order();
    let first = shop
        .reserve(id, "stoneware-mug", 2)
        .await
        .expect(201)
        .json();
    let again = shop
        .reserve(id, "stoneware-mug", 2)
        .await
        .expect(200)
        .json();
    assert_eq!(first, again);
    assert_eq!(shop.stock("stoneware-mug").await, (20, 2));
    for _ in 0..2 {
        let _ = shop.change(id, "commit", &json!({})).await.expect(200);
        let repeated = shop
            .reserve(id, "stoneware-mug", 2)
            .await
            .expect(200)
            .json();
        assert_eq!(repeated["state"], "committed");
    }
    assert_eq!(shop.stock("stoneware-mug").await, (18, 0));
    shop.reserve(id, "stoneware-mug", 3)
        .await
        .expect_problem("idempotency_key_reused");
    shop.check_invariants().await;
}

#[tokio::test]
async fn all_lines_are_reserved_or_none_and_each_short_line_is_told() {
    let shop = shop().await;
    let lines = json!([
        {"variant_id": shop.variant("stoneware-mug").await, "qty": 1},
        {"variant_id": shop.variant("two-cup-teapot").await, "qty": 4},
        {"variant_id": shop.variant("seed-box").await, "qty": 1},
    ]);
    let id = order();
    for _ in 0..2 {
        let problem = shop
            .reserve_lines(id, &lines)
            .await
            .expect_problem("out_of_stock");
        let short = problem.extra["lines"].as_array().expect("lines").clone();
        assert_eq!(
            short,
            [
                json!({"variant_id": lines[1]["variant_id"], "sku": "TWO-CUP-TEAPOT", "title": "Two-cup teapot", "requested": 4, "left": 3}),
                json!({"variant_id": lines[2]["variant_id"], "sku": "SEED-BOX", "title": "Seed box", "requested": 1, "left": 0}),
            ]
        );
    }
    for slug in ["stoneware-mug", "two-cup-teapot", "seed-box"] {
        assert_eq!(shop.stock(slug).await.1, 0, "{slug}");
        assert!(shop.events(slug).await.is_empty());
    }
    let _ = shop
        .orders
        .get(&format!("/internal/v1/reservations/{id}"))
        .await
        .expect(404);
    shop.check_invariants().await;
}

#[tokio::test]
async fn what_is_off_sale_cannot_be_reserved() {
    let shop = shop().await;
    sqlx::query("UPDATE catalog.product SET status = 'archived' WHERE slug = 'stoneware-mug'")
        .execute(&shop.pool)
        .await
        .expect("a product");
    let problem = shop
        .reserve(order(), "stoneware-mug", 1)
        .await
        .expect_problem("out_of_stock");
    assert_eq!(problem.extra["lines"][0]["left"], 0);
}

#[tokio::test]
async fn a_release_frees_the_pieces_once() {
    let shop = shop().await;
    let id = order();
    let _ = shop.reserve(id, "stoneware-mug", 2).await.expect(201);
    for _ in 0..2 {
        let released = shop
            .change(id, "release", &json!({}))
            .await
            .expect(200)
            .json();
        assert_eq!(released, json!({"order_id": id, "state": "released"}));
        assert_eq!(shop.stock("stoneware-mug").await, (20, 0));
    }
    shop.change(id, "commit", &json!({}))
        .await
        .expect_problem("invalid_state");
    shop.change(id, "extend", &json!({"ttl_seconds": 60}))
        .await
        .expect_problem("invalid_state");
    shop.reserve(id, "stoneware-mug", 2)
        .await
        .expect_problem("invalid_state");
    assert_eq!(
        shop.events("stoneware-mug").await,
        ["stock.reserved", "stock.released"]
    );
    shop.check_invariants().await;
}

#[tokio::test]
async fn a_release_that_overtakes_its_reservation_keeps_it_from_coming() {
    let shop = shop().await;
    let id = order();
    for _ in 0..2 {
        let released = shop
            .change(id, "release", &json!({}))
            .await
            .expect(200)
            .json();
        assert_eq!(released["state"], "released");
    }
    shop.reserve(id, "stoneware-mug", 2)
        .await
        .expect_problem("invalid_state");
    assert_eq!(shop.stock("stoneware-mug").await, (20, 0));
}

#[tokio::test]
async fn sold_pieces_come_back_only_when_asked_for_and_once() {
    let shop = shop().await;
    let id = order();
    let _ = shop.reserve(id, "stoneware-mug", 2).await.expect(201);
    let _ = shop.change(id, "commit", &json!({})).await.expect(200);
    shop.change(id, "release", &json!({}))
        .await
        .expect_problem("invalid_state");
    shop.change(id, "release", &json!({"restock": false}))
        .await
        .expect_problem("invalid_state");
    for _ in 0..2 {
        let released = shop
            .change(id, "release", &json!({"restock": true}))
            .await
            .expect(200)
            .json();
        assert_eq!(released["state"], "released");
        assert_eq!(shop.stock("stoneware-mug").await, (20, 0));
    }
    assert_eq!(
        shop.events("stoneware-mug").await,
        ["stock.reserved", "stock.committed", "stock.restocked"]
    );
    shop.check_invariants().await;
}

#[tokio::test]
async fn more_time_is_given_and_never_taken() {
    let shop = shop().await;
    let id = order();
    let held = shop
        .reserve(id, "stoneware-mug", 1)
        .await
        .expect(201)
        .json();
    let longer = shop
        .change(id, "extend", &json!({"ttl_seconds": 1200}))
        .await
        .expect(200)
        .json();
    let end = |reply: &Value| reply["expires_at"].as_str().unwrap_or_default().to_owned();
    assert!(end(&longer) > end(&held));
    let shorter = shop
        .change(id, "extend", &json!({"ttl_seconds": 5}))
        .await
        .expect(200)
        .json();
    assert_eq!(end(&shorter), end(&longer));
    let _ = shop.change(id, "commit", &json!({})).await.expect(200);
    shop.change(id, "extend", &json!({"ttl_seconds": 60}))
        .await
        .expect_problem("invalid_state");
}

#[tokio::test]
async fn stock_that_became_low_is_told_once() {
    let shop = shop().await;
    let _ = shop.reserve(order(), "watering-can", 2).await.expect(201);
    let _ = shop.reserve(order(), "watering-can", 1).await.expect(201);
    assert_eq!(
        shop.events("watering-can").await,
        ["stock.reserved", "stock.low", "stock.reserved"]
    );
}

#[tokio::test]
async fn wrong_requests_are_pointed_at() {
    let shop = shop().await;
    let variant = shop.variant("stoneware-mug").await;
    let cases = [
        (json!([]), "/lines"),
        (json!([{"variant_id": variant, "qty": 0}]), "/lines/0/qty"),
        (json!([{"variant_id": variant, "qty": -1}]), "/lines/0/qty"),
        (
            json!([{"variant_id": variant, "qty": 1}, {"variant_id": variant, "qty": 1}]),
            "/lines/1/variant_id",
        ),
        (
            json!([{"variant_id": Uuid::nil(), "qty": 1}]),
            "/lines/0/variant_id",
        ),
        (
            json!([{"variant_id": variant, "qty": 1, "price": 5}]),
            "/lines/0/price",
        ),
    ];
    for (lines, pointer) in cases {
        let problem = shop
            .reserve_lines(order(), &lines)
            .await
            .expect_problem("validation_failed");
        assert_eq!(problem.errors[0].pointer, pointer, "{lines}");
    }
    for seconds in [0, 3601] {
        let problem = shop
            .change(order(), "extend", &json!({"ttl_seconds": seconds}))
            .await;
        assert_eq!(
            problem.expect_problem("validation_failed").errors[0].pointer,
            "/ttl_seconds"
        );
    }
    let problem = shop
        .change(order(), "release", &json!({"restock": "yes"}))
        .await;
    assert_eq!(
        problem.expect_problem("validation_failed").errors[0].pointer,
        "/restock"
    );
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_other_services_stay_out() {
    let shop = shop().await;
    let id = order();
    for (what, body) in [
        ("commit", json!({})),
        ("extend", json!({"ttl_seconds": 60})),
    ] {
        shop.change(id, what, &body)
            .await
            .expect_problem("not_found");
    }
    shop.orders
        .get("/internal/v1/reservations/not-an-id")
        .await
        .expect_problem("not_found");
    for api in [&shop.cart, &shop.gateway] {
        api.get(&format!("/internal/v1/reservations/{id}"))
            .await
            .expect_problem("forbidden");
        api.post("/internal/v1/reservations", &json!({}))
            .await
            .expect_problem("forbidden");
    }
}
