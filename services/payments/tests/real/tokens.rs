use serde_json::json;

use crate::{card, start};

#[tokio::test]
async fn a_card_becomes_a_token_and_its_number_is_nowhere() {
    let shop = start().await;
    let reply = shop
        .api
        .post("/internal/v1/tokens", &card("9999 0000 1000 0002"))
        .await
        .expect(200);
    assert_eq!(reply.json()["last4"], "0002");
    assert_eq!(reply.json()["brand"], "Test card");
    let again = shop
        .api
        .post("/internal/v1/tokens", &card("9999000010000002"))
        .await
        .expect(200);
    assert_ne!(
        again.json()["token"],
        reply.json()["token"],
        "a token is not derived from the card"
    );

    let stored: Vec<String> = sqlx::query_scalar("SELECT t::text FROM payments.card_token t")
        .fetch_all(&shop.database.superuser())
        .await
        .expect("rows");
    assert_eq!(stored.len(), 2);
    assert!(
        stored
            .iter()
            .all(|row| !row.contains("99990000") && !row.contains("Ada")),
        "{stored:?}"
    );
    let logged = chassis::testkit::logs()
        .into_iter()
        .map(|line| line.to_string());
    assert!(
        logged
            .into_iter()
            .all(|line| !line.contains("9999000010000002") && !line.contains("Ada Byron"))
    );
}

#[tokio::test]
async fn what_is_no_test_card_is_refused() {
    let shop = start().await;
    let problem = shop
        .api
        .post("/internal/v1/tokens", &card("4242424242424242"))
        .await
        .expect_problem("validation_failed");
    assert_eq!(problem.errors[0].pointer, "/card/number");
    assert_eq!(problem.errors[0].code, "not_a_test_card");

    let mut unknown = card("9999000010000002");
    unknown["card"]["pin"] = json!("1234");
    let problem = shop
        .api
        .post("/internal/v1/tokens", &unknown)
        .await
        .expect_problem("validation_failed");
    assert_eq!(problem.errors[0].pointer, "/card/pin");
    assert_eq!(
        shop.count("SELECT count(*) FROM payments.card_token").await,
        0
    );
}

#[tokio::test]
async fn only_orders_gets_in() {
    let shop = start().await;
    let outside = chassis::testkit::Api::anonymous(shop.running.url());
    outside
        .post("/internal/v1/tokens", &card("9999000010000002"))
        .await
        .expect_problem("unauthenticated");
}
