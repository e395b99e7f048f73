//! Discount codes as those who run the shop make and change them.

use futures::future::join_all;
use orders::Timing;
use serde_json::{Value, json};

use crate::{outcome::APPROVED, starter::Shop};

const CODES: &str = "/api/v1/admin/discount-codes";

fn euro(minor: i64) -> Value {
    json!({"minor": minor, "currency": "EUR"})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_are_made_once_and_listed_page_by_page() {
    let shop = Shop::start(Timing::default()).await;
    let admin = shop.admin();
    let whole = json!({
        "code": "summer-26", "title": " Summer ", "effect": {"kind": "fixed", "amount": euro(500)},
        "starts_at": "2026-06-01T00:00:00Z", "ends_at": "2026-09-01T00:00:00Z",
        "min_items": euro(2_500), "max_uses": 10,
    });
    let made = admin.post(CODES, &whole).await.expect(201).json();
    let mut expected = whole.clone();
    expected["code"] = json!("SUMMER-26");
    expected["title"] = json!("Summer");
    expected["used"] = json!(0);
    expected["active"] = json!(true);
    assert_eq!(made, expected);
    let again = admin.post(CODES, &whole).await;
    let again = again.expect_problem("validation_failed");
    assert_eq!(again.errors[0].code, "taken");

    for code in ["B-2", "A-1"] {
        shop.code(code, json!({"effect": {"kind": "free_shipping"}}))
            .await;
    }
    let page = admin
        .get(&format!("{CODES}?limit=2"))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&page["items"][0]["code"], &page["items"][1]["code"]),
        (&json!("A-1"), &json!("B-2"))
    );
    let next = page["next_cursor"].as_str().expect("a cursor");
    let rest = admin.get(&format!("{CODES}?limit=2&cursor={next}")).await;
    assert_eq!(rest.expect(200).json(), json!({"items": [expected]}));
    for wrong in ["limit=0", "limit=101", "cursor=-", "x=1"] {
        let refused = admin.get(&format!("{CODES}?{wrong}")).await;
        refused.expect_problem("validation_failed");
    }
    let guest = shop.guest().await;
    let outside = guest.api();
    outside.get(CODES).await.expect_problem("forbidden");
    outside
        .post(CODES, &whole)
        .await
        .expect_problem("forbidden");
    let path = format!("{CODES}/A-1");
    let change = json!({"active": false});
    outside
        .patch(&path, &change)
        .await
        .expect_problem("forbidden");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_code_is_told() {
    let shop = Shop::start(Timing::default()).await;
    let percent = json!({"kind": "percent", "basis_points": 1_000});
    for (pointer, name, value) in [
        ("/code", "code", json!("-A-")),
        ("/title", "title", json!(" ")),
        (
            "/effect/basis_points",
            "effect",
            json!({"kind": "percent", "basis_points": 0}),
        ),
        (
            "/effect/basis_points",
            "effect",
            json!({"kind": "percent", "basis_points": 10_001}),
        ),
        (
            "/effect/amount/minor",
            "effect",
            json!({"kind": "fixed", "amount": euro(0)}),
        ),
        (
            "/effect/amount/currency",
            "effect",
            json!({"kind": "fixed", "amount": {"minor": 1, "currency": "USD"}}),
        ),
        ("/min_items/minor", "min_items", euro(0)),
        ("/max_uses", "max_uses", json!(0)),
        ("/max_uses", "max_uses", json!(4_000_000_000_u32)),
        ("/ends_at", "ends_at", json!("2020-01-01T00:00:00Z")),
        ("/used", "used", json!(1)),
    ] {
        let mut body = json!({
            "code": "TEST", "title": "T", "effect": percent, "starts_at": "2021-01-01T00:00:00Z",
        });
        body[name] = value;
        let refused = shop.admin().post(CODES, &body).await;
        let refused = refused.expect_problem("validation_failed");
        assert_eq!(refused.errors[0].pointer, pointer, "{body}");
    }
    assert_eq!(shop.count("SELECT count(*) FROM orders.coupon").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_may_never_be_used_less_often_than_it_is() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 9).await;
    shop.code(
        "TWICE",
        json!({"effect": {"kind": "free_shipping"}, "starts_at": "2021-01-01T00:00:00Z"}),
    )
    .await;
    for _ in 0..2 {
        let guest = shop.guest().await;
        let _ = guest.add(mug, 1).await.expect(200);
        let _ = guest.give_code("TWICE").await.expect(200);
        let checkout = guest.begin().await.expect(201).json();
        let id = checkout["id"].as_str().expect("an id");
        let _ = guest
            .change(id, &crate::starter::details())
            .await
            .expect(200);
        let _ = guest.pay(id, APPROVED).await.expect(200);
    }
    for (pointer, wrong) in [
        ("/max_uses", json!({"max_uses": 1})),
        ("/max_uses", json!({"max_uses": 0})),
        ("/ends_at", json!({"ends_at": "2020-01-01T00:00:00Z"})),
        ("/title", json!({"title": "New"})),
    ] {
        let refused = shop.change_code("TWICE", &wrong).await;
        let refused = refused.expect_problem("validation_failed");
        assert_eq!(refused.errors[0].pointer, pointer, "{wrong}");
    }
    for unknown in ["NOSUCH", "-"] {
        let missing = shop.change_code(unknown, &json!({"active": true})).await;
        missing.expect_problem("not_found");
    }
    let same = shop
        .change_code("twice", &json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&same["used"], &same["max_uses"]),
        (&json!(2), &Value::Null)
    );
    let full = shop.change_code("TWICE", &json!({"max_uses": 2})).await;
    assert_eq!(full.expect(200).json()["max_uses"], 2);
    let guest = shop.guest().await;
    let _ = guest.add(mug, 1).await.expect(200);
    let refused = guest.give_code("TWICE").await;
    let refused = refused.expect_problem("validation_failed");
    assert_eq!(refused.errors[0].code, "used_up");
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_who_make_the_same_code_make_one() {
    let shop = Shop::start_doubled(Timing::default()).await;
    let admin = shop.admin();
    let body = json!({"code": "SAME", "title": "T", "effect": {"kind": "free_shipping"}});
    let made = join_all((0..16).map(|_| admin.post(CODES, &body))).await;
    let made = made.iter().filter(|reply| reply.status == 201).count();
    assert_eq!(made, 1);
}
