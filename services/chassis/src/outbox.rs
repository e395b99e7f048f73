//! The outbox: events written in the transaction that makes them true.
//!
//! A service has two tables in its schema; put this into its first migration, with its own name
//! for `catalog`:
//!
//! ```sql
#![doc = include_str!("outbox/tables.sql")]
#![doc = include_str!("outbox/relay.sql")]
//! ```
//!
//! [`crate::events::Relay`] publishes the rows.
//!
//! `outbox_sequence` counts per aggregate, so that the numbers have no gap and outlive the rows,
//! which are deleted after some days. Its row lock orders writers of one aggregate; take the lock
//! of the aggregate's own row first, several aggregates in order of their ids.

use chrono::{DateTime, Utc};
use contracts::{EventId, events::Event};
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::telemetry;

/// The outbox of one schema. Made by [`outbox!`](crate::outbox).
#[derive(Clone, Copy, Debug)]
pub struct Outbox {
    #[doc(hidden)]
    pub append: &'static str,
    #[doc(hidden)]
    pub unpublished: &'static str,
    #[doc(hidden)]
    pub published: &'static str,
    #[doc(hidden)]
    pub again: &'static str,
    #[doc(hidden)]
    pub purge: &'static str,
}

/// The [`Outbox`](crate::outbox::Outbox) of a schema:
/// `const OUTBOX: Outbox = chassis::outbox!("orders");`
#[macro_export]
macro_rules! outbox {
    ($schema:literal) => {
        $crate::outbox::Outbox {
            append: concat!(
                "WITH next AS (INSERT INTO ",
                $schema,
                ".outbox_sequence AS counted ",
                "(aggregate_id, last) VALUES ($2, 1) ON CONFLICT (aggregate_id) ",
                "DO UPDATE SET last = counted.last + 1 RETURNING last) ",
                "INSERT INTO ",
                $schema,
                ".outbox (event_id, aggregate_id, sequence, type, ",
                "version, payload, traceparent, occurred_at) ",
                "SELECT $1, $2, next.last, $3, $4, $5, $6, $7 FROM next RETURNING sequence"
            ),
            unpublished: concat!(
                "SELECT id, event_id, aggregate_id, sequence, type, version, payload, ",
                "traceparent, occurred_at FROM ",
                $schema,
                ".outbox WHERE published_at IS NULL ORDER BY id LIMIT $1"
            ),
            published: concat!(
                "UPDATE ",
                $schema,
                ".outbox SET published_at = now() WHERE id = ANY($1)"
            ),
            again: concat!(
                "UPDATE ",
                $schema,
                ".outbox SET published_at = NULL, again = true WHERE id IN (SELECT id FROM ",
                $schema,
                ".outbox WHERE published_at IS NOT NULL ORDER BY id LIMIT $1)"
            ),
            purge: concat!(
                "DELETE FROM ",
                $schema,
                ".outbox WHERE id IN (SELECT id FROM ",
                $schema,
                ".outbox WHERE occurred_at < now() - make_interval(secs => $1) ",
                "AND (published_at IS NOT NULL OR again) LIMIT $2)"
            ),
        }
    };
}

/// Version of the payloads' shapes.
const VERSION: i16 = 1;

impl Outbox {
    /// Adds an event about `aggregate` to the caller's transaction; answers its number in the
    /// sequence of that aggregate.
    pub async fn append(
        self,
        transaction: &mut PgConnection,
        id: EventId,
        aggregate: impl Into<Uuid>,
        event: &Event,
        at: DateTime<Utc>,
    ) -> Result<i64, sqlx::Error> {
        let payload = event
            .payload()
            .map_err(|error| sqlx::Error::Encode(error.into()))?;
        sqlx::query(self.append)
            .bind(id.uuid())
            .bind(aggregate.into())
            .bind(event.name())
            .bind(VERSION)
            .bind(payload)
            .bind(telemetry::traceparent())
            .bind(at)
            .fetch_one(transaction)
            .await?
            .try_get(0)
    }
}
