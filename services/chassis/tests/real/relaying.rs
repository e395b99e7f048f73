//! The outbox gets into the stream: by one relay, in order, at least once.

use std::collections::HashMap;

use chassis::{events::RelayTiming, testkit::eventually};
use redis::AsyncCommands;
use uuid::Uuid;

use crate::events::{STREAM, events, quick};

#[tokio::test]
async fn one_of_two_relays_publishes_and_the_other_takes_over_when_it_is_killed() {
    let events = events().await;
    let first = events.relay(quick());
    let holders = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted \
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    events.number(holders, 1).await;
    let second = events.relay(quick());
    let order = Uuid::now_v7();
    for _ in 0..200 {
        events.append(order).await;
    }
    events.quiet().await;
    assert_eq!(events.stream().await.len(), 200, "each event came once");
    events.number(holders, 1).await;

    first.kill().await;
    for _ in 0..20 {
        events.append(order).await;
    }
    events.quiet().await;
    assert_eq!(events.stream().await.len(), 220);
    events.number(holders, 1).await;

    second.stop().await;
    events.number(holders, 0).await;
}

#[tokio::test]
async fn a_relay_goes_on_after_postgres_cut_its_session() {
    let events = events().await;
    let _relay = events.relay(quick());
    events.append(Uuid::now_v7()).await;
    events.quiet().await;
    events.database.cut_connections().await;
    events.append(Uuid::now_v7()).await;
    events.quiet().await;
    assert_eq!(events.stream().await.len(), 2);
}

#[tokio::test]
async fn events_of_an_aggregate_lie_in_order_and_whole() {
    let events = events().await;
    let _relay = events.relay(quick());
    let orders: Vec<Uuid> = (0..8).map(|_| Uuid::now_v7()).collect();
    // Four writers at once on the same aggregates.
    let writer = async || {
        for _ in 0..10 {
            for order in &orders {
                events.append(*order).await;
            }
        }
    };
    tokio::join!(writer(), writer(), writer(), writer());
    events.quiet().await;
    let mut last: HashMap<Uuid, i64> = HashMap::new();
    for event in events.stream().await {
        let before = last.insert(event.aggregate_id, event.sequence);
        assert_eq!(before.unwrap_or(0) + 1, event.sequence, "{event:?}");
        assert_eq!(event.event.name(), "order.delivered");
    }
    assert!(last.len() == 8 && last.values().all(|sequence| *sequence == 40));
}

#[tokio::test]
async fn what_is_older_than_a_week_is_removed_once_it_is_published() {
    let events = events().await;
    let order = Uuid::now_v7();
    for _ in 0..4 {
        events.append(order).await;
    }
    // Number 2 was published and is to come again; number 3 never was.
    sqlx::raw_sql(
        "UPDATE orders.outbox SET occurred_at = now() - interval '170 hours' WHERE sequence <= 3; \
         UPDATE orders.outbox SET published_at = now() WHERE sequence = 1; \
         UPDATE orders.outbox SET again = true WHERE sequence = 2",
    )
    .execute(&events.pool)
    .await
    .expect("rows of a week ago");
    let relay = events.relay(quick());
    events.quiet().await;
    let published: Vec<i64> = events
        .stream()
        .await
        .iter()
        .map(|event| event.sequence)
        .collect();
    assert_eq!(
        published,
        [3, 4],
        "a late event comes, an old repeat does not"
    );
    relay.stop().await;
    let _next = events.relay(quick());
    events
        .number("SELECT count(*) FROM orders.outbox WHERE sequence <= 3", 0)
        .await;
    events.number("SELECT count(*) FROM orders.outbox", 1).await;
}

#[tokio::test]
async fn a_long_stream_waits_for_its_consumers() {
    let events = events().await;
    let _relay = events.relay(RelayTiming {
        longest: 50,
        ..quick()
    });
    let order = Uuid::now_v7();
    for _ in 0..50 {
        events.append(order).await;
    }
    events.quiet().await;
    for _ in 0..10 {
        events.append(order).await;
    }
    let waiting = "SELECT count(*) FROM orders.outbox WHERE published_at IS NULL";
    eventually("the relay says that it waits", || async {
        let said = chassis::testkit::logs()
            .iter()
            .any(|line| line.to_string().contains("consumers are behind"));
        if said {
            Ok(())
        } else {
            Err("nothing".to_owned())
        }
    })
    .await;
    events.number(waiting, 10).await;
    assert_eq!(events.stream().await.len(), 50);

    let _consumer = events.consumer();
    events.effects(60).await;
    events.quiet().await;
    events.settled().await;
    for _ in 0..60 {
        events.append(order).await;
    }
    events.effects(120).await;
    let length: usize = events.admin.clone().xlen(STREAM).await.expect("a stream");
    assert!(length <= 110, "{length} entries were kept");
}
