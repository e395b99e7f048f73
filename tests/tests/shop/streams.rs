//! Following an order as it goes through the house.

use std::time::Duration;

use chassis::{Service, testkit::Api};
use http::Method;
use orders::Timing;
use serde_json::Value;

use crate::starter::{Shop, hurried};

/// An open stream.
struct Following {
    response: reqwest::Response,
    read: String,
}

impl Following {
    async fn open(api: &Api, path: &str) -> Self {
        let response = api.open(Method::GET, path, None).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            read: String::new(),
        }
    }

    /// The next block, whatever it is; `None` when the stream has ended in order.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.read = rest;
                return Some(block);
            }
            let patience = Duration::from_secs(10);
            let chunk = tokio::time::timeout(patience, self.response.chunk()).await;
            let chunk = chunk.expect("something within ten seconds");
            let bytes = chunk.expect("a stream ends in order")?;
            self.read.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    /// The next event: its id and the state it tells.
    async fn event(&mut self) -> (u64, String) {
        loop {
            let block = self.block().await.expect("the stream goes on");
            if block.starts_with(':') {
                continue;
            }
            let field = |name: &str| {
                let line = block.lines().find_map(|line| line.strip_prefix(name));
                line.unwrap_or_else(|| panic!("{name} in {block}")).trim()
            };
            assert_eq!(field("event:"), "state");
            let data: Value = serde_json::from_str(field("data:")).expect("JSON");
            let id: u64 = field("id:").parse().expect("a number");
            assert_eq!(data["seq"], id);
            return (id, data["state"].as_str().expect("a state").to_owned());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_replicas_tell_every_step_and_go_on_where_a_client_was() {
    let shop = Shop::start_doubled(hurried()).await;
    let mug = shop.article(1_000, 5).await;
    let bought = shop.bought(mug, 1).await;
    let path = bought.mine("/stream");
    let inside = shop
        .internal(Service::Storefront, Service::Orders, &bought.guest)
        .await;
    let mut streams = vec![Following::open(bought.guest.api(), &path).await];
    for replica in shop.front(Service::Orders).replicas() {
        streams.push(Following::open(&inside.at(&replica), &path).await);
    }
    assert_eq!(streams.len(), 3);
    for stream in &mut streams {
        assert_eq!(stream.event().await, (4, "placed".to_owned()));
    }
    let _ = bought.pack().await.expect(200);
    for stream in &mut streams {
        assert_eq!(stream.event().await, (5, "fulfilling".to_owned()));
    }
    let _ = bought.ship(1).await.expect(201);
    let _ = bought.deliver(0).await.expect(200);
    for stream in &mut streams {
        assert_eq!(stream.event().await, (6, "shipped".to_owned()));
        assert_eq!(stream.event().await, (7, "delivered".to_owned()));
    }
    for (seen, next) in [("4", (5, "fulfilling")), ("6", (7, "delivered"))] {
        let again = bought.guest.api().with("last-event-id", seen);
        let mut resumed = Following::open(&again, &path).await;
        assert_eq!(resumed.event().await, (next.0, next.1.to_owned()));
    }
    // Nothing new: signs of life, no step twice.
    let again = bought.guest.api().with("last-event-id", "7");
    let mut resumed = Following::open(&again, &path).await;
    assert_eq!(resumed.block().await.as_deref(), Some(":"));
    let wrong = bought
        .guest
        .api()
        .with("last-event-id", "x")
        .get(&path)
        .await;
    wrong.expect_problem("validation_failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_and_its_stream_do_not_exist_for_others() {
    let shop = Shop::start(Timing::default()).await;
    let mug = shop.article(1_000, 5).await;
    let bought = shop.bought(mug, 1).await;
    let thief = shop.guest().await;
    for rest in ["", "/events", "/stream"] {
        let missing = thief.api().get(&bought.mine(rest)).await;
        missing.expect_problem("not_found");
        let missing = bought
            .guest
            .api()
            .get(&format!("/api/v1/orders/LM-000000{rest}"))
            .await;
        missing.expect_problem("not_found");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_has_so_many_streams_at_a_time() {
    let shop = Shop::start(hurried()).await;
    let mug = shop.article(1_000, 5).await;
    let bought = shop.bought(mug, 1).await;
    let path = bought.mine("/stream");
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(Following::open(bought.guest.api(), &path).await);
    }
    let refused = bought.guest.api().get(&path).await;
    assert_eq!(refused.header("retry-after"), "10");
    refused.expect_problem("rate_limited");
    drop(open);
    chassis::testkit::eventually("there is room again", async || {
        let response = bought.guest.api().open(Method::GET, &path, None).await;
        if response.status() == 200 {
            Ok(())
        } else {
            Err(response.status().to_string())
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_in_order_when_its_process_ends() {
    let shop = Shop::start(hurried()).await;
    let mug = shop.article(1_000, 5).await;
    let bought = shop.bought(mug, 1).await;
    let ending = orders::run(shop.orders()).await.expect("one more replica");
    let inside = shop
        .internal(Service::Storefront, Service::Orders, &bought.guest)
        .await
        .at(&ending.url());
    let mut stream = Following::open(&inside, &bought.mine("/stream")).await;
    let _ = stream.event().await;
    ending.begin_stop();
    while stream.block().await.is_some() {}
    ending.ended().await;
}
