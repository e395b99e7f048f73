//! Many buyers at once, through two processes with pools of their own.

use chassis::{Service, testkit::Api};
use futures::future::join_all;
use serde_json::json;
use uuid::Uuid;

use crate::fixture::{Shop, order, shop, start};

const BUYERS: usize = 32;
const ROUNDS: usize = 50;

/// The orders service, talking to two processes of the catalog in turn.
struct Callers([Api; 2]);

impl Callers {
    async fn new(shop: &Shop) -> (Self, chassis::Running) {
        let second = start(&shop.database).await;
        let other = Api::internal(&second, Service::Orders, Service::Catalog);
        (Self([shop.orders.clone(), other]), second)
    }

    fn pick(&self, buyer: usize) -> Api {
        self.0[buyer % 2].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_piece_is_promised_to_exactly_one_of_32_buyers() {
    let shop = shop().await;
    let (callers, _second) = Callers::new(&shop).await;
    let variant = shop.variant("apple-press").await;
    for round in 0..ROUNDS {
        let buyers = (0..BUYERS).map(|buyer| {
            let api = callers.pick(buyer);
            tokio::spawn(async move {
                let id = order();
                let body = json!({"order_id": id, "lines": [{"variant_id": variant, "qty": 1}], "ttl_seconds": 600});
                (id, api.post("/internal/v1/reservations", &body).await)
            })
        });
        let mut winners: Vec<Uuid> = Vec::new();
        for buyer in join_all(buyers).await {
            let (id, reply) = buyer.expect("a buyer's task");
            if reply.status == 201 {
                winners.push(id);
            } else {
                let problem = reply.expect_problem("out_of_stock");
                assert_eq!(problem.extra["lines"][0]["left"], 0, "round {round}");
            }
        }
        assert_eq!(winners.len(), 1, "round {round}");
        shop.check_invariants().await;
        // Every other winner buys and sends it back.
        if round % 2 == 0 {
            let _ = shop
                .change(winners[0], "commit", &json!({}))
                .await
                .expect(200);
            assert_eq!(shop.stock("apple-press").await, (0, 0));
        }
        let _ = shop
            .change(winners[0], "release", &json!({"restock": true}))
            .await
            .expect(200);
        assert_eq!(shop.stock("apple-press").await, (1, 0));
    }
    shop.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_order_sent_16_times_reserves_once() {
    let shop = shop().await;
    let (callers, _second) = Callers::new(&shop).await;
    let variant = shop.variant("stoneware-mug").await;
    for round in 1..=10 {
        let id = order();
        let calls = (0..16).map(|call| {
            let api = callers.pick(call);
            let body = json!({"order_id": id, "lines": [{"variant_id": variant, "qty": 1}], "ttl_seconds": 600});
            tokio::spawn(async move { api.post("/internal/v1/reservations", &body).await })
        });
        let replies: Vec<_> = join_all(calls)
            .await
            .into_iter()
            .map(|call| call.expect("a call's task"))
            .collect();
        assert_eq!(
            replies.iter().filter(|reply| reply.status == 201).count(),
            1
        );
        assert_eq!(
            replies.iter().filter(|reply| reply.status == 200).count(),
            15
        );
        assert_eq!(shop.stock("stoneware-mug").await.1, round);
    }
    shop.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commit_and_release_of_one_order_do_not_both_happen() {
    let shop = shop().await;
    let (callers, _second) = Callers::new(&shop).await;
    for _ in 0..20 {
        let id = order();
        let _ = shop.reserve(id, "apple-press", 1).await.expect(201);
        let call = |buyer: usize, what: &'static str| {
            let api = callers.pick(buyer);
            tokio::spawn(async move {
                api.post(
                    &format!("/internal/v1/reservations/{id}/{what}"),
                    &json!({}),
                )
                .await
                .status
                .as_u16()
            })
        };
        let (commit, release) = (call(0, "commit"), call(1, "release"));
        let both = (
            commit.await.expect("a task"),
            release.await.expect("a task"),
        );
        assert!(matches!(both, (200, 409) | (409, 200)), "{both:?}");
        let _ = shop
            .change(id, "release", &json!({"restock": true}))
            .await
            .expect(200);
        assert_eq!(shop.stock("apple-press").await, (1, 0));
    }
    shop.check_invariants().await;
}

/// Orders that want the same goods in different sequences, some of which lapse or are given up
/// meanwhile: nobody waits for ever, and the books agree in the end.
#[tokio::test(flavor = "multi_thread")]
async fn a_busy_market_keeps_its_books() {
    let shop = shop().await;
    let (callers, _second) = Callers::new(&shop).await;
    let goods = [
        shop.variant("stoneware-mug").await,
        shop.variant("two-cup-teapot").await,
        shop.variant("watering-can").await,
    ];
    let buyers = (0..BUYERS).map(|buyer| {
        let (api, pool) = (callers.pick(buyer), shop.pool.clone());
        tokio::spawn(async move {
            for turn in 0..6 {
                let id = order();
                let lines: Vec<_> = (0..goods.len())
                    .map(|place| json!({"variant_id": goods[(place + buyer + turn) % goods.len()], "qty": 1}))
                    .collect();
                let body = json!({"order_id": id, "lines": lines, "ttl_seconds": 600});
                let reply = api.post("/internal/v1/reservations", &body).await;
                if reply.status == 409 {
                    reply.expect_problem("out_of_stock");
                    continue;
                }
                let _ = reply.expect(201);
                let path = format!("/internal/v1/reservations/{id}");
                match (buyer + turn) % 4 {
                    0 => {
                        sqlx::query("UPDATE catalog.reservation SET expires_at = now() WHERE order_id = $1")
                            .bind(id)
                            .execute(&pool)
                            .await
                            .expect("a reservation");
                    }
                    1 => {
                        let _ = api.post(&format!("{path}/commit"), &json!({})).await.expect(200);
                        let _ = api.post(&format!("{path}/release"), &json!({"restock": true})).await.expect(200);
                    }
                    _ => {
                        let _ = api.post(&format!("{path}/release"), &json!({})).await.expect(200);
                    }
                }
            }
        })
    });
    for buyer in join_all(buyers).await {
        buyer.expect("a buyer's task");
    }
    chassis::testkit::eventually("all that lapsed is swept", || async {
        match shop.stock("two-cup-teapot").await {
            (3, 0) => Ok(()),
            stock => Err(format!("{stock:?}")),
        }
    })
    .await;
    shop.check_invariants().await;
}
