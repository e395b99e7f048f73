//! Lists, search, products and categories.

use std::collections::HashMap;

use chassis::testkit::{Reply, logs};
use serde_json::{Value, json};

use crate::fixture::{GOODS, Good, add, shop};

fn slugs(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items");
    items
        .iter()
        .map(|item| item["slug"].as_str().unwrap_or_default().to_owned())
        .collect()
}

async fn listed(api: &chassis::testkit::Api, query: &str) -> Vec<String> {
    slugs(
        &api.get(&format!("/api/v1/products{query}"))
            .await
            .expect(200)
            .json(),
    )
}

#[tokio::test]
async fn categories_count_what_is_on_sale_in_them_and_below() {
    let shop = shop().await;
    let reply = shop.gateway.get("/api/v1/categories").await.expect(200);
    assert_eq!(
        reply.json(),
        json!({"items": [
            {"path": "kitchen", "title": "Kitchen", "product_count": 2},
            {"path": "kitchen/mugs", "title": "Mugs", "product_count": 1},
            {"path": "garden", "title": "Garden", "product_count": 3},
        ]})
    );
}

#[tokio::test]
async fn a_list_comes_newest_first_with_all_a_card_shows() {
    let shop = shop().await;
    let page = shop
        .gateway
        .get("/api/v1/products")
        .await
        .expect(200)
        .json();
    assert_eq!(
        slugs(&page),
        [
            "two-cup-teapot",
            "watering-can",
            "seed-box",
            "stoneware-mug",
            "apple-press"
        ]
    );
    assert_eq!(page["total"], 5);
    assert!(page.get("next_cursor").is_none() && page["as_of"].is_string());
    let card = &page["items"][0];
    assert_eq!(
        card["category"],
        json!({"path": "kitchen", "title": "Kitchen"})
    );
    assert_eq!(card["price"], json!({"minor": 3400, "currency": "EUR"}));
    assert_eq!(card["stock"], "low");
    assert!(
        card["image"]["url"]
            .as_str()
            .is_some_and(|url| url.starts_with("/api/v1/assets/"))
    );
    assert_eq!(
        (&page["items"][2]["stock"], &page["items"][1]["stock"]),
        (&json!("out"), &json!("in"))
    );
}

#[tokio::test]
async fn every_order_can_be_paged_without_loss_or_repetition() {
    let shop = shop().await;
    // Several share price, title and word, so that the id has to decide.
    for slug in ["twin-a", "twin-b", "twin-c"] {
        add(
            &shop.pool,
            &Good {
                slug,
                title: "Twin mug",
                ..GOODS[1]
            },
        )
        .await;
    }
    sqlx::query("UPDATE catalog.product SET sold = 7, published_at = '2026-01-01T00:00:00.123456Z' WHERE slug LIKE 'twin%'")
        .execute(&shop.pool)
        .await
        .expect("a time that microseconds matter to");
    let wanted = HashMap::from([
        ("?sort=newest", 8),
        ("?sort=price_asc", 8),
        ("?sort=price_desc", 8),
        ("?sort=title", 8),
        ("?sort=popular", 8),
        ("?q=mug&sort=popular", 4),
        ("?q=mug", 4),
        ("?q=mug&sort=newest", 4),
        ("?q=mug&sort=price_asc", 4),
        ("?q=mug&sort=price_desc", 4),
        ("?q=mug&sort=title", 4),
        ("?category=kitchen&sort=title", 5),
    ]);
    for (query, total) in wanted {
        let whole = listed(&shop.gateway, &format!("{query}&limit=100")).await;
        assert_eq!(whole.len(), total, "{query}");
        let mut paged = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = shop
                .gateway
                .get(&format!("/api/v1/products{query}&limit=1{cursor}"))
                .await
                .expect(200)
                .json();
            assert_eq!(page["total"], total, "{query}");
            paged.extend(slugs(&page));
            assert!(paged.len() <= total, "{query}: {paged:?}");
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(paged, whole, "{query}");
    }
}

#[tokio::test]
async fn prices_and_titles_sort_as_people_expect() {
    let shop = shop().await;
    let dearest = listed(&shop.gateway, "?sort=price_desc").await;
    assert_eq!(
        (dearest[0].as_str(), dearest[4].as_str()),
        ("apple-press", "seed-box")
    );
    assert_eq!(
        listed(&shop.gateway, "?sort=title").await,
        [
            "apple-press",
            "seed-box",
            "stoneware-mug",
            "two-cup-teapot",
            "watering-can"
        ],
        "capitals do not come first"
    );
}

#[tokio::test]
async fn a_category_holds_what_is_below_it() {
    let shop = shop().await;
    assert_eq!(
        listed(&shop.gateway, "?category=kitchen").await,
        ["two-cup-teapot", "stoneware-mug"]
    );
    assert_eq!(
        listed(&shop.gateway, "?category=kitchen/mugs").await,
        ["stoneware-mug"]
    );
    shop.gateway
        .get("/api/v1/products?category=kit")
        .await
        .expect_problem("not_found");
}

#[tokio::test]
async fn a_search_finds_words_their_forms_and_their_beginnings() {
    let shop = shop().await;
    assert_eq!(listed(&shop.gateway, "?q=mugs").await, ["stoneware-mug"]);
    assert_eq!(listed(&shop.gateway, "?q=STONEW").await, ["stoneware-mug"]);
    assert_eq!(
        listed(&shop.gateway, "?q=two%20teapot").await,
        ["two-cup-teapot"]
    );
    assert_eq!(
        listed(&shop.gateway, "?q=years&category=garden")
            .await
            .len(),
        3,
        "in the description"
    );
    for nothing in ["?q=zeppelin", "?q=mug%20garden", "?q=%26%20!", "?q='"] {
        assert!(listed(&shop.gateway, nothing).await.is_empty(), "{nothing}");
    }
}

#[tokio::test]
async fn a_hit_in_the_title_comes_before_one_in_the_description() {
    let shop = shop().await;
    sqlx::query(
        "UPDATE catalog.product SET description = 'Holds a mug.' WHERE slug = 'two-cup-teapot'",
    )
    .execute(&shop.pool)
    .await
    .expect("a product");
    assert_eq!(
        listed(&shop.gateway, "?q=mug").await,
        ["stoneware-mug", "two-cup-teapot"]
    );
}

#[tokio::test]
async fn a_list_that_cannot_be_asked_for_is_refused_by_parameter() {
    let shop = shop().await;
    let cases = [
        ("limit=0", "#query/limit"),
        ("limit=101", "#query/limit"),
        ("limit=many", "#query/limit"),
        ("sort=cheap", "#query/sort"),
        ("cursor=x", "#query/cursor"),
        ("page=2", "#query/page"),
    ];
    for (query, pointer) in cases {
        let reply = shop.gateway.get(&format!("/api/v1/products?{query}")).await;
        assert_eq!(
            reply.expect_problem("validation_failed").errors[0].pointer,
            pointer,
            "{query}"
        );
    }
    let page = shop
        .gateway
        .get("/api/v1/products?limit=1")
        .await
        .expect(200)
        .json();
    let cursor = page["next_cursor"]
        .as_str()
        .expect("a next page")
        .to_owned();
    shop.gateway
        .get(&format!("/api/v1/products?sort=title&cursor={cursor}"))
        .await
        .expect_problem("validation_failed");
}

#[tokio::test]
async fn a_product_shows_its_variants_and_how_many_are_left() {
    let shop = shop().await;
    let product = shop
        .gateway
        .get("/api/v1/products/two-cup-teapot")
        .await
        .expect(200)
        .json();
    assert_eq!(product["title"], "Two-cup teapot");
    assert_eq!(
        product["paragraphs"],
        json!(["Made by hand.", "Lasts for years."])
    );
    assert_eq!(
        product["specs"],
        json!([{"name": "Care", "value": "Dishwasher"}])
    );
    assert_eq!(product["images"].as_array().map(Vec::len), Some(1));
    let variant = &product["variants"][0];
    assert_eq!(variant["id"], json!(shop.variant("two-cup-teapot").await));
    assert_eq!(
        (&variant["stock"], &variant["left"], &variant["max_qty"]),
        (&json!("low"), &json!(3), &json!(3))
    );

    let mug = shop
        .gateway
        .get("/api/v1/products/stoneware-mug")
        .await
        .expect(200)
        .json();
    assert_eq!(
        (
            &mug["variants"][0]["max_qty"],
            mug["variants"][0].get("left")
        ),
        (&json!(10), None)
    );
    shop.gateway
        .get("/api/v1/products/zeppelin")
        .await
        .expect_problem("not_found");
}

#[tokio::test]
async fn what_is_not_on_sale_is_not_shown() {
    let shop = shop().await;
    sqlx::raw_sql(
        "UPDATE catalog.product SET status = 'archived' WHERE slug = 'seed-box'; \
         UPDATE catalog.product SET status = 'draft' WHERE slug = 'apple-press'; \
         UPDATE catalog.variant SET active = false WHERE sku = 'WATERING-CAN'",
    )
    .execute(&shop.pool)
    .await
    .expect("three goods are taken off");
    assert_eq!(
        listed(&shop.gateway, "").await,
        ["two-cup-teapot", "stoneware-mug"]
    );
    for slug in ["seed-box", "apple-press", "watering-can"] {
        shop.gateway
            .get(&format!("/api/v1/products/{slug}"))
            .await
            .expect_problem("not_found");
    }
}

#[tokio::test]
async fn an_unchanged_list_is_not_sent_again_and_a_changed_one_is_soon() {
    let shop = shop().await;
    let path = "/api/v1/products?category=kitchen/mugs";
    let first = shop.gateway.get(path).await.expect(200);
    let tag = first.header("etag").to_owned();
    assert_eq!(first.header("cache-control"), "no-cache");
    let again = shop
        .gateway
        .with("if-none-match", &tag)
        .get(path)
        .await
        .expect(304);
    assert!(again.body.is_empty());

    sqlx::query("UPDATE catalog.variant SET price_minor = 1 WHERE sku = 'STONEWARE-MUG'")
        .execute(&shop.pool)
        .await
        .expect("a new price");
    let changed: Reply = chassis::testkit::eventually("the new price is listed", || {
        let api = shop.gateway.with("if-none-match", &tag);
        async move {
            let reply = api.get(path).await;
            if reply.status == 200 {
                Ok(reply)
            } else {
                Err(reply.status.to_string())
            }
        }
    })
    .await;
    assert_eq!(changed.json()["items"][0]["price"]["minor"], 1);
    let history: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM catalog.price_history h JOIN catalog.variant v ON v.id = h.variant_id WHERE sku = 'STONEWARE-MUG'",
    )
    .fetch_one(&shop.pool)
    .await
    .expect("the history");
    assert_eq!(history, 2);
}

#[tokio::test]
async fn a_customers_steps_are_counted_and_nobody_elses() {
    let shop = shop().await;
    let customer = shop.gateway.as_customer("guest:funnel");
    let _ = customer
        .get("/api/v1/products?sort=title")
        .await
        .expect(200);
    let _ = customer.get("/api/v1/products/seed-box").await.expect(200);
    let reply = shop
        .gateway
        .get("/api/v1/products/seed-box")
        .await
        .expect(200);
    let steps: Vec<Value> = logs()
        .into_iter()
        .filter(|line| line["target"] == "funnel")
        .collect();
    let visit = |step| {
        steps
            .iter()
            .find(|line| line["step"] == step)
            .map(|line| line["visit"].clone())
    };
    assert!(
        visit("list").is_some() && visit("list") == visit("detail"),
        "{steps:?}"
    );
    let trace = reply
        .header("traceresponse")
        .split('-')
        .nth(1)
        .unwrap_or_default()
        .to_owned();
    assert!(
        !steps.iter().any(|line| line["trace_id"] == trace),
        "a call on nobody's behalf"
    );
}
