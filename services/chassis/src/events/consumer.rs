//! From a stream to an effect that comes about once.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use contracts::events::Envelope;
use redis::{
    RedisError,
    aio::MultiplexedConnection,
    streams::{StreamAutoClaimReply, StreamId, StreamReadReply},
};
use sqlx::{PgConnection, PgPool};
use tokio_util::sync::CancellationToken;
use topology::Service;
use tracing::Instrument;
use uuid::Uuid;

use super::{EventMetrics, Interrupted, relay::pause};
use crate::{Problem, config, redis as connections, run_tx, telemetry};

/// Entries that are read at once.
const BATCH: usize = 64;
/// Longest wait for new entries, and so for the end.
const BLOCK: Duration = Duration::from_secs(1);
/// Seconds for which ids are remembered: a day longer than the outbox keeps them.
const KEEP: f64 = 8.0 * 24.0 * 3600.0;
/// Time between two removals of old ids.
const PURGE: Duration = Duration::from_hours(1);
/// Time before a new attempt after a failure.
const RETRY: Duration = Duration::from_millis(500);

/// What an event does here.
pub trait Effect: Send + Sync + 'static {
    /// `type` of the events that do something.
    const EVENTS: &'static [&'static str];

    /// Has the effect in the transaction that remembers the event. An error leaves the event for
    /// a later attempt.
    fn apply(
        &self,
        transaction: &mut PgConnection,
        event: &Envelope,
    ) -> impl Future<Output = Result<(), Problem>> + Send;
}

/// The inbox of one schema, a table as this, with the schema's own name:
///
/// ```sql
#[doc = include_str!("inbox.sql")]
/// ```
///
/// Made by [`inbox!`](crate::inbox).
#[derive(Clone, Copy, Debug)]
pub struct Inbox {
    #[doc(hidden)]
    pub insert: &'static str,
    #[doc(hidden)]
    pub purge: &'static str,
}

/// The [`Inbox`](crate::events::Inbox) of a schema:
/// `const INBOX: Inbox = chassis::inbox!("catalog");`
#[macro_export]
macro_rules! inbox {
    ($schema:literal) => {
        $crate::events::Inbox {
            insert: concat!(
                "INSERT INTO ",
                $schema,
                ".inbox (consumer, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"
            ),
            purge: concat!(
                "DELETE FROM ",
                $schema,
                ".inbox WHERE received_at < now() - make_interval(secs => $1)"
            ),
        }
    };
}

/// One replica's share in what a service does with another one's events.
#[derive(Debug)]
pub struct Consumer<E> {
    /// The service that consumes; also the name of the group.
    pub service: Service,
    /// Whose events.
    pub producer: Service,
    pub pool: PgPool,
    pub redis: config::Redis,
    pub inbox: Inbox,
    pub effect: E,
    /// Time after which an event that a replica has taken and not acknowledged goes to another.
    pub patience: Duration,
    pub metrics: EventMetrics,
}

/// Patience of a consumer: longer than any effect takes.
pub const PATIENCE: Duration = Duration::from_secs(30);

impl<E: Effect> Consumer<E> {
    /// Consumes until told to stop; what has begun is finished.
    pub async fn run(self, stop: CancellationToken) {
        // A name for this process: a later one claims what it leaves behind.
        let name = Uuid::new_v4().to_string();
        loop {
            if let Err(error) = self.consume_until(&name, &stop).await {
                let producer = self.producer.name();
                tracing::warn!(%error, producer, "events cannot be consumed at the moment");
            }
            if pause(&stop, RETRY).await.is_none() {
                return;
            }
        }
    }

    async fn consume_until(&self, name: &str, stop: &CancellationToken) -> Result<(), Interrupted> {
        let mut redis = connections::connect_waiting(&self.redis, BLOCK).await?;
        self.join(&mut redis).await?;
        let (mut claimed, mut purged) = (None::<Instant>, None::<Instant>);
        while !stop.is_cancelled() {
            if purged.is_none_or(|at| at.elapsed() > PURGE) {
                self.purge().await?;
                purged = Some(Instant::now());
            }
            if claimed.is_none_or(|at| at.elapsed() > self.patience / 2) {
                self.claim(&mut redis, name).await?;
                claimed = Some(Instant::now());
            }
            let entries = self.read(&mut redis, name).await?;
            self.work(&mut redis, &entries).await?;
        }
        self.leave(&mut redis, name).await?;
        Ok(())
    }

    fn stream(&self) -> String {
        self.redis.place.key(&self.producer.stream())
    }

    /// Makes the group unless it is there. It begins with the stream: what came before the group
    /// counts, too.
    async fn join(&self, redis: &mut MultiplexedConnection) -> Result<(), RedisError> {
        let made = redis::cmd("XGROUP")
            .arg("CREATE")
            .arg(self.stream())
            .arg(self.service.name())
            .arg("0")
            .arg("MKSTREAM")
            .exec_async(redis)
            .await;
        match made {
            Err(error) if error.code() == Some("BUSYGROUP") => Ok(()),
            other => other,
        }
    }

    /// Entries that nobody has got yet.
    async fn read(
        &self,
        redis: &mut MultiplexedConnection,
        name: &str,
    ) -> Result<Vec<StreamId>, RedisError> {
        // A stream that stays empty is answered with nil.
        let reply: Option<StreamReadReply> = redis::cmd("XREADGROUP")
            .arg("GROUP")
            .arg(self.service.name())
            .arg(name)
            .arg("COUNT")
            .arg(BATCH)
            .arg("BLOCK")
            .arg(BLOCK.as_millis())
            .arg("STREAMS")
            .arg(self.stream())
            .arg(">")
            .query_async(redis)
            .await?;
        let keys = reply.map(|reply| reply.keys).unwrap_or_default();
        Ok(keys.into_iter().flat_map(|key| key.ids).collect())
    }

    /// Takes over what others, or an attempt that failed, have left lying.
    async fn claim(&self, redis: &mut MultiplexedConnection, name: &str) -> Result<(), RedisError> {
        let mut from = "0-0".to_owned();
        loop {
            let reply: StreamAutoClaimReply = redis::cmd("XAUTOCLAIM")
                .arg(self.stream())
                .arg(self.service.name())
                .arg(name)
                .arg(self.patience.as_millis())
                .arg(&from)
                .arg("COUNT")
                .arg(BATCH)
                .query_async(redis)
                .await?;
            self.work(redis, &reply.claimed).await?;
            if reply.next_stream_id == "0-0" {
                return Ok(());
            }
            from = reply.next_stream_id;
        }
    }

    async fn work(
        &self,
        redis: &mut MultiplexedConnection,
        entries: &[StreamId],
    ) -> Result<(), RedisError> {
        let mut acknowledge = redis::cmd("XACK");
        acknowledge.arg(self.stream()).arg(self.service.name());
        let mut done = false;
        for entry in entries {
            if self.settle(entry).await {
                acknowledge.arg(&entry.id);
                done = true;
            }
        }
        if done {
            acknowledge.exec_async(redis).await?;
        }
        Ok(())
    }

    /// Whether there is nothing left to do about an entry.
    async fn settle(&self, entry: &StreamId) -> bool {
        let Some(text) = super::text(entry) else {
            return true;
        };
        let Some(kind) = super::kind(&text) else {
            return true;
        };
        if !E::EVENTS.contains(&kind.as_str()) {
            return true;
        }
        let event: Envelope = match serde_json::from_str(&text) {
            Ok(event) => event,
            Err(error) => {
                self.metrics.failed(self.producer);
                tracing::error!(%error, event = kind, "an event cannot be read; it stays for another release");
                return false;
            }
        };
        let span = telemetry::event_span(&kind, event.traceparent.as_deref());
        match self.once(&event).instrument(span.clone()).await {
            Ok(fresh) => {
                self.metrics.consumed(self.producer, fresh);
                if fresh {
                    span.in_scope(
                        || tracing::info!(event_id = %event.id, "an event had its effect"),
                    );
                }
                true
            }
            Err(problem) => {
                self.metrics.failed(self.producer);
                span.in_scope(|| {
                    tracing::warn!(%problem, event_id = %event.id, "an event had no effect yet");
                });
                false
            }
        }
    }

    /// The effect, unless it came about before. `true` when it did now.
    async fn once(&self, event: &Envelope) -> Result<bool, Problem> {
        run_tx!(&self.pool, "consume event", async |tx| {
            let fresh = sqlx::query(self.inbox.insert)
                .bind(self.producer.name())
                .bind(event.id.uuid())
                .execute(&mut *tx)
                .await?
                .rows_affected()
                == 1;
            if fresh {
                self.effect.apply(tx, event).await?;
            }
            Ok(fresh)
        })
    }

    async fn purge(&self) -> Result<(), sqlx::Error> {
        sqlx::query(self.inbox.purge)
            .bind(KEEP)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Takes its name out of the group, unless something is left under it for others to claim.
    async fn leave(&self, redis: &mut MultiplexedConnection, name: &str) -> Result<(), RedisError> {
        let left: Vec<redis::Value> = redis::cmd("XPENDING")
            .arg(self.stream())
            .arg(self.service.name())
            .arg("-")
            .arg("+")
            .arg(1)
            .arg(name)
            .query_async(redis)
            .await?;
        if !left.is_empty() {
            return Ok(());
        }
        redis::cmd("XGROUP")
            .arg("DELCONSUMER")
            .arg(self.stream())
            .arg(self.service.name())
            .arg(name)
            .exec_async(redis)
            .await
    }
}
