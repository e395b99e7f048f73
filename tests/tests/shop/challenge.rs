//! The bank asks the holder of the card (3-D Secure) between completing and placing.

use chassis::{Service, testkit::eventually};
use futures::future::join_all;
use orders::Timing;
use serde_json::{Value, json};

use crate::{
    outcome::{APPROVED, CHALLENGE, bought_once, completes_by_itself},
    starter::{Guest, Moment, Shop, hurried},
};

/// A guest whom the bank has asked; the checkout and the total.
async fn asked(shop: &Shop, mug: uuid::Uuid) -> (Guest, String, Value) {
    let (guest, id, total) = shop.ready_to_pay(mug, CHALLENGE).await;
    let answer = guest.complete(&id, "k", &total).await.expect(202).json();
    assert_eq!(answer["state"], "challenge");
    (guest, id, total)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_who_passes_buys() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = asked(&shop, mug).await;
    let checkout = guest.checkout(&id).await;
    assert_eq!(checkout["state"], "processing");
    assert_eq!(checkout["payment"]["state"], "challenge");
    let challenge = &checkout["payment"]["challenge"];
    assert_eq!(
        challenge["url"],
        format!("/checkout/{id}/challenge").as_str()
    );
    assert_eq!(shop.stock(mug).await, (5, 1));
    // Whoever does not answer is asked the same again; nothing is held.
    for key in ["k", "l"] {
        let again = guest.complete(&id, key, &total).await.expect(202).json();
        assert_eq!(again["challenge"], *challenge);
    }
    guest
        .pay(&id, APPROVED)
        .await
        .expect_problem("invalid_state");
    shop.settle().await;

    let stranger = shop.guest().await;
    stranger
        .answer_bank(&id, "pass")
        .await
        .expect_problem("not_found");
    guest
        .answer_bank(&id, "perhaps")
        .await
        .expect_problem("validation_failed");
    for _ in 0..2 {
        let answered = guest.answer_bank(&id, "pass").await.expect(200).json();
        assert_eq!(answered["payment"]["state"], "challenge_answered");
        assert_eq!(answered["payment"]["challenge"], Value::Null);
    }
    guest
        .answer_bank(&id, "fail")
        .await
        .expect_problem("invalid_state");
    let order = guest.complete(&id, "k", &total).await.expect(201).json();
    assert_eq!(order["state"], "placed");
    let again = guest.complete(&id, "k", &total).await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    let answered = guest.answer_bank(&id, "pass").await.expect(200).json();
    assert_eq!(answered["order_number"], order["number"]);
    bought_once(&shop, &guest, mug, "challenge passed").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_who_fails_takes_another_card() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = asked(&shop, mug).await;
    let _ = guest.answer_bank(&id, "fail").await.expect(200);
    let declined = guest
        .complete(&id, "k", &total)
        .await
        .expect_problem("payment_declined");
    assert_eq!(
        (&declined.extra["reason"], &declined.extra["attempts_left"]),
        (&json!("challenge_failed"), &json!(2))
    );
    let _ = guest.answer_bank(&id, "fail").await.expect(200);
    guest
        .answer_bank(&id, "pass")
        .await
        .expect_problem("invalid_state");
    let _ = guest.pay(&id, APPROVED).await.expect(200);
    let order = guest.complete(&id, "l", &total).await.expect(201).json();
    assert_eq!(order["state"], "placed");
    bought_once(&shop, &guest, mug, "challenge failed, then another card").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_question_there_is_nothing_to_answer() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = shop.ready_to_pay(mug, APPROVED).await;
    for _ in 0..2 {
        guest
            .answer_bank(&id, "pass")
            .await
            .expect_problem("invalid_state");
        let _ = guest.complete(&id, "k", &total).await.expect(201);
    }
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_nobody_answers_ends_with_the_reservation() {
    let shop = Shop::start(hurried()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = asked(&shop, mug).await;
    shop.execute("UPDATE orders.sales_order SET reservation_expires_at = now()")
        .await;
    shop.execute("UPDATE catalog.reservation SET expires_at = now()")
        .await;
    eventually("the order ends", async || {
        let state = guest.checkout(&id).await["state"].clone();
        if state == "expired" {
            Ok(())
        } else {
            Err(state.to_string())
        }
    })
    .await;
    shop.settle().await;
    guest
        .answer_bank(&id, "pass")
        .await
        .expect_problem("invalid_state");
    guest
        .complete(&id, "k", &total)
        .await
        .expect_problem("reservation_expired");
    assert_eq!(shop.stock(mug).await, (5, 0));
    let held = "SELECT count(*) FROM payments.ledger_entry";
    assert_eq!(shop.count(held).await, 0);
    let abandoned = "SELECT count(*) FROM payments.intent WHERE outcome = 'abandoned'";
    assert_eq!(shop.count(abandoned).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_who_passes_and_goes_away_has_bought() {
    let shop = Shop::start(hurried()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, _) = asked(&shop, mug).await;
    let _ = guest.answer_bank(&id, "pass").await.expect(200);
    completes_by_itself(&guest, &id).await;
    bought_once(&shop, &guest, mug, "went away after the bank").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_requests_after_the_answer_are_one_order_and_one_charge() {
    let shop = Shop::start_doubled(hurried()).await;
    let mug = shop.article(1_000, 5).await;
    let (guest, id, total) = asked(&shop, mug).await;
    let _ = guest.answer_bank(&id, "pass").await.expect(200);
    let sent = (0..16).map(|n| {
        let key = format!("key-{n}");
        let (guest, id, total) = (&guest, &id, &total);
        async move { guest.complete(id, &key, total).await }
    });
    for reply in join_all(sent).await {
        if reply.status.as_u16() != 201 {
            reply.expect_problem("idempotency_in_progress");
        }
    }
    completes_by_itself(&guest, &id).await;
    bought_once(&shop, &guest, mug, "sixteen after the bank").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_is_killed_before_and_after_each_call_of_the_challenge() {
    for path in [
        "POST /internal/v1/intents",
        "POST /internal/v1/intents/*/challenge",
    ] {
        for moment in [Moment::Before, Moment::After] {
            let what = format!("{path} {moment:?}");
            let shop = Shop::start(hurried()).await;
            let mug = shop.article(1_000, 5).await;
            let (guest, id, total) = shop.ready_to_pay(mug, CHALLENGE).await;
            let stopped = shop.front(Service::Payments).stop_next(path, moment);
            let request = {
                let (guest, id) = (guest.clone(), id.clone());
                tokio::spawn(async move {
                    if guest.complete(&id, "insist", &total).await.status.as_u16() == 202 {
                        let _ = guest.answer_bank(&id, "pass").await;
                    }
                })
            };
            let _held = stopped.wait().await;
            shop.kill(Service::Orders).await;
            request.await.expect("the storefront answers");
            shop.begin(Service::Orders).await;
            shop.begin(Service::Orders).await;
            guest.insist(&id, CHALLENGE).await;
            bought_once(&shop, &guest, mug, &what).await;
        }
    }
}
