//! Checkouts that change or lapse on the way.

use std::time::Duration;

use chassis::Service;
use orders::Timing;
use serde_json::{Value, json};

use crate::{
    outcome::APPROVED,
    starter::{Shop, details, hurried},
};

fn euro(minor: i64) -> Value {
    json!({"minor": minor, "currency": "EUR"})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_cart_has_one_checkout_that_follows_it() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id) = shop.at_the_till(mug, 1).await;
    let again = guest.begin().await.expect(200).json();
    assert_eq!(again["id"], id.as_str());
    let _ = guest.add(mug, 1).await.expect(200);
    shop.reprice(mug, 1_100).await;
    let followed = guest.begin().await.expect(200).json();
    assert_eq!(followed["id"], id.as_str());
    assert_eq!(followed["totals"]["items"], euro(2_200));
    assert_eq!(
        followed["email"], "ada@example.org",
        "what was entered is kept"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_address_after_the_card_gives_the_stock_back_and_begins_again() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 1).await;
    let (guest, id, _) = shop.ready_to_pay(mug, APPROVED).await;
    assert_eq!(shop.stock(mug).await, (1, 1));

    // What is the same changes nothing, and an e-mail address moves no parcel.
    let same = guest.change(&id, &details()).await.expect(200).json();
    assert_eq!(
        (&same["id"], &same["state"]),
        (&json!(id), &json!("payment_ready"))
    );
    let mailed = guest
        .change(&id, &json!({"email": "byron@example.org"}))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&mailed["id"], &mailed["email"]),
        (&json!(id), &json!("byron@example.org"))
    );

    let successor = guest
        .change(&id, &json!({"rate": "express"}))
        .await
        .expect(200)
        .json();
    let new = successor["id"].as_str().expect("an id").to_owned();
    assert_ne!(new, id);
    assert_eq!(
        (&successor["state"], &successor["email"]),
        (&json!("open"), &json!("byron@example.org"))
    );
    assert_eq!(successor["totals"]["delivery"], euro(1_290));
    let old = guest.checkout(&id).await;
    assert_eq!(
        (&old["state"], &old["replaced_by"]),
        (&json!("cancelled"), &json!(new))
    );
    guest
        .pay(&id, APPROVED)
        .await
        .expect_problem("invalid_state");
    guest
        .change(&id, &json!({"rate": "standard"}))
        .await
        .expect_problem("invalid_state");
    shop.settle().await;
    assert_eq!(shop.stock(mug).await, (1, 0));

    assert_eq!(guest.begin().await.expect(200).json()["id"], json!(new));
    let paid = guest.pay(&new, APPROVED).await.expect(200).json();
    let _ = guest
        .complete(&new, "k", &paid["totals"]["grand"])
        .await
        .expect(201);
    shop.settle().await;
    assert_eq!(shop.stock(mug).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cart_that_changes_on_the_way_is_noticed() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id) = shop.at_the_till(mug, 1).await;
    let _ = guest.add(mug, 1).await.expect(200);
    guest
        .pay(&id, APPROVED)
        .await
        .expect_problem("cart_changed");
    // The checkout shows the cart of now; agreeing to that works.
    let seen = guest.checkout(&id).await;
    assert_eq!(seen["totals"]["items"], euro(2_000));
    let paid = guest.pay(&id, APPROVED).await.expect(200).json();
    let total = paid["totals"]["grand"].clone();

    let _ = guest.add(mug, 1).await.expect(200);
    guest
        .complete(&id, "k", &total)
        .await
        .expect_problem("cart_changed");
    guest
        .pay(&id, APPROVED)
        .await
        .expect_problem("cart_changed");
    let again = guest.begin().await.expect(201).json();
    assert_ne!(again["id"], id.as_str());
    assert_eq!(again["totals"]["items"], euro(3_000));
    assert_eq!(again["rate"], "standard");
    shop.settle().await;
    assert_eq!(shop.stock(mug).await, (5, 0));
    let new = again["id"].as_str().expect("an id");
    let paid = guest.pay(new, APPROVED).await.expect(200).json();
    let _ = guest
        .complete(new, "k", &paid["totals"]["grand"])
        .await
        .expect(201);
    shop.settle().await;
    assert_eq!(shop.stock(mug).await, (2, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reservation_lapses_and_can_be_prolonged_once() {
    let mut timing = Timing {
        reservation: Duration::from_secs(2),
        ..hurried()
    };
    let shop = Shop::start(timing).await;
    let mug = shop.article(1_000, 1).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    let extend = format!("/api/v1/checkouts/{id}/extend");
    let before = guest.checkout(&id).await["reservation_expires_at"].clone();
    let after = guest
        .api()
        .post(&extend, &json!({}))
        .await
        .expect(200)
        .json();
    let later = after["reservation_expires_at"].clone();
    assert!(
        later.as_str() > before.as_str(),
        "{later} is not after {before}"
    );
    let again = guest
        .api()
        .post(&extend, &json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(again["reservation_expires_at"], later, "once");

    chassis::testkit::eventually("the reservation lapses", async || {
        let state = guest.checkout(&id).await["state"].clone();
        if state == "expired" {
            Ok(())
        } else {
            Err(state.to_string())
        }
    })
    .await;
    guest
        .complete(&id, "k", &total)
        .await
        .expect_problem("reservation_expired");
    guest
        .pay(&id, APPROVED)
        .await
        .expect_problem("reservation_expired");
    guest
        .api()
        .post(&extend, &json!({}))
        .await
        .expect_problem("reservation_expired");
    shop.settle().await;
    assert_eq!(shop.stock(mug).await, (1, 0));

    timing.reservation = Timing::default().reservation;
    shop.kill(Service::Orders).await;
    let shop = shop.with(timing);
    shop.begin(Service::Orders).await;
    let again = guest.begin().await.expect(201).json();
    assert_eq!(
        again["address"]["city"], "Berlin",
        "what was entered is kept"
    );
    let new = again["id"].as_str().expect("an id");
    let paid = guest.pay(new, APPROVED).await.expect(200).json();
    let _ = guest
        .complete(new, "k", &paid["totals"]["grand"])
        .await
        .expect(201);
    shop.settle().await;
}
