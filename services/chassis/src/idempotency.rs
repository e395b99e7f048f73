//! Requests that may be repeated: the same key and body get the same answer, once.
//!
//! A service has one table in its schema; put this into its first migration, with its own name
//! for `orders`:
//!
//! ```sql
#![doc = include_str!("idempotency/table.sql")]
//! ```
//!
//! Two forms. **One local transaction**: [`Idempotency::begin`] and [`Idempotency::store`] in the
//! transaction of the effect. A rival waits at most a second for that transaction, then is told
//! to come back. **Remote steps**: [`Idempotency::claim`] commits the key with a lease before the
//! first step; each step moves the recovery point in its own transaction
//! ([`Idempotency::advance`]); the last stores the answer ([`Idempotency::finish`]). Whoever finds
//! the lease expired, a repeated request or the reaper ([`Idempotency::take_over`]), goes on from
//! the recovery point. A holder that lost its lease is refused at its next step.

mod remote;

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, Row, postgres::PgRow};

use crate::{
    extract::{IdempotencyKey, Json},
    postgres::sqlstate,
    problem::{Code, Problem},
    telemetry,
};

pub use remote::{Claim, Lease};

/// What a rival is told to wait.
const COME_BACK: Duration = Duration::from_secs(1);

/// The keys of one schema. Made by [`idempotency!`](crate::idempotency).
#[derive(Clone, Copy, Debug)]
pub struct Idempotency {
    #[doc(hidden)]
    pub insert: &'static str,
    #[doc(hidden)]
    pub read: &'static str,
    #[doc(hidden)]
    pub store: &'static str,
    #[doc(hidden)]
    pub renew: &'static str,
    #[doc(hidden)]
    pub advance: &'static str,
    #[doc(hidden)]
    pub finish: &'static str,
    #[doc(hidden)]
    pub forget: &'static str,
    #[doc(hidden)]
    pub take_over: &'static str,
}

/// The [`Idempotency`](crate::idempotency::Idempotency) of a schema:
/// `const KEYS: Idempotency = chassis::idempotency!("orders");`
#[macro_export]
macro_rules! idempotency {
    ($schema:literal) => {
        $crate::idempotency::Idempotency {
            insert: concat!(
                "INSERT INTO ",
                $schema,
                ".idempotency_key (owner, route, key, request_hash, ",
                "request, state, lease_until, traceparent) VALUES ($1, $2, $3, $4, $5, 'running', ",
                "now() + make_interval(secs => $6), $7) ON CONFLICT DO NOTHING"
            ),
            read: concat!(
                "SELECT request_hash, state, recovery_point, request, response_status, ",
                "response_body FROM ",
                $schema,
                ".idempotency_key ",
                "WHERE owner = $1 AND route = $2 AND key = $3"
            ),
            store: concat!(
                "UPDATE ",
                $schema,
                ".idempotency_key SET state = 'done', lease_until = NULL, ",
                "response_status = $4, response_body = $5 ",
                "WHERE owner = $1 AND route = $2 AND key = $3 AND state = 'running'"
            ),
            renew: concat!(
                "UPDATE ",
                $schema,
                ".idempotency_key SET lease = lease + 1, ",
                "lease_until = now() + make_interval(secs => $4) ",
                "WHERE owner = $1 AND route = $2 AND key = $3 AND state = 'running' ",
                "AND lease_until < now() RETURNING lease, recovery_point, request"
            ),
            advance: concat!(
                "UPDATE ",
                $schema,
                ".idempotency_key SET recovery_point = $5, ",
                "lease_until = now() + make_interval(secs => $6) ",
                "WHERE owner = $1 AND route = $2 AND key = $3 AND state = 'running' AND lease = $4"
            ),
            finish: concat!(
                "UPDATE ",
                $schema,
                ".idempotency_key SET state = 'done', lease_until = NULL, ",
                "response_status = $5, response_body = $6 ",
                "WHERE owner = $1 AND route = $2 AND key = $3 AND state = 'running' AND lease = $4"
            ),
            forget: concat!(
                "DELETE FROM ",
                $schema,
                ".idempotency_key ",
                "WHERE owner = $1 AND route = $2 AND key = $3 AND state = 'running' AND lease = $4"
            ),
            take_over: concat!(
                "UPDATE ",
                $schema,
                ".idempotency_key AS mine SET lease = lease + 1, ",
                "lease_until = now() + make_interval(secs => $2) FROM (SELECT owner, route, key ",
                "FROM ",
                $schema,
                ".idempotency_key WHERE state = 'running' ",
                "AND lease_until < now() ORDER BY lease_until LIMIT $1 ",
                "FOR UPDATE SKIP LOCKED) AS expired WHERE mine.owner = expired.owner ",
                "AND mine.route = expired.route AND mine.key = expired.key ",
                "RETURNING mine.owner, mine.route, mine.key, mine.lease, mine.recovery_point, ",
                "mine.request, mine.traceparent"
            ),
        }
    };
}

/// A request with its key.
#[derive(Clone, Debug)]
pub struct Request {
    owner: String,
    route: String,
    key: String,
    body: Value,
    hash: Vec<u8>,
}

impl Request {
    /// `owner` asks for `route`, which must tell all that is not in `body`, for example
    /// `complete <checkout id>`. Keys of different owners or routes are different keys.
    pub fn new(
        owner: impl Into<String>,
        route: impl Into<String>,
        key: &IdempotencyKey,
        body: &impl Serialize,
    ) -> Result<Self, Problem> {
        let body = serde_json::to_value(body).map_err(Problem::internal)?;
        Ok(Self {
            owner: owner.into(),
            route: route.into(),
            key: key.as_str().to_owned(),
            // serde_json keeps members sorted, so equal bodies have equal hashes.
            hash: Sha256::digest(body.to_string()).to_vec(),
            body,
        })
    }
}

/// An answer that was given before.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    pub status: StatusCode,
    pub body: Value,
}

impl IntoResponse for Stored {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        response
            .headers_mut()
            .insert("idempotent-replayed", HeaderValue::from_static("true"));
        response
    }
}

/// What [`Idempotency::begin`] found.
#[derive(Clone, Debug, PartialEq)]
pub enum Begun {
    /// The key is new: have the effect, then [`Idempotency::store`] in the same transaction.
    New,
    /// Answered before: send this.
    Done(Stored),
}

impl Idempotency {
    /// Takes the key in the caller's transaction, or finds the answer it led to. A rival that
    /// holds the key is waited for, at most a second.
    ///
    /// Errors: `idempotency_in_progress`, `idempotency_key_reused`.
    pub async fn begin(
        self,
        transaction: &mut PgConnection,
        request: &Request,
    ) -> Result<Begun, Problem> {
        sqlx::query("SET LOCAL lock_timeout = '1s'")
            .execute(&mut *transaction)
            .await?;
        let inserted = self.insert(transaction, request, None).await?;
        sqlx::query("SET LOCAL lock_timeout TO DEFAULT")
            .execute(&mut *transaction)
            .await?;
        if inserted {
            return Ok(Begun::New);
        }
        match self.answer(transaction, request).await? {
            Some(stored) => Ok(Begun::Done(stored)),
            None => Err(in_progress()),
        }
    }

    /// Stores the answer in the caller's transaction, the one of [`Idempotency::begin`].
    pub async fn store(
        self,
        transaction: &mut PgConnection,
        request: &Request,
        status: StatusCode,
        body: &impl Serialize,
    ) -> Result<(), Problem> {
        let body = serde_json::to_value(body).map_err(Problem::internal)?;
        sqlx::query(self.store)
            .bind(&request.owner)
            .bind(&request.route)
            .bind(&request.key)
            .bind(stored_status(status))
            .bind(body)
            .execute(transaction)
            .await?;
        Ok(())
    }

    /// `false` when the key is there already.
    async fn insert(
        self,
        connection: &mut PgConnection,
        request: &Request,
        lease: Option<Duration>,
    ) -> Result<bool, Problem> {
        let result = sqlx::query(self.insert)
            .bind(&request.owner)
            .bind(&request.route)
            .bind(&request.key)
            .bind(&request.hash)
            .bind(&request.body)
            .bind(lease.map(|lease| lease.as_secs_f64()))
            .bind(telemetry::traceparent())
            .execute(connection)
            .await;
        match result {
            Ok(result) => Ok(result.rows_affected() == 1),
            Err(error) if is_lock_timeout(&error) => Err(in_progress()),
            Err(error) => Err(error.into()),
        }
    }

    /// The answer that a request got before, without taking its key; `None` while there is none.
    /// For work that is better not begun when the answer is known; [`Idempotency::begin`] decides.
    ///
    /// Errors: `idempotency_key_reused`.
    pub async fn recall(
        self,
        connection: &mut PgConnection,
        request: &Request,
    ) -> Result<Option<Stored>, Problem> {
        match self.look(connection, request).await? {
            Some(row) => answer_in(&row, request),
            None => Ok(None),
        }
    }

    /// The stored answer; `None` while there is none. A different body is refused.
    async fn answer(
        self,
        connection: &mut PgConnection,
        request: &Request,
    ) -> Result<Option<Stored>, Problem> {
        match self.look(connection, request).await? {
            Some(row) => answer_in(&row, request),
            // The rival rolled back just now, so the key is free again.
            None => Err(in_progress()),
        }
    }

    async fn look(
        self,
        connection: &mut PgConnection,
        request: &Request,
    ) -> Result<Option<PgRow>, Problem> {
        let row = sqlx::query(self.read)
            .bind(&request.owner)
            .bind(&request.route)
            .bind(&request.key)
            .fetch_optional(connection)
            .await?;
        Ok(row)
    }
}

fn answer_in(row: &PgRow, request: &Request) -> Result<Option<Stored>, Problem> {
    if row.try_get::<Vec<u8>, _>("request_hash")? != request.hash {
        return Err(Problem::new(
            Code::IdempotencyKeyReused,
            "This Idempotency-Key came with a different request before. Use a new key for a new \
             request.",
        ));
    }
    stored(row)
}

fn stored(row: &PgRow) -> Result<Option<Stored>, Problem> {
    let status: Option<i16> = row.try_get("response_status")?;
    let body: Option<Value> = row.try_get("response_body")?;
    let (Some(status), Some(body)) = (status, body) else {
        return Ok(None);
    };
    let status = u16::try_from(status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok())
        .ok_or_else(|| Problem::internal("a stored status is no HTTP status"))?;
    Ok(Some(Stored { status, body }))
}

fn stored_status(status: StatusCode) -> i16 {
    // HTTP statuses have three digits.
    i16::try_from(status.as_u16()).unwrap_or(i16::MAX)
}

fn is_lock_timeout(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.code().as_deref() == Some(sqlstate::LOCK_NOT_AVAILABLE))
}

fn in_progress() -> Problem {
    Problem::new(
        Code::IdempotencyInProgress,
        "The same request is still being worked on. Ask again with the same key.",
    )
    .retry_after(COME_BACK)
}
