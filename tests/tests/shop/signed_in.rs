//! Purchases of who is signed in, and what becomes of prices and of carts from before signing in.

use chassis::Service;
use futures::future::join_all;
use orders::Timing;
use serde_json::{Value, json};

use crate::{
    outcome::APPROVED,
    starter::{Guest, Kind, Moment, Shop, details, hurried},
};

fn codes(cart: &Value) -> Vec<&str> {
    let notices = cart["notices"].as_array().expect("notices");
    notices
        .iter()
        .filter_map(|it| it["code"].as_str())
        .collect()
}

/// A checkout that only lacks a card.
async fn at_the_till(customer: &Guest) -> String {
    let checkout = customer.begin().await.expect(201).json();
    let id = checkout["id"].as_str().expect("an id").to_owned();
    let _ = customer.change(&id, &details()).await.expect(200);
    id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purchase_closes_the_cart_and_moves_what_was_added_since() {
    let shop = Shop::start_doubled(hurried()).await;
    for kind in Kind::BOTH {
        let (mug, lamp) = (shop.article(1_000, 50).await, shop.article(5_000, 9).await);
        let customer = shop.customer(kind).await;
        let _ = customer.add(mug, 2).await.expect(200);
        let id = at_the_till(&customer).await;
        let paid = customer.pay(&id, APPROVED).await.expect(200).json();
        // Orders has done everything but telling the cart.
        let stopped = shop
            .front(Service::Cart)
            .stop_next("POST /internal/v1/carts/*/close", Moment::Before);
        let buyer = customer.clone();
        let (key, total) = (id.clone(), paid["totals"]["grand"].clone());
        let completing = tokio::spawn(async move { buyer.complete(&key, "k", &total).await });
        let held = stopped.wait().await;
        let _ = customer.add(lamp, 1).await.expect(200);
        let _ = customer.add(mug, 3).await.expect(200);
        held.release();
        let order = completing.await.expect("a reply").expect(201).json();
        shop.settle().await;

        let closed = customer.cart().await;
        assert_eq!(
            (&closed["state"], &closed["order_number"]),
            (&json!("closed"), &order["number"]),
            "{kind:?}"
        );
        customer.add(mug, 1).await.expect_problem("cart_closed");
        let current = customer.api().get("/api/v1/carts/current").await;
        let next = current.expect(200).json();
        let lines: Vec<_> = next["lines"]
            .as_array()
            .expect("lines")
            .iter()
            .map(|line| (line["id"].clone(), line["qty"].clone()))
            .collect();
        assert_eq!(lines, [(json!(mug), json!(3)), (json!(lamp), json!(1))]);
        let mine = customer.orders().get("/api/v1/orders").await.expect(200);
        assert_eq!(mine.json()["items"][0]["number"], order["number"]);
        // Nobody else's eyes.
        let other = shop.customer(kind).await;
        let path = format!(
            "/api/v1/orders/{}",
            order["number"].as_str().expect("a number")
        );
        other.orders().get(&path).await.expect_problem("not_found");
        let foreign = other.with_cart(&json!({"id": customer.cart}));
        foreign.begin().await.expect_problem("not_found");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_two_additions_at_once_over_two_processes_add_up() {
    let shop = Shop::start_doubled(Timing::default()).await;
    let mug = shop.article(1_000, 90).await;
    for kind in Kind::BOTH {
        let customer = shop.customer(kind).await;
        for reply in join_all((0..32).map(|_| customer.add(mug, 1))).await {
            let _ = reply.expect(200);
        }
        assert_eq!(customer.cart().await["count"], 32, "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_price_is_told_until_the_customer_agrees_to_it() {
    let shop = Shop::start(Timing::default()).await;
    for kind in Kind::BOTH {
        let mug = shop.article(1_000, 50).await;
        let customer = shop.customer(kind).await;
        let first = customer.add(mug, 2).await.expect(200).json();
        shop.reprice(mug, 1_200).await;
        // Looking is not agreeing.
        for _ in 0..2 {
            let cart = customer.cart().await;
            assert_eq!(codes(&cart), ["price_changed"], "{kind:?}");
            assert_eq!(cart["lines"][0]["was"]["minor"], 1_000);
            assert_eq!(cart["version"], first["version"]);
        }
        // The quantity confirmed at the new price is no other cart: a checkout goes on with it.
        let path = format!("/api/v1/carts/{}/items/{mug}", customer.cart);
        let same = customer.api().patch(&path, &json!({"qty": 2})).await;
        let same = same.expect(200).json();
        assert_eq!(
            (codes(&same).len(), &same["lines"][0].get("was")),
            (0, &None)
        );
        assert_eq!(same["version"], first["version"]);
        // Adding more agrees, too.
        shop.reprice(mug, 900).await;
        assert_eq!(codes(&customer.cart().await), ["price_changed"]);
        let more = customer.add(mug, 1).await.expect(200).json();
        assert_eq!((codes(&more).len(), &more["count"]), (0, &json!(3)));
        // A cart that was ordered is history.
        let id = at_the_till(&customer).await;
        let paid = customer.pay(&id, APPROVED).await.expect(200).json();
        let done = customer.complete(&id, "k", &paid["totals"]["grand"]).await;
        let _ = done.expect(201);
        shop.reprice(mug, 2_000).await;
        let closed = customer.cart().await;
        assert_eq!(
            (closed["state"].as_str(), codes(&closed).len()),
            (Some("closed"), 0)
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guests_cart_goes_with_him_when_he_signs_in() {
    let shop = Shop::start_doubled(Timing::default()).await;
    let (mug, lamp) = (shop.article(1_000, 50).await, shop.article(5_000, 9).await);
    let (guest, user) = (shop.guest().await, shop.user().await);
    let _ = guest.add(mug, 60).await.expect(200);
    let _ = guest.add(lamp, 1).await.expect(200);
    let _ = user.add(mug, 50).await.expect(200);
    let path = format!("/api/v1/carts/{}/merge", user.cart);
    let body = json!({"guest_cart_id": guest.cart, "guest_token": guest.token()});
    // The storefront passes it on; who is not signed in has nothing to merge into.
    guest
        .api()
        .post(&path, &body)
        .await
        .expect_problem("forbidden");

    let merges = join_all((0..16).map(|_| user.api().post(&path, &body))).await;
    for reply in merges {
        let merged = reply.expect(200).json();
        assert_eq!(merged["count"], 100);
        assert_eq!(merged["lines"][0]["qty"], 99);
        assert!(codes(&merged).contains(&"quantity_reduced"), "{merged}");
    }
    let gone = guest
        .api()
        .get(&format!("/api/v1/carts/{}", guest.cart))
        .await;
    gone.expect_problem("not_found");
    assert!(!codes(&user.cart().await).contains(&"quantity_reduced"));
}
