//! A stream as every replica sees it, from now on.

use std::{convert::Infallible, future::Future, time::Duration};

use contracts::events::Envelope;
use redis::{
    RedisError,
    aio::MultiplexedConnection,
    streams::{StreamRangeReply, StreamReadReply},
};
use tokio_util::sync::CancellationToken;
use topology::Service;

use super::relay::pause;
use crate::{config, redis as connections};

/// Entries that are read at once.
const BATCH: usize = 256;
/// Longest wait for new entries.
const BLOCK: Duration = Duration::from_secs(1);
/// Time before a new attempt after a failure.
const RETRY: Duration = Duration::from_millis(500);

/// What a replica does about an event.
pub trait Watch: Send + Sync + 'static {
    fn seen(&self, event: &Envelope) -> impl Future<Output = ()> + Send;
}

/// Reads the events of `producer` without a group. For what may be missed, such as what to forget
/// from a cache whose entries expire anyway.
#[derive(Debug)]
pub struct Follower {
    pub producer: Service,
    pub redis: config::Redis,
}

impl Follower {
    /// Tells `watch` about each event until told to stop. Events that this release does not know
    /// are passed over.
    pub async fn run(self, watch: impl Watch, stop: CancellationToken) {
        let mut last = None;
        loop {
            let followed = stop
                .run_until_cancelled(self.follow(&mut last, &watch))
                .await;
            let Some(Err(error)) = followed else { return };
            let producer = self.producer.name();
            tracing::info!(%error, producer, "events cannot be followed at the moment");
            if pause(&stop, RETRY).await.is_none() {
                return;
            }
        }
    }

    async fn follow(
        &self,
        last: &mut Option<String>,
        watch: &impl Watch,
    ) -> Result<Infallible, RedisError> {
        let mut redis = connections::connect_waiting(&self.redis, BLOCK).await?;
        let mut after = match last.take() {
            Some(id) => id,
            None => self.newest(&mut redis).await?,
        };
        loop {
            *last = Some(after.clone());
            let reply: Option<StreamReadReply> = redis::cmd("XREAD")
                .arg("COUNT")
                .arg(BATCH)
                .arg("BLOCK")
                .arg(BLOCK.as_millis())
                .arg("STREAMS")
                .arg(self.stream())
                .arg(&after)
                .query_async(&mut redis)
                .await?;
            let keys = reply.map(|reply| reply.keys).unwrap_or_default();
            for entry in keys.into_iter().flat_map(|key| key.ids) {
                let event = super::text(&entry).and_then(|text| serde_json::from_str(&text).ok());
                if let Some(event) = event {
                    watch.seen(&event).await;
                }
                after = entry.id;
            }
        }
    }

    fn stream(&self) -> String {
        self.redis.place.key(&self.producer.stream())
    }

    /// The newest entry. `$` would mean another one at each read.
    async fn newest(&self, redis: &mut MultiplexedConnection) -> Result<String, RedisError> {
        let newest: StreamRangeReply = redis::cmd("XREVRANGE")
            .arg(self.stream())
            .arg("+")
            .arg("-")
            .arg("COUNT")
            .arg(1)
            .query_async(redis)
            .await?;
        let entry = newest.ids.into_iter().next();
        Ok(entry.map_or_else(|| "0-0".to_owned(), |entry| entry.id))
    }
}
