//! Orders after they are placed.

use chassis::{Service, testkit::eventually};
use orders::Timing;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    outcome::APPROVED,
    starter::{Guest, Shop, details},
};

async fn buy(shop: &Shop, variant: Uuid) -> (Guest, Value) {
    let (guest, id, total) = shop.ready_to_pay(variant, APPROVED).await;
    let order = guest.complete(&id, "k", &total).await.expect(201).json();
    (guest, order)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_found_by_its_number_however_it_is_typed() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, order) = buy(&shop, mug).await;
    let number = order["number"].as_str().expect("a number");
    let typed = number.to_lowercase();
    let shown = guest
        .api()
        .get(&format!("/api/v1/orders/{typed}"))
        .await
        .expect(200)
        .json();
    assert_eq!(shown["id"], order["id"]);
    for wrong in ["LM-ZZZZZZ", "LM-1", "nonsense"] {
        guest
            .api()
            .get(&format!("/api/v1/orders/{wrong}"))
            .await
            .expect_problem("not_found");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn own_orders_are_listed_page_by_page() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 9).await;
    let (guest, first) = buy(&shop, mug).await;
    let mut numbers = vec![first["number"].clone()];
    for key in ["k2", "k3"] {
        // The guest's next cart.
        let cart = guest
            .api()
            .post("/api/v1/carts", &json!({}))
            .await
            .expect(201)
            .json();
        let next = guest.with_cart(&cart);
        let _ = next.add(mug, 1).await.expect(200);
        let checkout = next.begin().await.expect(201).json()["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let _ = next.change(&checkout, &details()).await.expect(200);
        let paid = next.pay(&checkout, APPROVED).await.expect(200).json();
        let order = next
            .complete(&checkout, key, &paid["totals"]["grand"])
            .await
            .expect(201)
            .json();
        numbers.push(order["number"].clone());
    }
    // Somebody else's order, and one that never came about, are not in it.
    let _ = buy(&shop, mug).await;
    let _ = shop.ready_to_pay(mug, APPROVED).await;
    numbers.reverse();

    let page = guest
        .api()
        .get("/api/v1/orders?limit=2")
        .await
        .expect(200)
        .json();
    let of = |page: &Value| -> Vec<Value> {
        page["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|order| order["number"].clone())
            .collect()
    };
    assert_eq!(of(&page), numbers[..2]);
    let cursor = page["next_cursor"].as_str().expect("there are older ones");
    let rest = guest
        .api()
        .get(&format!("/api/v1/orders?limit=2&cursor={cursor}"))
        .await
        .expect(200)
        .json();
    assert_eq!(of(&rest), numbers[2..]);
    assert_eq!(rest["next_cursor"], Value::Null);
    for wrong in ["limit=0", "limit=101", "limit=x", "cursor=1", "colour=red"] {
        guest
            .api()
            .get(&format!("/api/v1/orders?{wrong}"))
            .await
            .expect_problem("validation_failed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_placed_order_can_be_cancelled_once_and_everything_goes_back() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 2).await;
    let (guest, order) = buy(&shop, mug).await;
    assert_eq!(order["allowed"], json!(["cancel"]));
    let number = order["number"].as_str().expect("a number");
    let path = format!("/api/v1/orders/{number}/cancel");
    let thief = shop.guest().await;
    thief
        .api()
        .post(&path, &json!({}))
        .await
        .expect_problem("not_found");
    for _ in 0..2 {
        let cancelled = guest.api().post(&path, &json!({})).await.expect(200).json();
        assert_eq!(
            (&cancelled["state"], &cancelled["allowed"]),
            (&json!("cancelled"), &json!([]))
        );
    }
    shop.settle().await;
    assert_eq!(shop.stock(mug).await, (2, 0));
    let shown = guest
        .api()
        .get(&format!("/api/v1/orders/{number}"))
        .await
        .expect(200)
        .json();
    assert!(
        ["refunded", "voided"].contains(&shown["payment_status"].as_str().expect("a status")),
        "{shown}"
    );
    assert_eq!(shown["events"].as_array().map(Vec::len), Some(5));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_is_packed_is_not_cancelled() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 2).await;
    let (guest, order) = buy(&shop, mug).await;
    shop.settle().await;
    shop.execute("UPDATE orders.sales_order SET state = 'fulfilling'")
        .await;
    let number = order["number"].as_str().expect("a number");
    let orders = shop
        .internal(Service::Storefront, Service::Orders, &guest)
        .await;
    orders
        .post(&format!("/api/v1/orders/{number}/cancel"), &json!({}))
        .await
        .expect_problem("invalid_state");
    orders
        .post("/api/v1/orders/LM-000000/cancel", &json!({}))
        .await
        .expect_problem("not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn totals_are_quoted_for_other_services_only() {
    let shop = Shop::start(Timing::default()).await;
    let guest = shop.guest().await;
    let line =
        json!({"variant_id": Uuid::now_v7(), "qty": 3, "unit": {"minor": 333, "currency": "EUR"}});
    let request = json!({"currency": "EUR", "lines": [line], "country": "DE", "rate": "standard"});
    guest
        .api()
        .post("/internal/v1/quote", &request)
        .await
        .expect_problem("method_not_allowed");
    let as_customer = shop
        .internal(Service::Storefront, Service::Orders, &guest)
        .await;
    as_customer
        .post("/internal/v1/quote", &request)
        .await
        .expect_problem("forbidden");

    let cart = shop.internal(Service::Cart, Service::Orders, &guest).await;
    let quote = cart
        .post("/internal/v1/quote", &request)
        .await
        .expect(200)
        .json();
    assert_eq!(
        quote["totals"]["grand"],
        json!({"minor": 999 + 190 + 490, "currency": "EUR"})
    );
    assert_eq!(
        quote["lines"][0]["tax"],
        json!({"minor": 190, "currency": "EUR"})
    );
    for (member, wrong, pointer) in [
        ("country", json!("XX"), "/country"),
        ("rate", json!("pigeon"), "/rate"),
        ("currency", json!("CHF"), "/lines"),
        (
            "lines",
            json!([{"variant_id": Uuid::now_v7(), "qty": 0, "unit": {"minor": 1, "currency": "EUR"}}]),
            "/lines/0/qty",
        ),
    ] {
        let mut body = request.clone();
        body[member] = wrong;
        let problem = cart
            .post("/internal/v1/quote", &body)
            .await
            .expect_problem("validation_failed");
        assert_eq!(problem.errors[0].pointer, pointer);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tables_refuse_what_must_never_be() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let _ = buy(&shop, mug).await;
    shop.settle().await;
    for (statement, refusal) in [
        ("UPDATE orders.order_event SET reason = 'x'", "append-only"),
        ("DELETE FROM orders.order_event", "append-only"),
        (
            "UPDATE orders.sales_order SET total_minor = total_minor + 1",
            "check constraint",
        ),
        (
            "UPDATE orders.sales_order SET number = NULL",
            "check constraint",
        ),
        (
            "UPDATE orders.order_line SET qty = qty + 1",
            "check constraint",
        ),
        (
            "INSERT INTO orders.payment (order_id, attempt, amount_minor, card_token, state) \
             SELECT order_id, 2, amount_minor, card_token, 'authorized' FROM orders.payment",
            "payment_one_open",
        ),
    ] {
        let error = shop.try_execute(statement).await.expect_err(statement);
        assert!(error.contains(refusal), "{statement}: {error}");
    }
    eventually("nothing changed", async || {
        shop.settle().await;
        Ok(())
    })
    .await;
}
