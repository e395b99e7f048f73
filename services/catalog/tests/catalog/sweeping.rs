//! Time runs out.

use chassis::testkit::eventually;
use serde_json::json;

use crate::fixture::{Shop, order, shop, start};

async fn swept(shop: &Shop) {
    eventually("lapsed reservations are swept", || async {
        let lapsed: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM catalog.reservation WHERE state = 'held' AND expires_at <= now()",
        )
        .fetch_one(&shop.pool)
        .await
        .map_err(|error| error.to_string())?;
        if lapsed == 0 {
            Ok(())
        } else {
            Err(format!("{lapsed} are left"))
        }
    })
    .await;
}

#[tokio::test]
async fn pieces_of_a_lapsed_reservation_are_on_sale_again() {
    let shop = shop().await;
    let _second = start(&shop.database).await;
    let mut orders = Vec::new();
    for _ in 0..3 {
        let id = order();
        let lines = json!([
            {"variant_id": shop.variant("stoneware-mug").await, "qty": 2},
            {"variant_id": shop.variant("watering-can").await, "qty": 1},
        ]);
        let _ = shop.reserve_lines(id, &lines).await.expect(201);
        orders.push(id);
    }
    let kept = order();
    let _ = shop.reserve(kept, "stoneware-mug", 1).await.expect(201);
    for id in &orders {
        shop.lapse(*id).await;
    }
    swept(&shop).await;
    assert_eq!(
        shop.stock("stoneware-mug").await,
        (20, 1),
        "the reservation in time is kept"
    );
    assert_eq!(shop.stock("watering-can").await, (7, 0));
    let events = shop.events("stoneware-mug").await;
    assert_eq!(
        events
            .iter()
            .filter(|event| *event == "stock.expired")
            .count(),
        3
    );
    for id in orders {
        let found = shop
            .orders
            .get(&format!("/internal/v1/reservations/{id}"))
            .await
            .expect(200)
            .json();
        assert_eq!(found["state"], "expired");
    }
    shop.check_invariants().await;
}

#[tokio::test]
async fn an_expired_reservation_can_no_longer_be_used() {
    let shop = shop().await;
    let id = order();
    let _ = shop.reserve(id, "two-cup-teapot", 3).await.expect(201);
    shop.lapse(id).await;
    swept(&shop).await;
    shop.change(id, "commit", &json!({}))
        .await
        .expect_problem("reservation_expired");
    shop.change(id, "extend", &json!({"ttl_seconds": 60}))
        .await
        .expect_problem("reservation_expired");
    shop.reserve(id, "two-cup-teapot", 3)
        .await
        .expect_problem("reservation_expired");
    let released = shop
        .change(id, "release", &json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(
        released["state"], "expired",
        "there is nothing left to release"
    );
    let _ = shop.reserve(order(), "two-cup-teapot", 3).await.expect(201);
    shop.check_invariants().await;
}

#[tokio::test]
async fn a_lapsed_reservation_is_refused_before_the_sweeper_comes() {
    let shop = shop().await;
    let id = order();
    let _ = shop.reserve(id, "two-cup-teapot", 3).await.expect(201);
    // Sweepers pass by a row that is locked.
    let mut lock = shop.pool.begin().await.expect("a connection");
    sqlx::query("SELECT FROM catalog.reservation WHERE order_id = $1 FOR UPDATE")
        .bind(id)
        .execute(&mut *lock)
        .await
        .expect("a reservation");
    let commit = tokio::spawn({
        let orders = shop.orders.clone();
        async move {
            orders
                .post(
                    &format!("/internal/v1/reservations/{id}/commit"),
                    &json!({}),
                )
                .await
        }
    });
    eventually("the commit waits for the row", || async {
        let waiting: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_locks WHERE NOT granted")
            .fetch_one(&shop.pool)
            .await
            .map_err(|error| error.to_string())?;
        if waiting > 0 {
            Ok(())
        } else {
            Err("nobody waits".to_owned())
        }
    })
    .await;
    // The time is over after the commit began and before it got the row.
    sqlx::query(
        "UPDATE catalog.reservation SET expires_at = clock_timestamp() WHERE order_id = $1",
    )
    .bind(id)
    .execute(&mut *lock)
    .await
    .expect("a reservation");
    lock.commit().await.expect("a live connection");
    commit
        .await
        .expect("the commit's task")
        .expect_problem("reservation_expired");
    swept(&shop).await;
    assert_eq!(shop.stock("two-cup-teapot").await, (3, 0));
}
