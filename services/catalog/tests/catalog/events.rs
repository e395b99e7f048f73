//! What the catalog hears: sales of orders, and its own changes of stock.

use std::time::Duration;

use chassis::{
    Service,
    testkit::{Api, TestRedis, eventually, redis_alone},
};
use redis::streams::StreamInfoGroupsReply;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixture::{Shop, order, shop_on, start_with};

/// Longer than any test takes: what changes was evicted.
const LONG: Duration = Duration::from_mins(10);

/// Trace of the purchases.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// A shop with two catalogs on a Redis of their own, with answers that are kept for long.
async fn two_catalogs() -> (TestRedis, Shop, [Api; 2], Api) {
    let redis = redis_alone().await;
    let shop = shop_on(redis, LONG).await;
    let second = start_with(&shop.database, redis, LONG).await;
    let health = Api::anonymous(second.admin_url());
    let second = Api::internal(&second, Service::Storefront, Service::Catalog);
    let replicas = [shop.gateway.clone(), second];
    (redis, shop, replicas, health)
}

async fn placed(redis: TestRedis, event: Uuid, lines: Value) {
    let order = Uuid::now_v7();
    let envelope = json!({
        "id": event, "aggregate_id": order, "sequence": 1, "time": "2026-11-24T12:00:00Z",
        "traceparent": format!("00-{TRACE}-b7ad6b7169203331-01"),
        "version": 1, "type": "order.placed",
        "payload": {"order_id": order, "number": "LM-7K3Q9X", "lines": lines,
                    "total": {"minor": 100, "currency": "EUR"}},
    });
    let _: String = redis::cmd("XADD")
        .arg(&["orders:events", "*", "event", &envelope.to_string()])
        .query_async(&mut redis.admin().await)
        .await
        .expect("an entry");
}

/// Waits until both catalogs together have nothing left to do.
async fn counted(redis: TestRedis) {
    eventually("everything is acknowledged", || async {
        let groups: StreamInfoGroupsReply = redis::cmd("XINFO")
            .arg(&["GROUPS", "orders:events"])
            .query_async(&mut redis.admin().await)
            .await
            .map_err(|error| error.to_string())?;
        let group = groups.groups.first().ok_or("no group yet")?;
        if group.pending == 0 && group.lag == Some(0) {
            Ok(())
        } else {
            Err(format!("{group:?}"))
        }
    })
    .await;
}

#[tokio::test]
async fn what_sells_comes_first_and_each_sale_counts_once() {
    let (redis, shop, [api, _], health) = two_catalogs().await;
    let can = shop.variant("watering-can").await;
    let mug = shop.variant("stoneware-mug").await;
    let unknown = Uuid::now_v7();
    let event = Uuid::now_v7();
    for _ in 0..3 {
        let lines = json!([{"variant_id": can, "qty": 3}, {"variant_id": unknown, "qty": 9}]);
        placed(redis, event, lines).await;
    }
    for _ in 0..2 {
        placed(
            redis,
            Uuid::now_v7(),
            json!([{"variant_id": mug, "qty": 1}]),
        )
        .await;
    }
    counted(redis).await;
    let sold: Vec<(String, i64)> =
        sqlx::query_as("SELECT slug, sold FROM catalog.product WHERE sold > 0 ORDER BY sold DESC")
            .fetch_all(&shop.pool)
            .await
            .expect("products");
    assert_eq!(
        sold,
        [
            ("watering-can".to_owned(), 3),
            ("stoneware-mug".to_owned(), 2)
        ]
    );
    let page = api
        .get("/api/v1/products?sort=popular&limit=2")
        .await
        .expect(200)
        .json();
    assert_eq!(page["items"][0]["slug"], "watering-can");
    assert_eq!(page["items"][1]["slug"], "stoneware-mug");

    let traced = chassis::testkit::logs()
        .iter()
        .filter(|line| line["trace_id"] == TRACE && line["message"] == "an event had its effect")
        .count();
    assert_eq!(traced, 3, "each effect stands in the trace of its purchase");
    let metrics = health.get("/metrics").await.expect(200).text();
    for name in ["outbox_lag_seconds", "outbox_published_total"] {
        assert!(metrics.contains(&format!("localmart_{name}")), "{metrics}");
    }
}

#[tokio::test]
async fn every_replica_forgets_what_stock_made_wrong() {
    let (_, shop, replicas, _) = two_catalogs().await;
    let product = "/api/v1/products/apple-press";
    let stock = async |api: &Api| {
        let product = api.get(product).await.expect(200).json();
        let list = api.get("/api/v1/products").await.expect(200).json();
        let items = list["items"].as_array().expect("items").clone();
        let card = items.iter().find(|item| item["slug"] == "apple-press");
        let card = card.map(|card| card["stock"].clone());
        (product["variants"][0]["stock"].clone(), card)
    };
    let both = |level: &str| (json!(level), Some(json!(level)));
    // Followers begin with what comes after they have connected; one event shows that they have.
    eventually("both replicas follow", || async {
        let mut following = true;
        for api in &replicas {
            following &= stock(api).await == both("low");
        }
        let id = order();
        let _ = shop.reserve(id, "apple-press", 1).await.expect(201);
        let mut forgotten = following;
        for api in &replicas {
            forgotten &= seen(api, &stock, &both("out")).await;
        }
        let _ = shop.change(id, "release", &json!({})).await.expect(200);
        for api in &replicas {
            forgotten &= seen(api, &stock, &both("low")).await;
        }
        if forgotten {
            Ok(())
        } else {
            Err("an old answer".to_owned())
        }
    })
    .await;
}

/// Whether an answer changes to `wanted` while somebody asks now and again.
async fn seen<T: PartialEq>(api: &Api, ask: &impl AsyncFn(&Api) -> T, wanted: &T) -> bool {
    for _ in 0..200 {
        if ask(api).await == *wanted {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}
