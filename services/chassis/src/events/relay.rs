//! From the outbox to the stream.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use redis::{aio::ConnectionManager, pipe, streams::StreamInfoGroupsReply};
use serde::Serialize;
use serde_json::Value;
use sqlx::{Connection, FromRow, PgConnection, PgPool, postgres::PgConnectOptions};
use tokio_util::sync::CancellationToken;
use topology::Service;
use uuid::Uuid;

use super::{EventMetrics, Interrupted, MEMBER};
use crate::{config, outbox::Outbox, redis as connections};

/// Rows that are published at once.
const BATCH: i64 = 256;
/// Rows that one statement marks or removes.
const CHUNK: i64 = 5_000;
/// Seconds for which an event is kept in the outbox.
const KEEP: f64 = 7.0 * 24.0 * 3600.0;
/// Time between two removals of old rows.
const PURGE: Duration = Duration::from_hours(1);

/// Times and limits of a relay.
#[derive(Clone, Copy, Debug)]
pub struct RelayTiming {
    /// Time between two looks into an empty outbox. A look rather than NOTIFY, which would put
    /// every commit of the service in one queue.
    pub poll: Duration,
    /// Time between two attempts of a relay that stands by, and after a failure.
    pub stand_by: Duration,
    /// Entries from which on a stream is trimmed. What a consumer has not acknowledged stays, and
    /// the relay waits for it: the outbox has more room than Redis.
    pub longest: usize,
}

impl Default for RelayTiming {
    fn default() -> Self {
        Self {
            poll: Duration::from_millis(200),
            stand_by: Duration::from_secs(1),
            longest: 20_000,
        }
    }
}

/// Publishes the outbox of one service. Each replica runs one; a session's advisory lock lets one
/// of them work.
#[derive(Debug)]
pub struct Relay {
    service: Service,
    outbox: Outbox,
    database: Arc<PgConnectOptions>,
    redis: config::Redis,
    timing: RelayTiming,
    metrics: EventMetrics,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    event_id: Uuid,
    aggregate_id: Uuid,
    sequence: i64,
    #[sqlx(rename = "type")]
    kind: String,
    version: i16,
    payload: Value,
    traceparent: Option<String>,
    occurred_at: DateTime<Utc>,
}

/// [`contracts::events::Envelope`] of an event that this release need not know: during an update
/// the relay of one release publishes the rows of another.
#[derive(Serialize)]
struct Envelope<'a> {
    id: Uuid,
    aggregate_id: Uuid,
    sequence: i64,
    time: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    version: i16,
    #[serde(rename = "type")]
    kind: &'a str,
    payload: &'a Value,
}

/// What a look into the outbox found.
enum Found {
    /// There may be more.
    Work,
    Nothing,
    /// Rows, and no room for them in the stream.
    Full,
}

impl Relay {
    /// The relay of `service`. Its connection is its own, with the settings of `pool`.
    pub fn new(
        service: Service,
        outbox: Outbox,
        pool: &PgPool,
        redis: config::Redis,
        timing: RelayTiming,
        metrics: EventMetrics,
    ) -> Self {
        Self {
            service,
            outbox,
            database: pool.connect_options(),
            redis,
            timing,
            metrics,
        }
    }

    /// Publishes until told to stop. After a failure the lock goes to whoever is first.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            if let Err(error) = self.publish_until(&stop).await {
                tracing::warn!(%error, "the outbox cannot be published at the moment");
            }
            if pause(&stop, self.timing.stand_by).await.is_none() {
                return;
            }
        }
    }

    async fn publish_until(&self, stop: &CancellationToken) -> Result<(), Interrupted> {
        let mut session = PgConnection::connect_with(&self.database).await?;
        while !self.lock(&mut session).await? {
            if pause(stop, self.timing.stand_by).await.is_none() {
                session.close().await?;
                return Ok(());
            }
        }
        tracing::info!("publishing the outbox");
        let ended = self.publish_all(&mut session, stop).await;
        self.metrics.lag(0.0);
        session.close().await?;
        ended
    }

    /// The right to publish, for as long as the session lasts.
    async fn lock(&self, session: &mut PgConnection) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtextextended($1, 0))")
            .bind(format!("outbox of {}", self.service))
            .fetch_one(session)
            .await
    }

    async fn publish_all(
        &self,
        session: &mut PgConnection,
        stop: &CancellationToken,
    ) -> Result<(), Interrupted> {
        let mut redis = connections::connect(&self.redis)?;
        let (mut purged, mut full) = (None::<Instant>, false);
        while !stop.is_cancelled() {
            if purged.is_none_or(|at| at.elapsed() > PURGE) {
                self.purge(session).await?;
                purged = Some(Instant::now());
            }
            let found = self.publish(session, &mut redis).await?;
            let was_full = std::mem::replace(&mut full, matches!(found, Found::Full));
            if full && !was_full {
                tracing::warn!("consumers are behind; the outbox waits for them");
            }
            if !matches!(found, Found::Work) && pause(stop, self.timing.poll).await.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn stream(&self) -> String {
        self.redis.place.key(&self.service.stream())
    }

    /// Gone when Redis has lost what it had.
    fn epoch_key(&self) -> String {
        format!("{}:epoch", self.stream())
    }

    /// One batch. Rows are marked after they are in the stream, so that a crash in between
    /// publishes them twice rather than never.
    async fn publish(
        &self,
        session: &mut PgConnection,
        redis: &mut ConnectionManager,
    ) -> Result<Found, Interrupted> {
        let rows: Vec<Row> = sqlx::query_as(self.outbox.unpublished)
            .bind(BATCH)
            .fetch_all(&mut *session)
            .await?;
        self.metrics.lag(lag(&rows));
        let stream = self.stream();
        let (epoch, length): (Option<String>, usize) = pipe()
            .cmd("GET")
            .arg(self.epoch_key())
            .cmd("XLEN")
            .arg(&stream)
            .query_async(redis)
            .await?;
        if epoch.is_none() {
            self.begin_epoch(session, redis).await?;
            return Ok(Found::Work);
        }
        if rows.is_empty() {
            return Ok(Found::Nothing);
        }
        if !self.has_room(redis, length).await? {
            return Ok(Found::Full);
        }
        let mut batch = pipe();
        for row in &rows {
            batch
                .cmd("XADD")
                .arg(&stream)
                .arg("*")
                .arg(MEMBER)
                .arg(row.envelope());
        }
        batch.exec_async(redis).await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        sqlx::query(self.outbox.published)
            .bind(&ids)
            .execute(session)
            .await?;
        self.metrics.published(rows.len());
        Ok(Found::Work)
    }

    /// Redis is empty, or new: everything that is kept is to be published again. The key comes
    /// last, so that a crash before it begins anew.
    async fn begin_epoch(
        &self,
        session: &mut PgConnection,
        redis: &mut ConnectionManager,
    ) -> Result<(), Interrupted> {
        self.purge(session).await?;
        let rows = repeat(session, self.outbox.again, None).await?;
        redis::cmd("SET")
            .arg(self.epoch_key())
            .arg(Utc::now().to_rfc3339())
            .exec_async(redis)
            .await?;
        if rows > 0 {
            tracing::warn!(rows, "the stream is gone; the outbox is published again");
        }
        Ok(())
    }

    /// Removes what is old. A row that was published before goes even when it was to be published
    /// again: consumers forget a day later what they have seen.
    async fn purge(&self, session: &mut PgConnection) -> Result<(), sqlx::Error> {
        let rows = repeat(session, self.outbox.purge, Some(KEEP)).await?;
        if rows > 0 {
            tracing::info!(rows, "old events were removed from the outbox");
        }
        Ok(())
    }

    /// Whether the stream takes more; trims it when it is long.
    async fn has_room(
        &self,
        redis: &mut ConnectionManager,
        length: usize,
    ) -> Result<bool, redis::RedisError> {
        if length < self.timing.longest {
            return Ok(true);
        }
        let stream = self.stream();
        let mut trim = redis::cmd("XTRIM");
        trim.arg(&stream);
        if self.service.consumers().next().is_none() {
            trim.arg("MAXLEN").arg(self.timing.longest / 2);
        } else {
            let Some(first) = self.first_needed(redis).await? else {
                return Ok(false);
            };
            trim.arg("MINID").arg(first);
        }
        trim.exec_async(redis).await?;
        let left: usize = redis::cmd("XLEN").arg(&stream).query_async(redis).await?;
        Ok(left < self.timing.longest)
    }

    /// The oldest entry that a consumer still has to work on; `None` while one has not begun.
    async fn first_needed(
        &self,
        redis: &mut ConnectionManager,
    ) -> Result<Option<String>, redis::RedisError> {
        let stream = self.stream();
        let groups: StreamInfoGroupsReply = redis::cmd("XINFO")
            .arg("GROUPS")
            .arg(&stream)
            .query_async(redis)
            .await?;
        let mut first: Option<String> = None;
        for consumer in self.service.consumers() {
            let group = groups
                .groups
                .iter()
                .find(|group| group.name == consumer.name());
            let Some(group) = group else { return Ok(None) };
            let (_, oldest, _, _): (usize, Option<String>, Option<String>, redis::Value) =
                redis::cmd("XPENDING")
                    .arg(&stream)
                    .arg(consumer.name())
                    .query_async(redis)
                    .await?;
            let needed = oldest.unwrap_or_else(|| group.last_delivered_id.clone());
            if first
                .as_ref()
                .is_none_or(|first| place(&needed) < place(first))
            {
                first = Some(needed);
            }
        }
        Ok(first)
    }
}

impl Row {
    fn envelope(&self) -> String {
        let envelope = Envelope {
            id: self.event_id,
            aggregate_id: self.aggregate_id,
            sequence: self.sequence,
            time: self.occurred_at,
            traceparent: self.traceparent.as_deref(),
            version: self.version,
            kind: &self.kind,
            payload: &self.payload,
        };
        // A struct of plain members is always serialisable.
        serde_json::to_string(&envelope).unwrap_or_default()
    }
}

/// Seconds that the first row has waited.
fn lag(rows: &[Row]) -> f64 {
    rows.first().map_or(0.0, |row| {
        let age = (Utc::now() - row.occurred_at).to_std();
        age.unwrap_or_default().as_secs_f64()
    })
}

/// An entry's id in numbers, which compare as Redis does.
fn place(id: &str) -> (u64, u64) {
    let (millis, number) = id.split_once('-').unwrap_or((id, "0"));
    (millis.parse().unwrap_or(0), number.parse().unwrap_or(0))
}

/// Runs a statement that takes a chunk at a time until there is nothing left for it.
async fn repeat(
    session: &mut PgConnection,
    statement: &'static str,
    age: Option<f64>,
) -> Result<u64, sqlx::Error> {
    let mut rows = 0;
    loop {
        let mut query = sqlx::query(statement);
        if let Some(age) = age {
            query = query.bind(age);
        }
        let done = query.bind(CHUNK).execute(&mut *session).await?;
        if done.rows_affected() == 0 {
            return Ok(rows);
        }
        rows += done.rows_affected();
    }
}

/// `None` when told to stop.
pub(super) async fn pause(stop: &CancellationToken, time: Duration) -> Option<()> {
    stop.run_until_cancelled(tokio::time::sleep(time)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_compare_by_number() {
        assert!(place("99-5") < place("100-0"));
        assert!(place("100-2") < place("100-10"));
        assert!(place("0-0") < place("0-1"));
    }
}
