//! Carts with prices and totals, of guests and of who is signed in.

use chassis::{Service, testkit::Reply};
use futures::future::join_all;
use orders::Timing;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::starter::{Guest, Kind, Shop};

fn euro(minor: i64) -> Value {
    json!({"minor": minor, "currency": "EUR"})
}

fn line(guest: &Guest, variant: Uuid) -> String {
    format!("/api/v1/carts/{}/items/{variant}", guest.cart)
}

/// Codes of the cart's notices.
fn notices(cart: &Value) -> Vec<&str> {
    let notices = cart["notices"].as_array().expect("notices");
    notices
        .iter()
        .filter_map(|notice| notice["code"].as_str())
        .collect()
}

async fn add_with_key(guest: &Guest, variant: Uuid, qty: u32, key: &str) -> Reply {
    let path = format!("/api/v1/carts/{}/items", guest.cart);
    let body = json!({"variant_id": variant, "qty": qty});
    guest
        .api()
        .with("idempotency-key", key)
        .post(&path, &body)
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_are_added_changed_and_removed() {
    for kind in Kind::BOTH {
        let shop = Shop::start(Timing::default()).await;
        let (mug, lamp) = (shop.article(1_000, 50).await, shop.article(5_000, 3).await);
        let guest = shop.customer(kind).await;
        let _ = guest.add(lamp, 1).await.expect(200);
        let reply = guest.add(mug, 2).await.expect(200);
        let cart = reply.json();
        assert_eq!(reply.header("etag"), format!("\"{}\"", cart["version"]));
        assert_eq!(cart["count"], 3);
        assert_eq!(cart["totals"]["items"], euro(7_000));
        assert_eq!(
            (&cart["totals"]["discount"], &cart["totals"]["grand"]),
            (&euro(0), &Value::Null)
        );
        let lines = cart["lines"].as_array().expect("lines");
        assert_eq!(
            (&lines[0]["id"], &lines[0]["availability"]),
            (&json!(lamp), &json!("low"))
        );
        assert_eq!(
            (&lines[1]["line_total"], &lines[1]["availability"]),
            (&euro(2_000), &json!("in"))
        );

        let changed = guest
            .api()
            .patch(&line(&guest, mug), &json!({"qty": 5}))
            .await
            .expect(200)
            .json();
        assert_eq!(changed["totals"]["items"], euro(10_000));
        let removed = guest
            .api()
            .patch(&line(&guest, mug), &json!({"qty": 0}))
            .await
            .expect(200)
            .json();
        assert_eq!(removed["lines"].as_array().map(Vec::len), Some(1));
        guest
            .api()
            .patch(&line(&guest, mug), &json!({"qty": 1}))
            .await
            .expect_problem("not_found");
        let emptied = guest
            .api()
            .delete(&line(&guest, lamp))
            .await
            .expect(200)
            .json();
        assert_eq!(
            (&emptied["count"], &emptied["totals"]["items"]),
            (&json!(0), &euro(0))
        );
        // Removing what is gone changes nothing.
        let again = guest
            .api()
            .delete(&line(&guest, lamp))
            .await
            .expect(200)
            .json();
        assert_eq!(again["version"], emptied["version"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_added_is_refused_with_the_reason() {
    for kind in Kind::BOTH {
        let shop = Shop::start(Timing::default()).await;
        let (mug, gone) = (shop.article(1_000, 200).await, shop.article(1_000, 0).await);
        let guest = shop.customer(kind).await;
        let pointer = |reply: Reply| {
            reply.expect_problem("validation_failed").errors[0]
                .pointer
                .clone()
        };
        assert_eq!(pointer(guest.add(mug, 0).await), "/qty");
        assert_eq!(pointer(guest.add(mug, 100).await), "/qty");
        assert_eq!(pointer(guest.add(Uuid::now_v7(), 1).await), "/variant_id");
        let problem = guest.add(gone, 1).await.expect_problem("out_of_stock");
        assert_eq!(problem.extra["lines"][0]["left"], 0);
        // The limit of a line holds for what is there and what comes together.
        let _ = guest.add(mug, 60).await.expect(200);
        let refused = guest.add(mug, 40).await.expect_problem("validation_failed");
        assert!(refused.detail.contains("At most 99"), "{}", refused.detail);
        let parallel = join_all((0..8).map(|_| guest.add(mug, 9))).await;
        let added = parallel
            .iter()
            .filter(|reply| reply.status.as_u16() == 200)
            .count();
        assert_eq!((added, guest.cart().await["count"].clone()), (4, json!(96)));

        let path = format!("/api/v1/carts/{}/items", guest.cart);
        let priced = json!({"variant_id": mug, "qty": 1, "unit": euro(1)});
        assert_eq!(pointer(guest.api().post(&path, &priced).await), "/unit");
        let thief = shop.guest().await.with_cart(&json!({"id": guest.cart}));
        thief.add(mug, 1).await.expect_problem("not_found");
        thief
            .api()
            .patch(&line(&guest, mug), &json!({"qty": 1}))
            .await
            .expect_problem("not_found");
        thief
            .api()
            .delete(&line(&guest, mug))
            .await
            .expect_problem("not_found");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_of_an_older_version_is_refused_with_the_fresh_cart() {
    for kind in Kind::BOTH {
        let shop = Shop::start(Timing::default()).await;
        let mug = shop.article(1_000, 50).await;
        let guest = shop.customer(kind).await;
        let seen = guest
            .add(mug, 1)
            .await
            .expect(200)
            .header("etag")
            .to_owned();
        let tab = guest.api().with("if-match", &seen);
        let _ = tab
            .patch(&line(&guest, mug), &json!({"qty": 2}))
            .await
            .expect(200);
        let problem = tab.patch(&line(&guest, mug), &json!({"qty": 9})).await;
        let problem = problem.expect_problem("cart_version_conflict");
        assert_eq!(problem.extra["cart"]["lines"][0]["qty"], 2);
        tab.delete(&line(&guest, mug))
            .await
            .expect_problem("cart_version_conflict");
        // Of rivals with the same version one wins.
        let seen = format!("\"{}\"", guest.cart().await["version"]);
        let rivals = (3..19).map(|qty| {
            let api = guest.api().with("if-match", &seen);
            let path = line(&guest, mug);
            async move { api.patch(&path, &json!({"qty": qty})).await.status.as_u16() }
        });
        let won = join_all(rivals)
            .await
            .into_iter()
            .filter(|status| *status == 200)
            .count();
        assert_eq!(won, 1);
        let wrong = guest.api().with("if-match", "seven");
        wrong
            .delete(&line(&guest, mug))
            .await
            .expect_problem("validation_failed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_addition_adds_once_whatever_has_happened_since() {
    for kind in Kind::BOTH {
        let shop = Shop::start_doubled(Timing::default()).await;
        let mug = shop.article(1_000, 50).await;
        let guest = shop.customer(kind).await;
        let replies = join_all((0..16).map(|_| add_with_key(&guest, mug, 3, "once"))).await;
        let mut first = 0;
        for reply in replies {
            let reply = reply.expect(200);
            first += usize::from(reply.header("idempotent-replayed").is_empty());
            assert_eq!(reply.json()["count"], 3);
        }
        assert_eq!(first, 1);
        add_with_key(&guest, mug, 4, "once")
            .await
            .expect_problem("idempotency_key_reused");

        // Sold out, changed, or without the catalog: the answer is that of then.
        let _ = guest.add(mug, 1).await.expect(200);
        shop.execute("UPDATE catalog.stock_level SET reserved = on_hand")
            .await;
        let replay = add_with_key(&guest, mug, 3, "once").await.expect(200);
        assert_eq!(
            (
                replay.header("idempotent-replayed"),
                &replay.json()["count"]
            ),
            ("true", &json!(3))
        );
        let zero = guest.api().with("idempotency-key", "zero");
        for _ in 0..2 {
            let removed = zero
                .patch(&line(&guest, mug), &json!({"qty": 0}))
                .await
                .expect(200);
            assert_eq!(removed.json()["count"], 0);
        }
        shop.kill(Service::Catalog).await;
        let replay = add_with_key(&guest, mug, 3, "once").await.expect(200);
        assert_eq!(replay.header("idempotent-replayed"), "true");
        assert_eq!(guest.cart().await["count"], 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cart_follows_prices_and_stock_and_says_so() {
    for kind in Kind::BOTH {
        let shop = Shop::start(Timing::default()).await;
        let (mug, lamp) = (shop.article(1_000, 50).await, shop.article(5_000, 5).await);
        let guest = shop.customer(kind).await;
        let _ = guest.add(mug, 2).await.expect(200);
        let _ = guest.add(lamp, 5).await.expect(200);
        shop.reprice(mug, 1_200).await;
        shop.execute("UPDATE catalog.stock_level SET reserved = on_hand - 2 WHERE on_hand = 5")
            .await;
        let cart = guest.cart().await;
        let line = &cart["lines"][0];
        assert_eq!(
            (&line["unit"], &line["was"], &line["line_total"]),
            (&euro(1_200), &euro(1_000), &euro(2_400))
        );
        assert_eq!(cart["totals"]["items"], euro(2_400 + 25_000));
        assert_eq!(notices(&cart), ["price_changed", "not_enough_stock"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cart_is_shown_with_what_is_known_while_others_are_away() {
    for kind in Kind::BOTH {
        let shop = Shop::start(Timing::default()).await;
        let mug = shop.article(1_000, 50).await;
        let guest = shop.customer(kind).await;
        let _ = guest.add(mug, 2).await.expect(200);

        shop.kill(Service::Orders).await;
        let cart = guest.cart().await;
        assert_eq!(notices(&cart), ["totals_unknown"]);
        assert_eq!(cart["totals"]["items"], Value::Null);
        assert_eq!(cart["lines"][0]["unit"], euro(1_000));
        let _ = guest.add(mug, 1).await.expect(200);

        shop.kill(Service::Catalog).await;
        let cart = guest.cart().await;
        assert_eq!(notices(&cart), ["prices_unknown", "totals_unknown"]);
        let line = &cart["lines"][0];
        assert_eq!(
            (&line["title"], &line["qty"], &line["unit"]),
            (&json!("Mug"), &json!(3), &euro(1_000))
        );
        guest.add(mug, 1).await.expect_problem("unavailable");
        // Less or none can be had without asking anybody.
        let fewer = guest
            .api()
            .patch(&self::line(&guest, mug), &json!({"qty": 1}))
            .await;
        assert_eq!(fewer.expect(200).json()["count"], 1);
        let none = guest
            .api()
            .delete(&self::line(&guest, mug))
            .await
            .expect(200)
            .json();
        assert_eq!(none["count"], 0);
    }
}
