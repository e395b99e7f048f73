//! Carts on a real Redis while the other services are away. Adding to a cart needs the catalog
//! and is tested with the whole shop.
#![allow(clippy::unwrap_used)]

use std::net::{SocketAddr, TcpListener};

use chassis::{
    Running, Service,
    serve::Drain,
    testkit::{self, Api},
};
use serde_json::{Value, json};

const SOMEBODY: &str = "00000000-0000-7000-8000-000000000000";

/// A cart service whose callees are closed ports, and its callers.
struct Cart {
    running: Running,
    storefront: Api,
    orders: Api,
}

impl Cart {
    async fn start() -> Self {
        let closed = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .unwrap()
            .local_addr()
            .unwrap();
        let running = cart::run(cart::Config {
            listeners: testkit::listeners(),
            database: testkit::database(&[Service::Cart])
                .await
                .config(Service::Cart),
            redis: testkit::redis().await.config(Service::Cart),
            internal_keys: testkit::keys().directory().to_owned(),
            catalog: format!("http://{closed}"),
            orders: format!("http://{closed}"),
            currency: contracts::Currency::EUR,
            drain: Drain::default(),
        })
        .await
        .unwrap();
        let storefront = Api::internal(&running, Service::Storefront, Service::Cart);
        let orders = Api::internal(&running, Service::Orders, Service::Cart);
        Self {
            running,
            storefront,
            orders,
        }
    }

    fn customer(&self, name: &str) -> Api {
        self.storefront
            .as_customer(&format!("guest:{name}-{}", std::process::id()))
    }
}

#[tokio::test]
async fn a_customer_has_one_open_cart() {
    let cart = Cart::start().await;
    let customer = cart.customer("one");
    customer
        .get("/api/v1/carts/current")
        .await
        .expect_problem("not_found");
    let made = customer.post("/api/v1/carts", &json!({})).await.expect(201);
    assert_eq!(made.header("etag"), "\"1\"");
    let again = customer.post("/api/v1/carts", &json!({})).await.expect(200);
    assert_eq!(made.json()["id"], again.json()["id"]);
    let current = customer.get("/api/v1/carts/current").await.expect(200);
    assert_eq!(current.json()["id"], made.json()["id"]);
    assert_eq!(current.json()["state"], "open");
    cart.running.stop().await;
}

#[tokio::test]
async fn without_orders_totals_are_unknown_and_never_zero() {
    let cart = Cart::start().await;
    let shown = cart
        .customer("totals")
        .post("/api/v1/carts", &json!({}))
        .await
        .expect(201)
        .json();
    assert_eq!(shown["totals"]["items"], Value::Null);
    assert_eq!(shown["totals"]["grand"], Value::Null);
    assert_eq!(shown["notices"][0]["code"], "totals_unknown");
    cart.running.stop().await;
}

#[tokio::test]
async fn a_foreign_cart_does_not_exist() {
    let cart = Cart::start().await;
    let made = cart
        .customer("owner")
        .post("/api/v1/carts", &json!({}))
        .await
        .expect(201)
        .json();
    let path = format!("/api/v1/carts/{}", made["id"].as_str().unwrap());
    let own = cart.customer("owner").get(&path).await.expect(200);
    assert_eq!(own.json()["id"], made["id"]);
    let stranger = cart.customer("stranger");
    stranger.get(&path).await.expect_problem("not_found");
    let item = format!("{path}/items/{SOMEBODY}");
    stranger
        .patch(&item, &json!({"qty": 2}))
        .await
        .expect_problem("not_found");
    stranger.delete(&item).await.expect_problem("not_found");
    cart.running.stop().await;
}

#[tokio::test]
async fn bad_input_is_named() {
    let cart = Cart::start().await;
    let customer = cart.customer("bad");
    customer
        .post("/api/v1/carts", &json!({"colour": "red"}))
        .await
        .expect_problem("validation_failed");
    customer
        .get("/api/v1/carts/not-an-id")
        .await
        .expect_problem("not_found");
    let made = customer
        .post("/api/v1/carts", &json!({}))
        .await
        .expect(201)
        .json();
    let items = format!("/api/v1/carts/{}/items", made["id"].as_str().unwrap());
    let problem = customer
        .post(&items, &json!({"variant_id": SOMEBODY, "qty": 0}))
        .await
        .expect_problem("validation_failed");
    assert_eq!(problem.errors[0].pointer, "/qty");
    let problem = customer
        .post(
            &items,
            &json!({"variant_id": SOMEBODY, "qty": 1, "price": 1}),
        )
        .await
        .expect_problem("validation_failed");
    assert_eq!(problem.errors[0].pointer, "/price");
    customer
        .with("if-match", "seven")
        .delete(&format!("{items}/{SOMEBODY}"))
        .await
        .expect_problem("validation_failed");
    // Nobody in particular has no cart.
    cart.storefront
        .post("/api/v1/carts", &json!({}))
        .await
        .expect_problem("unauthenticated");
    cart.running.stop().await;
}

#[tokio::test]
async fn a_price_is_never_guessed_when_the_catalog_is_away() {
    let cart = Cart::start().await;
    let customer = cart.customer("away");
    let made = customer
        .post("/api/v1/carts", &json!({}))
        .await
        .expect(201)
        .json();
    let items = format!("/api/v1/carts/{}/items", made["id"].as_str().unwrap());
    customer
        .post(&items, &json!({"variant_id": SOMEBODY, "qty": 1}))
        .await
        .expect_problem("unavailable");
    cart.running.stop().await;
}

#[tokio::test]
async fn orders_close_a_cart_once() {
    let cart = Cart::start().await;
    let customer = cart.customer("closing");
    let made = customer
        .post("/api/v1/carts", &json!({}))
        .await
        .expect(201)
        .json();
    let id = made["id"].as_str().unwrap();
    let internal = format!("/internal/v1/carts/{id}");
    let seen = cart.orders.get(&internal).await.expect(200).json();
    assert_eq!(seen["state"], "open");
    customer.get(&internal).await.expect_problem("forbidden");

    let close = format!("{internal}/close");
    let order = |id: &str, number: &str| json!({"order_id": id, "order_number": number, "version": 1, "lines": []});
    let first = order(SOMEBODY, "LM-AAAAAA");
    for _ in 0..2 {
        let closed = cart.orders.post(&close, &first).await.expect(200).json();
        assert_eq!(closed["state"], "closed");
        assert_eq!(closed.get("moved_to"), None);
    }
    let other = order("00000000-0000-7000-8000-000000000009", "LM-BBBBBB");
    let problem = cart
        .orders
        .post(&close, &other)
        .await
        .expect_problem("cart_closed");
    assert_eq!(problem.extra["order_number"], "LM-AAAAAA");
    customer
        .get("/api/v1/carts/current")
        .await
        .expect_problem("not_found");
    let shown = customer
        .get(&format!("/api/v1/carts/{id}"))
        .await
        .expect(200)
        .json();
    assert_eq!(shown["order_number"], "LM-AAAAAA");
    let next = customer
        .post("/api/v1/carts", &json!({}))
        .await
        .expect(201)
        .json();
    assert_ne!(next["id"], made["id"]);
    cart.running.stop().await;
}
