use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Payments, amount, authorize, start};

const CHALLENGE: &str = "9999000040000006";

impl Payments {
    /// An intent about which the bank asks.
    async fn challenged(&self) -> Value {
        let token = self.token(CHALLENGE).await;
        let body = authorize(Uuid::now_v7(), 1, 1_250, &token);
        let intent = self
            .keyed("challenged")
            .post("/internal/v1/intents", &body)
            .await
            .expect(201)
            .json();
        assert_eq!(intent["state"], "challenged");
        assert!(intent["challenge_id"].is_string(), "{intent}");
        intent
    }
}

fn path(intent: &Value, action: &str) -> String {
    format!(
        "/internal/v1/intents/{}/{action}",
        intent["id"].as_str().expect("an id")
    )
}

#[tokio::test]
async fn the_answer_to_the_bank_authorizes_or_declines_once() {
    for (answer, other, state, entries) in [
        ("pass", "fail", "authorized", 1),
        ("fail", "pass", "declined", 0),
    ] {
        let shop = start().await;
        let intent = shop.challenged().await;
        assert_eq!(
            shop.count("SELECT count(*) FROM payments.ledger_entry")
                .await,
            0,
            "nothing is held while the bank asks"
        );
        shop.keyed("c")
            .post(&path(&intent, "capture"), &amount(1_250))
            .await
            .expect_problem("invalid_state");
        for _ in 0..2 {
            let answered = shop
                .api
                .post(&path(&intent, "challenge"), &json!({"outcome": answer}))
                .await
                .expect(200)
                .json();
            assert_eq!(answered["state"], state);
            assert_eq!(answered["challenge_id"], intent["challenge_id"]);
        }
        shop.api
            .post(&path(&intent, "challenge"), &json!({"outcome": other}))
            .await
            .expect_problem("invalid_state");
        let ledger = shop
            .count("SELECT count(*) FROM payments.ledger_entry")
            .await;
        assert_eq!(ledger, entries);
        let told = "SELECT count(*) FROM payments.webhook_delivery";
        assert_eq!(shop.count(told).await, 2, "the question and its end");
    }
}

#[tokio::test]
async fn a_question_that_nobody_answers_is_abandoned_when_settled() {
    let shop = start().await;
    let intent = shop.challenged().await;
    let settle = json!({"order_id": intent["order_id"], "attempt": 1, "amount": intent["amount"]});
    for _ in 0..2 {
        let settled = shop
            .api
            .post("/internal/v1/intents/settle", &settle)
            .await
            .expect(200)
            .json();
        assert_eq!(settled["state"], "abandoned");
        assert_eq!(settled["id"], intent["id"]);
    }
    shop.api
        .post(&path(&intent, "challenge"), &json!({"outcome": "pass"}))
        .await
        .expect_problem("invalid_state");
    assert_eq!(
        shop.count("SELECT count(*) FROM payments.ledger_entry")
            .await,
        0
    );
}

#[tokio::test]
async fn bad_answers_are_refused() {
    let shop = start().await;
    let plain = shop.authorized().await;
    shop.api
        .post(&path(&plain, "challenge"), &json!({"outcome": "pass"}))
        .await
        .expect_problem("invalid_state");
    let nowhere = format!("/internal/v1/intents/{}/challenge", Uuid::now_v7());
    shop.api
        .post(&nowhere, &json!({"outcome": "pass"}))
        .await
        .expect_problem("not_found");
    let intent = shop.challenged().await;
    for wrong in [
        json!({}),
        json!({"outcome": "maybe"}),
        json!({"outcome": "pass", "code": "123456"}),
    ] {
        shop.api
            .post(&path(&intent, "challenge"), &wrong)
            .await
            .expect_problem("validation_failed");
    }
}

#[tokio::test]
async fn each_event_has_its_webhook_written_with_it() {
    let shop = start().await;
    let intent = shop.authorized().await;
    let _ = shop
        .keyed("c")
        .post(&path(&intent, "capture"), &amount(1_250))
        .await
        .expect(200);
    for key in ["r", "s", "s"] {
        let _ = shop
            .keyed(key)
            .post(&path(&intent, "refund"), &amount(100))
            .await
            .expect(200);
    }
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT w.type, w.body FROM payments.webhook_delivery w \
         JOIN payments.outbox o ON o.event_id = w.event_id AND o.type = w.type ORDER BY o.id",
    )
    .fetch_all(&shop.database.superuser())
    .await
    .expect("rows");
    let told: Vec<(&str, Value)> = rows
        .iter()
        .map(|(kind, body)| {
            let body: Value = serde_json::from_str(body).expect("JSON");
            (kind.as_str(), body["intent"]["refunded"]["minor"].clone())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("payment.authorized", json!(0)),
            ("payment.captured", json!(0)),
            ("payment.refunded", json!(100)),
            ("payment.refunded", json!(200)),
        ]
    );
    assert_eq!(shop.count("SELECT count(*) FROM payments.outbox").await, 4);
}
