//! From a placed order to a delivered one.

use std::time::Duration;

use chassis::testkit::eventually;
use futures::future::join_all;
use orders::Timing;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    bought::Bought,
    starter::{Shop, hurried},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_goes_out_in_two_parcels_and_arrives() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let bought = shop.bought(mug, 3).await;
    assert_eq!(bought.shown().await["fulfillment_status"], "none");

    for _ in 0..2 {
        let packed = bought.pack().await.expect(200).json();
        assert_eq!(packed["state"], "fulfilling");
    }
    let cancel = bought
        .guest
        .api()
        .post(&bought.mine("/cancel"), &json!({}))
        .await;
    cancel.expect_problem("invalid_state");

    let first = bought.ship(1).await.expect(201).json();
    assert_eq!(state(&first), ("fulfilling", "partial"));
    let arrived = bought.deliver(0).await.expect(200).json();
    assert_eq!(state(&arrived), ("fulfilling", "partial"));
    let body = json!({"lines": bought.pieces(2), "tracking": "JD 0143"});
    let second = bought.admin.post(&bought.desk("/shipments"), &body).await;
    let second = second.expect(201).json();
    assert_eq!(state(&second), ("shipped", "all"));
    assert_eq!(second["shipments"][1]["tracking"], "JD 0143");
    assert_eq!(second["shipments"][1]["lines"], bought.pieces(2));
    bought.ship(1).await.expect_problem("invalid_state");
    for _ in 0..2 {
        let delivered = bought.deliver(1).await.expect(200).json();
        assert_eq!(state(&delivered), ("delivered", "all"));
    }
    let _ = bought.pack().await.expect(200);

    let history = bought.guest.api().get(&bought.mine("/events")).await;
    let history = history.expect(200).json();
    let items = history["items"].as_array().expect("items");
    let states: Vec<&Value> = items.iter().map(|item| &item["state"]).collect();
    let expected = [
        "created",
        "stock_reserved",
        "payment_authorized",
        "placed",
        "fulfilling",
        "shipped",
        "delivered",
    ];
    assert_eq!(states, expected);
    assert_eq!(items[4]["text"], "We are packing your order.");
    assert_eq!(items[4]["seq"], 5);
    shop.settle().await;
}

fn state(order: &Value) -> (&str, &str) {
    let text = |member: &str| order[member].as_str().unwrap_or_default();
    (text("state"), text("fulfillment_status"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parcel_with_wrong_lines_is_refused_and_says_which() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let bought = shop.bought(mug, 2).await;
    bought.ship(1).await.expect_problem("invalid_state");
    let _ = bought.pack().await.expect(200);
    let line = |qty: i64| json!({"variant_id": mug, "qty": qty});
    for (lines, pointer) in [
        (json!([line(3)]), "/lines/0/qty"),
        (json!([line(0)]), "/lines/0/qty"),
        (json!([line(1), line(1)]), "/lines/1/variant_id"),
        (json!([]), "/lines"),
        (
            json!([line(1), {"variant_id": Uuid::now_v7(), "qty": 1}]),
            "/lines/1/variant_id",
        ),
        (json!([{"variant_id": mug, "qty": -1}]), "/lines/0/qty"),
    ] {
        let path = bought.desk("/shipments");
        let refused = bought.admin.post(&path, &json!({"lines": lines})).await;
        let problem = refused.expect_problem("validation_failed");
        assert_eq!(problem.errors[0].pointer, pointer, "{lines}");
    }
    for (body, pointer) in [
        (
            json!({"lines": bought.pieces(1), "tracking": " "}),
            "/tracking",
        ),
        (
            json!({"lines": bought.pieces(1), "carrier": "x"}),
            "/carrier",
        ),
    ] {
        let refused = bought.admin.post(&bought.desk("/shipments"), &body).await;
        let problem = refused.expect_problem("validation_failed");
        assert_eq!(problem.errors[0].pointer, pointer);
    }
    // Nothing of a parcel that was refused has left.
    assert_eq!(bought.shown().await["fulfillment_status"], "none");
    let unknown = bought.desk(&format!("/shipments/{}/deliver", Uuid::now_v7()));
    let missing = bought.admin.post(&unknown, &json!({})).await;
    missing.expect_problem("not_found");
    let foreign = shop.bought(mug, 1).await;
    let _ = foreign.pack().await.expect(200);
    let shipped = foreign.ship(1).await.expect(201).json();
    let parcel = shipped["shipments"][0]["id"].as_str().expect("an id");
    let path = bought.desk(&format!("/shipments/{parcel}/deliver"));
    let wrong = bought.admin.post(&path, &json!({})).await;
    wrong.expect_problem("not_found");
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parcel_is_handed_over_once_for_each_key() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let bought = shop.bought(mug, 4).await;
    let _ = bought.pack().await.expect(200);
    let keyed = bought.admin.with("idempotency-key", "parcel-1");
    let body = json!({"lines": bought.pieces(1)});
    let path = bought.desk("/shipments");
    let first = keyed.post(&path, &body).await.expect(201);
    let again = keyed.post(&path, &body).await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.json(), again.json());
    let other = keyed.post(&path, &json!({"lines": bought.pieces(2)})).await;
    other.expect_problem("idempotency_key_reused");
    let shipments = bought.shown().await["shipments"].clone();
    assert_eq!(shipments.as_array().map(Vec::len), Some(1));
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_piece_leaves_in_one_of_sixteen_parcels() {
    let shop = Shop::start_doubled(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let bought = shop.bought(mug, 2).await;
    let _ = bought.pack().await.expect(200);
    let _ = bought.ship(1).await.expect(201);
    let replies = join_all((0..16).map(|_| bought.ship(1))).await;
    let left = replies.iter().filter(|reply| reply.status == 201).count();
    assert_eq!(left, 1);
    for reply in replies.into_iter().filter(|reply| reply.status != 201) {
        reply.expect_problem("invalid_state");
    }
    shop.settle().await;
    // The table holds the bound whatever the program does.
    let more = "UPDATE orders.order_line SET shipped_qty = shipped_qty + 1";
    let error = shop.try_execute(more).await.expect_err("one too many");
    assert!(error.contains("order_line_shipped"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_admins_reach_the_desk() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let bought = shop.bought(mug, 1).await;
    let parcel = format!("/shipments/{}/deliver", Uuid::now_v7());
    for (method, path) in [
        ("GET", "/api/v1/admin/orders".to_owned()),
        ("GET", bought.desk("")),
        ("POST", bought.desk("/pack")),
        ("POST", bought.desk("/shipments")),
        ("POST", bought.desk(&parcel)),
    ] {
        let method: http::Method = method.parse().expect("a method");
        let body = json!({});
        let body = (method == http::Method::POST).then_some(&body);
        let refused = bought.guest.api().send(method, &path, body).await;
        refused.expect_problem("forbidden");
    }
    let missing = bought
        .admin
        .post("/api/v1/admin/orders/LM-000000/pack", &json!({}))
        .await;
    missing.expect_problem("not_found");
    let cancelled = bought
        .guest
        .api()
        .post(&bought.mine("/cancel"), &json!({}))
        .await;
    let _ = cancelled.expect(200);
    bought.pack().await.expect_problem("invalid_state");
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_orders_are_listed_by_state_and_page() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 9).await;
    let mut bought: Vec<Bought> = Vec::new();
    for _ in 0..3 {
        bought.push(shop.bought(mug, 1).await);
    }
    let _ = bought[1].pack().await.expect(200);
    let admin = shop.admin();
    let list = async |query: &str| {
        let page = admin.get(&format!("/api/v1/admin/orders{query}")).await;
        let page = page.expect(200).json();
        let items = page["items"].as_array().expect("items").clone();
        let numbers: Vec<Value> = items.iter().map(|item| item["number"].clone()).collect();
        (numbers, page["next_cursor"].as_str().map(str::to_owned))
    };
    let (first, cursor) = list("?limit=2").await;
    assert_eq!(first, [bought[2].number.as_str(), &bought[1].number]);
    let cursor = cursor.expect("there are more");
    let (rest, end) = list(&format!("?limit=2&cursor={cursor}")).await;
    assert_eq!((rest, end), (vec![json!(bought[0].number)], None));
    let (packed, _) = list("?state=fulfilling").await;
    assert_eq!(packed, [bought[1].number.as_str()]);
    for wrong in [
        "limit=0",
        "limit=101",
        "state=lost",
        "cursor=1",
        "colour=red",
    ] {
        let refused = admin.get(&format!("/api/v1/admin/orders?{wrong}")).await;
        refused.expect_problem("validation_failed");
    }
    let shown = admin.get(&bought[0].desk("")).await.expect(200).json();
    assert_eq!(shown["email"], "ada@example.org");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivered_order_is_completed_when_the_time_for_returns_is_over() {
    let shop = Shop::start(Timing {
        return_window: Duration::from_millis(100),
        ..hurried()
    })
    .await;
    let mug = shop.article(1_000, 5).await;
    let bought = shop.bought(mug, 1).await;
    bought.arrives(1).await;
    eventually("the order is completed", async || {
        let state = bought.shown().await["state"].clone();
        if state == "completed" {
            Ok(())
        } else {
            Err(state.to_string())
        }
    })
    .await;
    shop.settle().await;
}
