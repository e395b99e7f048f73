//! Requests whose effect takes calls to other services.

use std::time::Duration;

use http::StatusCode;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sqlx::{PgConnection, PgPool, Row, postgres::PgRow};

use super::{Idempotency, Request, Stored, in_progress, stored_status};
use crate::problem::Problem;

/// The right to work on a request, until it expires.
#[derive(Clone, Debug)]
pub struct Lease {
    owner: String,
    route: String,
    key: String,
    number: i32,
    /// How far an earlier holder came; `None` at the beginning.
    pub recovery_point: Option<String>,
    request: Value,
    /// `None` where the request itself goes on.
    traceparent: Option<String>,
}

impl Lease {
    /// Whose request it is.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// What was asked for, as given to [`Request::new`].
    pub fn route(&self) -> &str {
        &self.route
    }

    /// Trace context of the request that a reaper goes on with; see
    /// [`resumed_span`](crate::telemetry::resumed_span).
    pub fn traceparent(&self) -> Option<&str> {
        self.traceparent.as_deref()
    }

    /// The body of the request.
    pub fn request<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_value(self.request.clone()).map_err(Problem::internal)
    }
}

/// What [`Idempotency::claim`] found.
#[derive(Clone, Debug)]
pub enum Claim {
    /// Begin, or go on from `recovery_point`.
    Mine(Lease),
    /// Answered before: send this.
    Done(Stored),
}

impl Idempotency {
    /// Takes the key for `lease` and commits that. A key whose lease has expired is taken over.
    ///
    /// Errors: `idempotency_in_progress`, `idempotency_key_reused`.
    pub async fn claim(
        self,
        pool: &PgPool,
        request: &Request,
        lease: Duration,
    ) -> Result<Claim, Problem> {
        let mut connection = pool.acquire().await?;
        if self.insert(&mut connection, request, Some(lease)).await? {
            return Ok(Claim::Mine(Lease {
                owner: request.owner.clone(),
                route: request.route.clone(),
                key: request.key.clone(),
                number: 1,
                recovery_point: None,
                request: request.body.clone(),
                traceparent: None,
            }));
        }
        if let Some(stored) = self.answer(&mut connection, request).await? {
            return Ok(Claim::Done(stored));
        }
        let renewed = sqlx::query(self.renew)
            .bind(&request.owner)
            .bind(&request.route)
            .bind(&request.key)
            .bind(lease.as_secs_f64())
            .fetch_optional(&mut *connection)
            .await?;
        let Some(row) = renewed else {
            return Err(in_progress());
        };
        Ok(Claim::Mine(Lease {
            owner: request.owner.clone(),
            route: request.route.clone(),
            key: request.key.clone(),
            number: row.try_get("lease")?,
            recovery_point: row.try_get("recovery_point")?,
            request: row.try_get("request")?,
            traceparent: None,
        }))
    }

    /// Moves the recovery point in the transaction of the step that got there, and prolongs the
    /// lease. `idempotency_in_progress` when the lease was lost: roll back and leave it to the
    /// new holder.
    pub async fn advance(
        self,
        transaction: &mut PgConnection,
        lease: &Lease,
        recovery_point: &str,
        prolong: Duration,
    ) -> Result<(), Problem> {
        let result = sqlx::query(self.advance)
            .bind(&lease.owner)
            .bind(&lease.route)
            .bind(&lease.key)
            .bind(lease.number)
            .bind(recovery_point)
            .bind(prolong.as_secs_f64())
            .execute(transaction)
            .await?;
        held(result.rows_affected())
    }

    /// Stores the answer in the transaction of the last step. Errors as [`Idempotency::advance`].
    pub async fn finish(
        self,
        transaction: &mut PgConnection,
        lease: &Lease,
        status: StatusCode,
        body: &impl Serialize,
    ) -> Result<(), Problem> {
        let body = serde_json::to_value(body).map_err(Problem::internal)?;
        let result = sqlx::query(self.finish)
            .bind(&lease.owner)
            .bind(&lease.route)
            .bind(&lease.key)
            .bind(lease.number)
            .bind(stored_status(status))
            .bind(body)
            .execute(transaction)
            .await?;
        held(result.rows_affected())
    }

    /// Frees the key of a request that was refused without effect, so that the same key can be
    /// tried again. Errors as [`Idempotency::advance`].
    pub async fn forget(self, connection: &mut PgConnection, lease: &Lease) -> Result<(), Problem> {
        let result = sqlx::query(self.forget)
            .bind(&lease.owner)
            .bind(&lease.route)
            .bind(&lease.key)
            .bind(lease.number)
            .execute(connection)
            .await?;
        held(result.rows_affected())
    }

    /// For the reaper: takes over up to `limit` requests whose lease has expired, each by one
    /// reaper only.
    pub async fn take_over(
        self,
        pool: &PgPool,
        limit: i64,
        lease: Duration,
    ) -> Result<Vec<Lease>, Problem> {
        let rows = sqlx::query(self.take_over)
            .bind(limit)
            .bind(lease.as_secs_f64())
            .fetch_all(pool)
            .await?;
        rows.iter().map(|row| Ok(lease_from(row)?)).collect()
    }
}

fn lease_from(row: &PgRow) -> Result<Lease, sqlx::Error> {
    Ok(Lease {
        owner: row.try_get("owner")?,
        route: row.try_get("route")?,
        key: row.try_get("key")?,
        number: row.try_get("lease")?,
        recovery_point: row.try_get("recovery_point")?,
        request: row.try_get("request")?,
        traceparent: row.try_get("traceparent")?,
    })
}

fn held(rows: u64) -> Result<(), Problem> {
    if rows == 1 {
        Ok(())
    } else {
        Err(in_progress())
    }
}
