//! Pieces that come back.

use std::time::Duration;

use chassis::{
    Service,
    testkit::{Reply, eventually},
};
use futures::future::join_all;
use orders::Timing;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    bought::Bought,
    outcome::APPROVED,
    starter::{Moment, Shop, details, hurried},
};

impl Bought {
    async fn ask(&self, qty: u32) -> Reply {
        let body = json!({"lines": self.pieces(qty), "reason": "too small"});
        self.guest.api().post(&self.mine("/returns"), &body).await
    }

    /// Asks to send pieces back and has it approved; gives the id of the return.
    async fn approved(&self, qty: u32) -> String {
        let asked = self.ask(qty).await.expect(201).json();
        let all = asked["returns"].as_array().expect("returns");
        let id = all.last().expect("one")["id"].as_str().expect("an id");
        let _ = self.decide(id, true).await.expect(200);
        id.to_owned()
    }

    async fn decide(&self, id: &str, approve: bool) -> Reply {
        let path = self.desk(&format!("/returns/{id}/decision"));
        let body = json!({"approve": approve, "reason": "as agreed"});
        self.admin.post(&path, &body).await
    }

    async fn receive(&self, id: &str) -> Reply {
        let path = self.desk(&format!("/returns/{id}/receive"));
        self.admin.post(&path, &json!({})).await
    }
}

async fn delivered(shop: &Shop, price: i64, qty: u32) -> Bought {
    let mug = shop.article(price, 5).await;
    let bought = shop.bought(mug, qty).await;
    bought.arrives(qty).await;
    bought
}

fn minor(order: &Value, index: usize) -> i64 {
    let amount = &order["returns"][index]["amount"]["minor"];
    amount.as_i64().expect("an amount")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pieces_come_back_in_two_returns_and_give_what_was_paid_for_them() {
    let shop = Shop::start(Timing::default()).await;
    // Three pieces whose tax is no multiple of three.
    let bought = delivered(&shop, 1_003, 3).await;
    let order = bought.shown().await;
    assert_eq!(order["allowed"], json!(["return"]));
    let line = &order["lines"][0];
    let paid = line["line_total"]["minor"].as_i64().expect("minor")
        + line["tax"]["minor"].as_i64().expect("minor");

    let first = bought.approved(1).await;
    let got = bought.receive(&first).await.expect(200).json();
    shop.settle().await;
    assert_eq!(got["fulfillment_status"], "all");
    let second = bought.approved(2).await;
    for _ in 0..2 {
        let _ = bought.receive(&second).await.expect(200);
    }
    shop.settle().await;
    let order = bought.shown().await;
    assert_eq!(order["fulfillment_status"], "returned");
    assert_eq!(
        order["payment_status"], "partially_refunded",
        "delivery was paid for"
    );
    assert_eq!(order["returns"][0]["state"], "refunded");
    assert_eq!(order["returns"][1]["state"], "refunded");
    assert_eq!(order["allowed"], json!([]));
    assert_eq!(minor(&order, 0) + minor(&order, 1), paid);
    assert_eq!(shop.stock(bought.variant).await, (5, 0));
    let sent = shop
        .count("SELECT sum(amount_minor)::bigint FROM payments.ledger_entry WHERE kind = 'refund'")
        .await;
    assert_eq!(sent, paid);
    let ledger = shop
        .count(
            "SELECT count(*) FROM catalog.stock_ledger WHERE kind = 'return' AND reason = 'return'",
        )
        .await;
    assert_eq!(ledger, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_discounted_line_gives_back_what_was_paid_for_it_and_no_more() {
    let shop = Shop::start(Timing::default()).await;
    let effect = json!({"kind": "percent", "basis_points": 3_333});
    shop.code("THIRD", json!({"effect": effect})).await;
    let (mug, lamp) = (shop.article(1_003, 5).await, shop.article(777, 5).await);
    let guest = shop.guest().await;
    let _ = guest.add(mug, 3).await.expect(200);
    let _ = guest.add(lamp, 2).await.expect(200);
    let _ = guest.give_code("THIRD").await.expect(200);
    let id = guest.begin().await.expect(201).json()["id"].clone();
    let id = id.as_str().expect("an id");
    let _ = guest.change(id, &details()).await.expect(200);
    let checkout = guest.pay(id, APPROVED).await.expect(200).json();
    let total = checkout["totals"]["grand"].clone();
    let order = guest.complete(id, "k", &total).await.expect(201).json();
    shop.settle().await;
    let bought = Bought {
        guest,
        number: order["number"].as_str().expect("a number").to_owned(),
        admin: shop.admin(),
        variant: mug,
    };
    let _ = bought.pack().await.expect(200);
    let both = json!({"lines": [
        {"variant_id": mug, "qty": 3}, {"variant_id": lamp, "qty": 2},
    ]});
    let shipped = bought.admin.post(&bought.desk("/shipments"), &both).await;
    let _ = shipped.expect(201);
    let _ = bought.deliver(0).await.expect(200);

    // Piece by piece: each costs about what it did after discount, all together exactly.
    let paid = |line: &Value| {
        let minor = |part: &str| line[part]["minor"].as_i64().expect("minor");
        minor("line_total") - minor("discount") + minor("tax")
    };
    let mut back = [0, 0];
    for index in 0..5 {
        let line = usize::from(index >= 3);
        let bought = Bought {
            variant: [mug, lamp][line],
            ..bought.clone()
        };
        let id = bought.approved(1).await;
        let received = bought.receive(&id).await.expect(200).json();
        back[line] += minor(&received, index);
        assert!(back[line] <= paid(&order["lines"][line]));
    }
    shop.settle().await;
    assert_eq!(back, [paid(&order["lines"][0]), paid(&order["lines"][1])]);
    let delivery = order["totals"]["delivery"]["minor"].as_i64();
    let total = total["minor"].as_i64().expect("minor");
    assert_eq!(Some(total - back[0] - back[1]), delivery);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_return_that_was_rejected_frees_its_pieces() {
    let shop = Shop::start(Timing::default()).await;
    let bought = delivered(&shop, 1_000, 2).await;
    let asked = bought.ask(2).await.expect(201).json();
    let id = asked["returns"][0]["id"].as_str().expect("an id");
    let too_many = bought.ask(1).await;
    too_many.expect_problem("validation_failed");
    bought.receive(id).await.expect_problem("invalid_state");
    for _ in 0..2 {
        let rejected = bought.decide(id, false).await.expect(200).json();
        assert_eq!(rejected["returns"][0]["state"], "rejected");
        assert_eq!(rejected["returns"][0]["decision_reason"], "as agreed");
    }
    bought
        .decide(id, true)
        .await
        .expect_problem("invalid_state");
    bought.receive(id).await.expect_problem("invalid_state");
    let _ = bought.ask(2).await.expect(201);
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_return_is_told() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let bought = shop.bought(mug, 1).await;
    bought.ask(1).await.expect_problem("invalid_state");
    bought.arrives(1).await;
    let path = bought.mine("/returns");
    let api = bought.guest.api();
    for (pointer, wrong) in [
        ("/lines", json!({"lines": [], "reason": "x"})),
        (
            "/lines/0/qty",
            json!({"lines": bought.pieces(0), "reason": "x"}),
        ),
        (
            "/lines/0",
            json!({"lines": bought.pieces(2), "reason": "x"}),
        ),
        (
            "/lines/0",
            json!({"lines": [{"variant_id": Uuid::now_v7(), "qty": 1}], "reason": "x"}),
        ),
        ("/reason", json!({"lines": bought.pieces(1), "reason": " "})),
        (
            "/amount",
            json!({"lines": bought.pieces(1), "reason": "x", "amount": 1}),
        ),
    ] {
        let problem = api.post(&path, &wrong).await;
        let problem = problem.expect_problem("validation_failed");
        assert_eq!(problem.errors[0].pointer, pointer, "{wrong}");
    }
    let good = json!({"lines": bought.pieces(1), "reason": "x"});
    let thief = shop.guest().await;
    let missing = thief.api().post(&path, &good).await;
    missing.expect_problem("not_found");
    let keyed = api.with("idempotency-key", "r");
    let first = keyed.post(&path, &good).await.expect(201);
    let again = keyed.post(&path, &good).await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.json(), again.json());

    let id = first.json()["returns"][0]["id"].clone();
    let id = id.as_str().expect("an id");
    for rest in ["decision", "receive"] {
        let body = json!({"approve": true});
        let path = bought.desk(&format!("/returns/{id}/{rest}"));
        api.post(&path, &body).await.expect_problem("forbidden");
        let unknown = bought.desk(&format!("/returns/{}/{rest}", Uuid::now_v7()));
        let missing = bought.admin.post(&unknown, &body).await;
        missing.expect_problem("not_found");
    }
    let path = bought.desk(&format!("/returns/{id}/decision"));
    let wrong = bought.admin.post(&path, &json!({"approve": 1})).await;
    wrong.expect_problem("validation_failed");
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_returns_of_the_last_piece_are_one() {
    let shop = Shop::start_doubled(Timing::default()).await;
    let bought = delivered(&shop, 1_000, 1).await;
    let replies = join_all((0..16).map(|_| bought.ask(1))).await;
    let asked = replies.iter().filter(|reply| reply.status == 201).count();
    assert_eq!(asked, 1);
    let order = bought.shown().await;
    let id = order["returns"][0]["id"].as_str().expect("an id");
    let _ = bought.decide(id, true).await.expect(200);
    for reply in join_all((0..16).map(|_| bought.receive(id))).await {
        let _ = reply.expect(200);
    }
    shop.settle().await;
    assert_eq!(shop.stock(bought.variant).await, (5, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_window_nothing_comes_back_but_an_open_return_is_finished() {
    let shop = Shop::start(Timing {
        return_window: Duration::from_millis(1_500),
        ..hurried()
    })
    .await;
    let bought = delivered(&shop, 1_000, 2).await;
    let id = bought.approved(1).await;
    eventually("the window closes", async || {
        let reply = bought.ask(1).await;
        if reply.status == 409 {
            Ok(())
        } else {
            let order = reply.expect(201).json();
            let all = order["returns"].as_array().expect("returns");
            let late = all.last().expect("one")["id"].as_str().expect("an id");
            let _ = bought.decide(late, false).await.expect(200);
            Err(bought.shown().await["return_until"].to_string())
        }
    })
    .await;
    assert_eq!(
        bought.shown().await["state"],
        "delivered",
        "a return is open"
    );
    let _ = bought.receive(&id).await.expect(200);
    eventually("the order is completed", async || {
        let order = bought.shown().await;
        if order["state"] == "completed" && order["returns"][0]["state"] == "refunded" {
            Ok(())
        } else {
            Err(order.to_string())
        }
    })
    .await;
    shop.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_is_killed_before_and_after_each_call_of_a_return() {
    for (callee, path) in [
        (Service::Catalog, "POST /internal/v1/returns"),
        (Service::Payments, "POST /internal/v1/intents/*/refund"),
    ] {
        for moment in [Moment::Before, Moment::After] {
            let shop = Shop::start(hurried()).await;
            let bought = delivered(&shop, 1_000, 1).await;
            let id = bought.approved(1).await;
            let stopped = shop.front(callee).stop_next(path, moment);
            let asked = {
                let (bought, id) = (bought.clone(), id.clone());
                tokio::spawn(async move { bought.receive(&id).await })
            };
            let _held = stopped.wait().await;
            shop.kill(Service::Orders).await;
            let _ = asked.await.expect("the front answers");
            shop.begin(Service::Orders).await;
            shop.begin(Service::Orders).await;
            eventually("the return is refunded", async || {
                let order = bought.shown().await;
                if order["returns"][0]["state"] == "refunded" {
                    Ok(())
                } else {
                    Err(order["returns"].to_string())
                }
            })
            .await;
            shop.settle().await;
            assert_eq!(
                shop.stock(bought.variant).await,
                (5, 0),
                "{path} {moment:?}"
            );
            let refunds = shop
                .count("SELECT count(*) FROM payments.ledger_entry WHERE kind = 'refund'")
                .await;
            assert_eq!(refunds, 1, "{path} {moment:?}");
        }
    }
}
