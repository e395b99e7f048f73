use std::time::Instant;

use chassis::{Service, testkit::Api};
use futures::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{authorize, euro, replica, start};

#[tokio::test]
async fn cards_are_approved_or_declined_with_a_reason() {
    let shop = start().await;
    for (number, state, reason) in [
        ("9999000010000002", "authorized", Value::Null),
        ("9999000080000007", "authorized", Value::Null),
        ("9999000020000000", "declined", json!("declined")),
        ("9999000030000008", "declined", json!("insufficient_funds")),
        ("9999000040000006", "challenged", Value::Null),
        ("9999000060000001", "authorized", Value::Null),
        ("9999000070000009", "authorized", Value::Null),
    ] {
        let token = shop.token(number).await;
        let body = authorize(Uuid::now_v7(), 1, 500, &token);
        let intent = shop
            .keyed(number)
            .post("/internal/v1/intents", &body)
            .await
            .expect(201)
            .json();
        assert_eq!(intent["state"], state, "{number}");
        assert_eq!(intent["decline_reason"], reason, "{number}");
        assert_eq!(intent["amount"], euro(500));
    }
    assert_eq!(
        shop.count("SELECT count(*) FROM payments.ledger_entry WHERE kind = 'authorize'")
            .await,
        4
    );
    assert_eq!(shop.count("SELECT count(*) FROM payments.outbox").await, 7);
}

#[tokio::test]
async fn bad_requests_are_refused() {
    let shop = start().await;
    let token = shop.token("9999000010000002").await;
    let order = Uuid::now_v7();
    let post = async |body: Value| shop.keyed("k").post("/internal/v1/intents", &body).await;
    for (body, pointer) in [
        (authorize(order, 0, 500, &token), "/attempt"),
        (authorize(order, 1, 0, &token), "/amount"),
        (authorize(order, 1, 500, "tok_unknown"), "/token"),
    ] {
        let problem = post(body).await.expect_problem("validation_failed");
        assert_eq!(problem.errors[0].pointer, pointer);
    }
    shop.api
        .post("/internal/v1/intents", &authorize(order, 1, 500, &token))
        .await
        .expect_problem("idempotency_key_required");
    let mut unknown = authorize(order, 1, 500, &token);
    unknown["amout"] = json!(1);
    post(unknown).await.expect_problem("validation_failed");
}

#[tokio::test]
async fn a_repeated_request_moves_nothing() {
    let shop = start().await;
    let token = shop.token("9999000010000002").await;
    let order = Uuid::now_v7();
    let body = authorize(order, 1, 500, &token);
    let first = shop
        .keyed("k")
        .post("/internal/v1/intents", &body)
        .await
        .expect(201);
    let again = shop
        .keyed("k")
        .post("/internal/v1/intents", &body)
        .await
        .expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.json(), first.json());
    // Another key, the same attempt: still the first intent.
    let other = shop
        .keyed("l")
        .post("/internal/v1/intents", &body)
        .await
        .expect(200);
    assert_eq!(other.json(), first.json());

    let dearer = authorize(order, 1, 501, &token);
    shop.keyed("k")
        .post("/internal/v1/intents", &dearer)
        .await
        .expect_problem("idempotency_key_reused");
    shop.keyed("m")
        .post("/internal/v1/intents", &dearer)
        .await
        .expect_problem("idempotency_key_reused");
    assert_eq!(shop.count("SELECT count(*) FROM payments.intent").await, 1);
    assert_eq!(
        shop.count("SELECT count(*) FROM payments.ledger_entry")
            .await,
        1
    );
}

#[tokio::test]
async fn sixteen_requests_to_two_replicas_make_one_intent() {
    let shop = start().await;
    let second = replica(&shop.database).await;
    let second = Api::internal(&second, Service::Orders, Service::Payments);
    let token = shop.token("9999000010000002").await;
    let body = authorize(Uuid::now_v7(), 1, 500, &token);
    let requests = (0..16).map(|n| {
        let api = if n % 2 == 0 { &shop.api } else { &second };
        let api = api.with("idempotency-key", &format!("key-{}", n % 4));
        let body = &body;
        async move { api.post("/internal/v1/intents", body).await }
    });
    for reply in join_all(requests).await {
        match reply.status.as_u16() {
            200 | 201 => assert_eq!(reply.json()["state"], "authorized"),
            _ => assert_eq!(reply.expect_problem("idempotency_in_progress").status, 409),
        }
    }
    assert_eq!(shop.count("SELECT count(*) FROM payments.intent").await, 1);
    assert_eq!(
        shop.count("SELECT count(*) FROM payments.ledger_entry")
            .await,
        1
    );
}

#[tokio::test]
async fn a_card_that_times_out_is_authorized_before_the_answer_comes() {
    let shop = start().await;
    let token = shop.token("9999000050000003").await;
    let order = Uuid::now_v7();
    let api = shop.keyed("k");
    let body = authorize(order, 1, 500, &token);
    let began = Instant::now();
    let waiting = tokio::spawn(async move { api.post("/internal/v1/intents", &body).await });
    let query = format!("/internal/v1/intents?order_id={order}&attempt=1");
    let seen = chassis::testkit::eventually("the intent", async || {
        let items = shop.api.get(&query).await.expect(200).json()["items"].clone();
        if items[0].is_null() {
            Err(items.to_string())
        } else {
            Ok(items)
        }
    })
    .await;
    assert_eq!(seen[0]["state"], "authorized");
    assert!(!waiting.is_finished(), "the answer must come late");
    let reply = waiting.await.expect("the request ends").expect(201);
    assert_eq!(reply.json()["id"], seen[0]["id"]);
    assert!(began.elapsed().as_millis() >= 400);
}

#[tokio::test]
async fn a_settled_attempt_stays_settled() {
    let shop = start().await;
    let order = Uuid::now_v7();
    let settle = json!({"order_id": order, "attempt": 1, "amount": euro(500)});
    let abandoned = shop
        .api
        .post("/internal/v1/intents/settle", &settle)
        .await
        .expect(200)
        .json();
    assert_eq!(abandoned["state"], "abandoned");
    let again = shop
        .api
        .post("/internal/v1/intents/settle", &settle)
        .await
        .expect(200)
        .json();
    assert_eq!(again, abandoned);
    // The request that was on its way arrives and is refused.
    let token = shop.token("9999000010000002").await;
    let late = shop
        .keyed("k")
        .post("/internal/v1/intents", &authorize(order, 1, 500, &token))
        .await;
    assert_eq!(late.expect(200).json()["state"], "abandoned");
    assert_eq!(
        shop.count("SELECT count(*) FROM payments.ledger_entry")
            .await,
        0
    );

    let intent = shop.authorized().await;
    let settle = json!({"order_id": intent["order_id"], "attempt": 1, "amount": intent["amount"]});
    let found = shop
        .api
        .post("/internal/v1/intents/settle", &settle)
        .await
        .expect(200)
        .json();
    assert_eq!(found, intent, "what has arrived is not abandoned");
    let wrong = json!({"order_id": order, "attempt": 0, "amount": euro(500)});
    shop.api
        .post("/internal/v1/intents/settle", &wrong)
        .await
        .expect_problem("validation_failed");
}

#[tokio::test]
async fn intents_are_listed_by_order_and_attempt() {
    let shop = start().await;
    let order = Uuid::now_v7();
    for (attempt, number) in [(1, "9999000020000000"), (2, "9999000010000002")] {
        let token = shop.token(number).await;
        let body = authorize(order, attempt, 500, &token);
        let _ = shop
            .keyed(number)
            .post("/internal/v1/intents", &body)
            .await
            .expect(201);
    }
    let list = async |query: String| {
        shop.api
            .get(&format!("/internal/v1/intents?{query}"))
            .await
            .expect(200)
            .json()["items"]
            .clone()
    };
    let both = list(format!("order_id={order}")).await;
    assert_eq!(both.as_array().map(Vec::len), Some(2));
    assert_eq!(both[0]["state"], "declined");
    assert_eq!(
        list(format!("order_id={order}&attempt=2")).await[0],
        both[1]
    );
    assert_eq!(
        list(format!("order_id={}", Uuid::now_v7())).await,
        json!([])
    );
    for wrong in ["", "order_id=1", "order_id=1&colour=red"] {
        shop.api
            .get(&format!("/internal/v1/intents?{wrong}"))
            .await
            .expect_problem("validation_failed");
    }
}
