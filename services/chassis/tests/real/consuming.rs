//! Events have their effect once, whatever is repeated, lost or killed.

use chassis::testkit::eventually;
use redis::AsyncCommands;
use uuid::Uuid;

use crate::events::{STREAM, events, quick};

#[tokio::test]
async fn a_crash_between_stream_and_mark_publishes_twice_and_has_one_effect() {
    let events = events().await;
    // The first attempt to mark a row fails, after the event is in the stream.
    sqlx::raw_sql(
        "CREATE SEQUENCE public.marks; GRANT USAGE ON SEQUENCE public.marks TO PUBLIC; \
         CREATE FUNCTION public.crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF nextval('public.marks') = 1 THEN RAISE 'crash'; END IF; RETURN NEW; END $$; \
         CREATE TRIGGER crash BEFORE UPDATE ON orders.outbox FOR EACH ROW EXECUTE FUNCTION public.crash()",
    )
    .execute(&events.pool)
    .await
    .expect("a trigger");
    events.append(Uuid::now_v7()).await;
    let _relay = events.relay(quick());
    events.quiet().await;
    let stream = events.stream().await;
    assert_eq!(stream.len(), 2, "{stream:?}");
    assert_eq!(stream[0], stream[1]);
    let _consumer = events.consumer();
    events.settled().await;
    events.effects(1).await;
}

#[tokio::test]
async fn a_redis_that_loses_everything_gets_it_again_and_effects_stay_single() {
    let events = events().await;
    let _relays = [events.relay(quick()), events.relay(quick())];
    let _consumers = [events.consumer(), events.consumer()];
    let order = Uuid::now_v7();
    for round in 1..=8 {
        for number in 0..15 {
            events.append(order).await;
            // At another moment in each round.
            if number == round {
                let mut admin = events.admin.clone();
                let _: () = admin.flushall().await.expect("an administrator");
            }
        }
        events.effects(round * 15).await;
    }
    let _: () = events
        .admin
        .clone()
        .flushall()
        .await
        .expect("an administrator");
    eventually("all events lie in the stream again", || async {
        let length: i64 = events
            .admin
            .clone()
            .xlen(STREAM)
            .await
            .map_err(|error| error.to_string())?;
        if length >= 120 {
            Ok(())
        } else {
            Err(length.to_string())
        }
    })
    .await;
    events.quiet().await;
    events.settled().await;
    events.effects(120).await;
    events
        .number("SELECT count(DISTINCT sequence) FROM public.effect", 120)
        .await;
}

#[tokio::test]
async fn what_a_dead_consumer_has_read_another_one_claims() {
    let events = events().await;
    let _relay = events.relay(quick());
    for _ in 0..3 {
        events.append(Uuid::now_v7()).await;
    }
    events.quiet().await;
    let mut admin = events.admin.clone();
    let _: () = admin
        .xgroup_create(STREAM, "catalog", "0")
        .await
        .expect("a group");
    // It reads, and dies before it acknowledges.
    let read: redis::streams::StreamReadReply = redis::cmd("XREADGROUP")
        .arg(&[
            "GROUP", "catalog", "dead", "COUNT", "2", "STREAMS", STREAM, ">",
        ])
        .query_async(&mut admin)
        .await
        .expect("entries");
    assert_eq!(read.keys[0].ids.len(), 2);
    let _consumer = events.consumer();
    events.effects(3).await;
    events.settled().await;
}

#[tokio::test]
async fn a_consumer_that_is_killed_in_its_transaction_leaves_the_event_to_another() {
    let events = events().await;
    let _relay = events.relay(quick());
    // The effect waits for a lock, and with it the transaction.
    let mut lock = events.pool.begin().await.expect("a connection");
    sqlx::query("LOCK TABLE public.effect IN EXCLUSIVE MODE")
        .execute(&mut *lock)
        .await
        .expect("a lock");
    let first = events.consumer();
    events.append(Uuid::now_v7()).await;
    events
        .number(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'public.effect'::regclass",
            1,
        )
        .await;
    first.kill().await;
    lock.commit().await.expect("a live connection");
    let _second = events.consumer();
    events.effects(1).await;
    events.settled().await;
    events.effects(1).await;
}

#[tokio::test]
async fn an_orderly_end_leaves_no_name_in_the_group() {
    let events = events().await;
    let _relay = events.relay(quick());
    let consumer = events.consumer();
    events.append(Uuid::now_v7()).await;
    events.effects(1).await;
    events.settled().await;
    consumer.stop().await;
    let groups: redis::streams::StreamInfoGroupsReply = events
        .admin
        .clone()
        .xinfo_groups(STREAM)
        .await
        .expect("a group");
    assert_eq!(groups.groups[0].consumers, 0);
}

/// A service may read what it consumes, and not write there.
#[tokio::test]
async fn a_consumer_cannot_write_to_the_stream() {
    let events = events().await;
    let mut catalog = chassis::redis::connect(&events.redis.config(chassis::Service::Catalog))
        .expect("a valid address");
    for command in ["XADD", "XTRIM", "DEL"] {
        let mut command = redis::cmd(command);
        command.arg(STREAM).arg("*").arg("event").arg("{}");
        let refused = command.exec_async(&mut catalog).await;
        assert_eq!(
            refused.expect_err("another service's stream").code(),
            Some("NOPERM")
        );
    }
}
