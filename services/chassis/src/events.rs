//! Events on their way from one service's outbox to another service's effect.
//!
//! The outbox is the record, the stream only transport. A [`Relay`] copies rows of the outbox to
//! the Redis Stream of its service, in order of their ids and at least once. A [`Consumer`] reads
//! the stream in a group, so that each event goes to one replica, and writes its id to the inbox
//! in the transaction of the effect: a repeat finds it there and does nothing. A [`Follower`]
//! reads a stream on every replica from now on, for what each keeps in memory.
//!
//! Redis may lose everything at any moment. A relay that misses its epoch key publishes the whole
//! outbox again; consumers make their group anew, from the beginning of the stream.
//!
//! Events of one aggregate lie in the stream in order, but replicas work side by side and a
//! repeat may come late: an effect that depends on order must compare `sequence`.

mod consumer;
mod follower;
mod metrics;
mod relay;

use redis::{FromRedisValue, streams::StreamId};
use serde::Deserialize;

pub use consumer::{Consumer, Effect, Inbox, PATIENCE};
pub use follower::{Follower, Watch};
pub use metrics::EventMetrics;
pub use relay::{Relay, RelayTiming};

/// Member of a stream entry that holds the envelope in JSON.
const MEMBER: &str = "event";

/// What every version of the envelope has.
#[derive(Debug, Deserialize)]
struct Outline {
    #[serde(rename = "type")]
    kind: String,
}

/// The text of an entry, when it is one of a relay.
fn text(entry: &StreamId) -> Option<String> {
    let value = entry.map.get(MEMBER)?;
    String::from_redis_value_ref(value).ok()
}

/// `type` of an event, also of one that this release does not know.
fn kind(text: &str) -> Option<String> {
    serde_json::from_str::<Outline>(text)
        .ok()
        .map(|outline| outline.kind)
}

/// Why a round of work with events ended early. It is begun again after a pause.
#[derive(Debug, thiserror::Error)]
enum Interrupted {
    #[error("redis: {0}")]
    Redis(#[from] redis::RedisError),
    #[error("postgres: {0}")]
    Postgres(#[from] sqlx::Error),
}
