//! What administrators do to stock.

use chassis::{auth::ROLE_ADMIN, testkit::Api};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixture::{Shop, order, shop};

fn admin(shop: &Shop, key: &str) -> Api {
    shop.gateway
        .as_customer("user:keeper")
        .with_role(ROLE_ADMIN)
        .with("idempotency-key", key)
}

async fn path(shop: &Shop, slug: &str) -> String {
    let variant = shop.variant(slug).await;
    format!("/api/v1/admin/stock/{variant}/adjustments")
}

fn change(qty: i32) -> Value {
    json!({ "qty": qty, "reason": "counted on Monday" })
}

#[tokio::test]
async fn a_delivery_and_a_correction_move_stock_and_tell_of_it() {
    let shop = shop().await;
    let path = path(&shop, "seed-box").await;
    let made = admin(&shop, "1").post(&path, &change(8)).await.expect(201);
    let made = made.json();
    assert_eq!(
        (&made["on_hand"], &made["reserved"], &made["available"]),
        (&json!(8), &json!(0), &json!(8))
    );
    let _ = admin(&shop, "2").post(&path, &change(-3)).await.expect(201);
    let _ = admin(&shop, "3").post(&path, &change(-1)).await.expect(201);
    let _ = admin(&shop, "4").post(&path, &change(1)).await.expect(201);
    assert_eq!(shop.stock("seed-box").await, (5, 0));
    // Restocked when it rises from nothing, low when it falls to the last five: once each.
    assert_eq!(
        shop.events("seed-box").await,
        [
            "stock.adjusted",
            "stock.restocked",
            "stock.adjusted",
            "stock.low",
            "stock.adjusted",
            "stock.adjusted",
        ]
    );
    shop.check_invariants().await;
}

#[tokio::test]
async fn a_repeated_adjustment_moves_stock_once() {
    let shop = shop().await;
    let path = path(&shop, "watering-can").await;
    let first = admin(&shop, "k").post(&path, &change(-2)).await.expect(201);
    let again = admin(&shop, "k").post(&path, &change(-2)).await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.json(), again.json());
    assert_eq!(shop.stock("watering-can").await, (5, 0));
    admin(&shop, "k")
        .post(&path, &change(-1))
        .await
        .expect_problem("idempotency_key_reused");
    shop.check_invariants().await;
}

#[tokio::test]
async fn what_is_promised_to_orders_cannot_be_taken_away() {
    let shop = shop().await;
    let _ = shop.reserve(order(), "watering-can", 4).await.expect(201);
    let path = path(&shop, "watering-can").await;
    let refused = admin(&shop, "1")
        .post(&path, &change(-4))
        .await
        .expect_problem("invalid_state");
    let words = refused.detail;
    assert!(
        words.contains("7 are on hand") && words.contains("at most 3"),
        "{words}"
    );
    let _ = admin(&shop, "2").post(&path, &change(-3)).await.expect(201);
    assert_eq!(shop.stock("watering-can").await, (4, 4));
    shop.check_invariants().await;
}

#[tokio::test]
async fn adjustments_at_once_never_take_more_than_there_is() {
    let shop = shop().await;
    let path = path(&shop, "stoneware-mug").await;
    let requests = (0..16).map(|number| {
        let (api, path) = (admin(&shop, &format!("race-{number}")), path.clone());
        tokio::spawn(async move { api.post(&path, &change(-3)).await.status.as_u16() })
    });
    let statuses: Vec<u16> = futures::future::join_all(requests)
        .await
        .into_iter()
        .map(|done| done.expect("a request's task"))
        .collect();
    let count = |status| statuses.iter().filter(|found| **found == status).count();
    assert_eq!((count(201), count(409)), (6, 10), "{statuses:?}");
    assert_eq!(shop.stock("stoneware-mug").await, (2, 0));
    shop.check_invariants().await;
}

#[tokio::test]
async fn only_administrators_may_and_only_sensibly() {
    let shop = shop().await;
    let path = path(&shop, "stoneware-mug").await;
    let customer = shop
        .gateway
        .as_customer("user:buyer")
        .with("idempotency-key", "1");
    customer
        .post(&path, &change(1))
        .await
        .expect_problem("forbidden");
    customer
        .get(&path.replace("adjustments", "ledger"))
        .await
        .expect_problem("forbidden");
    for wrong in [
        change(0),
        change(1_000_001),
        json!({ "qty": 1, "reason": " " }),
        json!({ "qty": 1 }),
        json!({ "qty": 1, "reason": "x", "price": 2 }),
    ] {
        admin(&shop, "2")
            .post(&path, &wrong)
            .await
            .expect_problem("validation_failed");
    }
    let keyless = shop
        .gateway
        .as_customer("user:keeper")
        .with_role(ROLE_ADMIN);
    keyless
        .post(&path, &change(1))
        .await
        .expect_problem("idempotency_key_required");
    let unknown = format!("/api/v1/admin/stock/{}", Uuid::now_v7());
    admin(&shop, "3")
        .post(&format!("{unknown}/adjustments"), &change(1))
        .await
        .expect_problem("not_found");
    admin(&shop, "3")
        .get(&format!("{unknown}/ledger"))
        .await
        .expect_problem("not_found");
    assert_eq!(shop.stock("stoneware-mug").await, (20, 0));
}

#[tokio::test]
async fn the_ledger_is_paged_newest_first() {
    let shop = shop().await;
    let path = path(&shop, "seed-box").await;
    for number in 1..=5 {
        let _ = admin(&shop, &format!("page-{number}"))
            .post(&path, &change(number))
            .await
            .expect(201);
    }
    let ledger = path.replace("adjustments", "ledger");
    let keeper = admin(&shop, "-");
    let mut pieces = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = keeper
            .get(&format!("{ledger}?limit=2{cursor}"))
            .await
            .expect(200)
            .json();
        let items = page["items"].as_array().expect("items").clone();
        assert!(items.iter().all(|item| item["kind"] == "receive"));
        pieces.extend(items.iter().filter_map(|item| item["qty"].as_i64()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(pieces, [5, 4, 3, 2, 1]);
    for wrong in ["?limit=0", "?limit=101", "?cursor=x", "?page=2"] {
        keeper
            .get(&format!("{ledger}{wrong}"))
            .await
            .expect_problem("validation_failed");
    }
}
