use chassis::{Service, testkit::Api};
use futures::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{amount, euro, replica, start};

fn path(intent: &Value, movement: &str) -> String {
    format!(
        "/internal/v1/intents/{}/{movement}",
        intent["id"].as_str().expect("an id")
    )
}

#[tokio::test]
async fn capture_takes_the_money_once() {
    let shop = start().await;
    let intent = shop.authorized().await;
    let capture = path(&intent, "capture");
    let captured = shop
        .keyed("c")
        .post(&capture, &amount(1_250))
        .await
        .expect(200);
    assert_eq!(captured.json()["state"], "captured");
    assert_eq!(captured.json()["captured"], euro(1_250));
    let again = shop
        .keyed("c")
        .post(&capture, &amount(1_250))
        .await
        .expect(200);
    assert_eq!(again.header("idempotent-replayed"), "true");
    // Another key does not charge a second time either.
    let _ = shop
        .keyed("d")
        .post(&capture, &amount(1_250))
        .await
        .expect(200);
    shop.keyed("c")
        .post(&capture, &amount(1))
        .await
        .expect_problem("idempotency_key_reused");
    assert_eq!(
        shop.count("SELECT count(*) FROM payments.ledger_entry WHERE kind = 'capture'")
            .await,
        1
    );
    shop.keyed("v")
        .post(&path(&intent, "void"), &amount(1_250))
        .await
        .expect_problem("invalid_state");
}

#[tokio::test]
async fn sixteen_captures_with_sixteen_keys_charge_once() {
    let shop = start().await;
    let intent = shop.authorized().await;
    let capture = path(&intent, "capture");
    let requests = (0..16).map(|n| {
        let api = shop.keyed(&format!("key-{n}"));
        let capture = &capture;
        async move { api.post(capture, &amount(1_250)).await.expect(200) }
    });
    for reply in join_all(requests).await {
        assert_eq!(reply.json()["captured"], euro(1_250));
    }
    assert_eq!(
        shop.count("SELECT count(*) FROM payments.ledger_entry WHERE kind = 'capture'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_void_lifts_the_hold_for_good() {
    let shop = start().await;
    let intent = shop.authorized().await;
    let voided = shop
        .keyed("v")
        .post(&path(&intent, "void"), &amount(1_250))
        .await
        .expect(200);
    assert_eq!(voided.json()["state"], "voided");
    let _ = shop
        .keyed("w")
        .post(&path(&intent, "void"), &amount(1_250))
        .await
        .expect(200);
    shop.keyed("c")
        .post(&path(&intent, "capture"), &amount(1_250))
        .await
        .expect_problem("invalid_state");
    assert_eq!(
        shop.count("SELECT count(*) FROM payments.ledger_entry WHERE kind = 'void'")
            .await,
        1
    );
}

#[tokio::test]
async fn refunds_never_exceed_what_was_captured() {
    let shop = start().await;
    let intent = shop.authorized().await;
    let refund = path(&intent, "refund");
    shop.keyed("r0")
        .post(&refund, &amount(100))
        .await
        .expect_problem("invalid_state");
    let _ = shop
        .keyed("c")
        .post(&path(&intent, "capture"), &amount(1_250))
        .await
        .expect(200);
    let part = shop
        .keyed("r1")
        .post(&refund, &amount(1_000))
        .await
        .expect(200)
        .json();
    assert_eq!(part["state"], "partially_refunded");
    let replay = shop
        .keyed("r1")
        .post(&refund, &amount(1_000))
        .await
        .expect(200);
    assert_eq!(replay.header("idempotent-replayed"), "true");
    let problem = shop
        .keyed("r2")
        .post(&refund, &amount(251))
        .await
        .expect_problem("validation_failed");
    assert!(
        problem.detail.contains("between 1 and 250"),
        "{}",
        problem.detail
    );
    let whole = shop
        .keyed("r3")
        .post(&refund, &amount(250))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&whole["state"], &whole["refunded"]),
        (&json!("refunded"), &euro(1_250))
    );

    // Rivals for the last cent: one gets it.
    let intent = shop.authorized().await;
    let _ = shop
        .keyed("c2")
        .post(&path(&intent, "capture"), &amount(1))
        .await
        .expect(200);
    let refund = path(&intent, "refund");
    let rivals = (0..8).map(|n| {
        let api = shop.keyed(&format!("rival-{n}"));
        let refund = &refund;
        async move { api.post(refund, &amount(1)).await.status.as_u16() }
    });
    let won = join_all(rivals)
        .await
        .into_iter()
        .filter(|status| *status == 200)
        .count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn sixteen_refunds_at_once_never_exceed_the_capture() {
    let shop = start().await;
    let second = replica(&shop.database).await;
    let second = Api::internal(&second, Service::Orders, Service::Payments);
    let intent = shop.authorized().await;
    let _ = shop
        .keyed("c")
        .post(&path(&intent, "capture"), &amount(1_250))
        .await
        .expect(200);
    let refund = path(&intent, "refund");
    let rivals = (0..16).map(|n| {
        let api = if n % 2 == 0 { &shop.api } else { &second };
        let api = api.with("idempotency-key", &format!("part-{n}"));
        let refund = &refund;
        async move { api.post(refund, &amount(100)).await }
    });
    let (mut returned, mut refused) = (0, 0);
    for reply in join_all(rivals).await {
        if reply.status.as_u16() == 200 {
            returned += 100;
        } else {
            reply.expect_problem("validation_failed");
            refused += 1;
        }
    }
    assert_eq!((returned, refused), (1_200, 4));
    // The rest of fifty, with a key of its own, and its repetition.
    for _ in 0..2 {
        let rest = shop
            .keyed("rest")
            .post(&refund, &amount(50))
            .await
            .expect(200);
        assert_eq!(rest.json()["state"], "refunded");
    }
    assert_eq!(
        shop.count(
            "SELECT sum(amount_minor)::bigint FROM payments.ledger_entry WHERE kind = 'refund'"
        )
        .await,
        1_250
    );
}

#[tokio::test]
async fn bad_movements_are_refused() {
    let shop = start().await;
    let intent = shop.authorized().await;
    for movement in ["capture", "void", "refund"] {
        let nowhere = format!("/internal/v1/intents/{}/{movement}", Uuid::now_v7());
        shop.keyed("x")
            .post(&nowhere, &amount(1))
            .await
            .expect_problem("not_found");
        shop.api
            .post(&path(&intent, movement), &amount(1))
            .await
            .expect_problem("idempotency_key_required");
        let franc = json!({"amount": {"minor": 1, "currency": "CHF"}});
        let problem = shop.keyed("y").post(&path(&intent, movement), &franc).await;
        assert_eq!(
            problem.expect_problem("validation_failed").errors[0].pointer,
            "/amount/currency"
        );
    }
    shop.keyed("z")
        .post(&path(&intent, "void"), &amount(1))
        .await
        .expect_problem("validation_failed");
    shop.keyed("z")
        .post(&path(&intent, "capture"), &amount(1_251))
        .await
        .expect_problem("validation_failed");
}

#[tokio::test]
async fn the_ledger_takes_no_change() {
    let shop = start().await;
    let _ = shop.authorized().await;
    let pool = chassis::postgres::connect(&shop.database.config(Service::Payments), "test", "dev");
    for statement in [
        "UPDATE payments.ledger_entry SET amount_minor = 1",
        "DELETE FROM payments.ledger_entry",
    ] {
        let error = sqlx::query(statement)
            .execute(&pool)
            .await
            .expect_err("append-only");
        assert!(error.to_string().contains("append-only"), "{error}");
    }
}
