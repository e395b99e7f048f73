//! Pictures never change.

use crate::fixture::shop;

#[tokio::test]
async fn a_picture_is_sent_with_its_type_and_kept_for_ever() {
    let shop = shop().await;
    let product = shop
        .gateway
        .get("/api/v1/products/seed-box")
        .await
        .expect(200)
        .json();
    let url = product["image"]["url"]
        .as_str()
        .expect("a picture")
        .to_owned();
    let reply = shop.gateway.get(&url).await.expect(200);
    assert_eq!(reply.header("content-type"), "image/svg+xml");
    assert!(reply.header("cache-control").contains("immutable"));
    assert!(
        reply
            .header("content-security-policy")
            .contains("default-src 'none'")
    );
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert!(reply.text().contains("seed-box"));
    let again = shop
        .gateway
        .with("if-none-match", reply.header("etag"))
        .get(&url)
        .await
        .expect(304);
    assert!(again.body.is_empty());
    let _ = shop.gateway.get(&url).await.expect(200);
}

#[tokio::test]
async fn an_unknown_picture_is_not_found() {
    let shop = shop().await;
    for name in ["0".repeat(64), "x".to_owned()] {
        shop.gateway
            .get(&format!("/api/v1/assets/{name}"))
            .await
            .expect_problem("not_found");
    }
}
