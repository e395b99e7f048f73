//! Checkouts: from a cart to a card.

use orders::Timing;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    outcome::APPROVED,
    starter::{Shop, details},
};

fn euro(minor: i64) -> Value {
    json!({"minor": minor, "currency": "EUR"})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkout_learns_its_totals_step_by_step() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let guest = shop.guest().await;
    let _ = guest.add(mug, 2).await.expect(200);

    let checkout = guest.begin().await.expect(201).json();
    assert_eq!(checkout["state"], "open");
    assert_eq!(checkout["cart"]["id"], guest.cart.as_str());
    assert_eq!(checkout["cart"]["lines"][0]["line_total"], euro(2_000));
    assert_eq!(
        checkout["payment"],
        json!({"state": "none", "attempts_left": 3})
    );
    let unknown = json!({"items": euro(2_000), "discount": euro(0), "delivery": null, "tax": null, "grand": null});
    assert_eq!(checkout["totals"], unknown);
    let id = checkout["id"].as_str().expect("an id");

    let rates = format!("/api/v1/checkouts/{id}/shipping-rates");
    guest
        .api()
        .get(&rates)
        .await
        .expect_problem("invalid_state");
    let address = json!({"address": details()["address"]});
    let addressed = guest.change(id, &address).await.expect(200).json();
    assert_eq!(addressed["totals"]["tax"], euro(380));
    assert_eq!(addressed["cart"]["lines"][0]["tax"], euro(380));
    assert_eq!(addressed["totals"]["grand"], Value::Null);

    let offered = guest.api().get(&rates).await.expect(200).json();
    assert_eq!(offered["items"][0]["id"], "standard");
    assert_eq!(offered["items"][0]["price"], euro(490));
    let chosen = guest
        .change(
            id,
            &json!({"rate": "express", "email": " ada@example.org "}),
        )
        .await;
    let chosen = chosen.expect(200).json();
    assert_eq!(chosen["totals"]["grand"], euro(2_000 + 380 + 1_290));
    assert_eq!(chosen["email"], "ada@example.org");

    // Abroad there is another rate, and no tax.
    let mut abroad = address;
    abroad["address"]["country"] = json!("US");
    let moved = guest.change(id, &abroad).await.expect(200).json();
    assert_eq!(
        (&moved["rate"], &moved["totals"]["tax"]),
        (&Value::Null, &euro(0))
    );
    assert_eq!(guest.checkout(id).await, moved);
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn carts_that_cannot_be_checked_out_say_why() {
    let shop = Shop::start(Timing::default()).await;
    let guest = shop.guest().await;
    guest.begin().await.expect_problem("invalid_state");
    let nowhere = json!({"cart_id": Uuid::now_v7()});
    guest
        .api()
        .post("/api/v1/checkouts", &nowhere)
        .await
        .expect_problem("not_found");
    for wrong in [
        json!({}),
        json!({"cart_id": "mine"}),
        json!({"cart_id": guest.cart, "price": 1}),
    ] {
        guest
            .api()
            .post("/api/v1/checkouts", &wrong)
            .await
            .expect_problem("validation_failed");
    }

    let mug = shop.article(1_000, 5).await;
    let _ = guest.add(mug, 1).await.expect(200);
    shop.execute("UPDATE catalog.variant SET active = false")
        .await;
    let problem = guest.begin().await.expect_problem("out_of_stock");
    assert_eq!(problem.extra["lines"][0]["variant_id"], json!(mug));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_another_guests_does_not_exist() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let (owner, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    let thief = shop.guest().await;
    let _ = thief.add(mug, 1).await.expect(200);

    let body = json!({"cart_id": owner.cart});
    thief
        .api()
        .post("/api/v1/checkouts", &body)
        .await
        .expect_problem("not_found");
    let path = format!("/api/v1/checkouts/{id}");
    thief.api().get(&path).await.expect_problem("not_found");
    thief
        .api()
        .get(&format!("{path}/shipping-rates"))
        .await
        .expect_problem("not_found");
    thief
        .api()
        .post(&format!("{path}/extend"), &json!({}))
        .await
        .expect_problem("not_found");
    thief
        .change(&id, &json!({"rate": "express"}))
        .await
        .expect_problem("not_found");
    thief.pay(&id, APPROVED).await.expect_problem("not_found");
    thief
        .complete(&id, "k", &total)
        .await
        .expect_problem("not_found");

    let order = owner.complete(&id, "k", &total).await.expect(201).json();
    let path = format!(
        "/api/v1/orders/{}",
        order["number"].as_str().expect("a number")
    );
    thief.api().get(&path).await.expect_problem("not_found");
    let theirs = thief.api().get("/api/v1/orders").await.expect(200).json();
    assert_eq!(theirs["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_details_are_all_named() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id) = shop.at_the_till(mug, 1).await;
    let mut wrong = details();
    wrong["email"] = json!("ada");
    wrong["address"]["city"] = json!("");
    wrong["address"]["country"] = json!("XX");
    let problem = guest
        .change(&id, &wrong)
        .await
        .expect_problem("validation_failed");
    let pointers: Vec<&str> = problem
        .errors
        .iter()
        .map(|error| error.pointer.as_str())
        .collect();
    assert_eq!(pointers, ["/email", "/address/city", "/address/country"]);
    for (body, pointer) in [
        (json!({"rate": "pigeon"}), "/rate"),
        (json!({"rate": "international"}), "/rate"),
        (json!({"state": "completed"}), "/state"),
        (json!({"address": {"name": "Ada"}}), "/address/line1"),
    ] {
        let problem = guest
            .change(&id, &body)
            .await
            .expect_problem("validation_failed");
        assert_eq!(problem.errors[0].pointer, pointer);
    }
    guest
        .api()
        .get("/api/v1/checkouts/1")
        .await
        .expect_problem("not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_is_taken_when_the_details_are_complete_and_the_card_can_be_one() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let guest = shop.guest().await;
    let _ = guest.add(mug, 1).await.expect(200);
    let id = guest.begin().await.expect(201).json()["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let problem = guest
        .pay(&id, APPROVED)
        .await
        .expect_problem("validation_failed");
    let pointers: Vec<&str> = problem
        .errors
        .iter()
        .map(|error| error.pointer.as_str())
        .collect();
    assert_eq!(pointers, ["/email", "/address", "/rate"]);

    let _ = guest.change(&id, &details()).await.expect(200);
    let problem = guest
        .pay(&id, "4242424242424242")
        .await
        .expect_problem("validation_failed");
    assert_eq!(problem.errors[0].pointer, "/card/number");
    guest
        .complete(&id, "k", &euro(1))
        .await
        .expect_problem("invalid_state");
    assert_eq!(
        shop.count("SELECT count(*) FROM orders.sales_order").await,
        0
    );
    assert_eq!(guest.checkout(&id).await["state"], "open");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_short_rejects_the_order_and_leaves_the_rest() {
    let shop = Shop::start(Timing::default()).await;
    let (mug, lamp) = (shop.article(1_000, 5).await, shop.article(5_000, 1).await);
    let guest = shop.guest().await;
    let _ = guest.add(mug, 1).await.expect(200);
    let _ = guest.add(lamp, 2).await.expect(200);
    let id = guest.begin().await.expect(201).json()["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let _ = guest.change(&id, &details()).await.expect(200);
    let problem = guest
        .pay(&id, APPROVED)
        .await
        .expect_problem("out_of_stock");
    let line = &problem.extra["lines"][0];
    assert_eq!(
        (&line["variant_id"], &line["requested"], &line["left"]),
        (&json!(lamp), &json!(2), &json!(1))
    );
    assert_eq!(guest.checkout(&id).await["state"], "rejected");
    assert_eq!(shop.stock(mug).await, (5, 0), "all lines or none");

    let fewer = format!("/api/v1/carts/{}/items/{lamp}", guest.cart);
    let _ = guest
        .api()
        .patch(&fewer, &json!({"qty": 1}))
        .await
        .expect(200);
    let again = guest.begin().await.expect(201).json();
    assert_eq!(
        again["email"], "ada@example.org",
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
