//! Webhooks that orders has to be told.

use std::time::Duration;

use chassis::{Problem, telemetry};
use contracts::{EventId, IntentId, payments::PaymentWebhook};
use sqlx::{PgConnection, PgPool};

/// Days for which a delivery is tried: orders may be away over a long weekend.
const KEEP_TRYING_DAYS: i32 = 4;
/// Days for which what was delivered is kept, as long as events are.
const KEEP_DELIVERED_DAYS: i32 = 7;

/// A delivery that this process works on.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub event: EventId,
    /// Exactly what is signed and sent.
    pub body: String,
    /// Times that it is sent.
    pub copies: i16,
    /// Times it was claimed, this one included.
    pub tries: i32,
    /// Trace context of the request that it tells about.
    pub traceparent: Option<String>,
}

/// Adds a webhook to the transaction of the change it tells.
pub async fn add(
    tx: &mut PgConnection,
    webhook: &PaymentWebhook,
    copies: i16,
) -> Result<(), Problem> {
    let body = serde_json::to_string(webhook).map_err(Problem::internal)?;
    sqlx::query!(
        "INSERT INTO payments.webhook_delivery (event_id, intent_id, type, body, copies, traceparent) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        webhook.id.uuid(),
        webhook.intent.id.uuid(),
        webhook.kind,
        body,
        copies,
        telemetry::traceparent(),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Claims deliveries that are due, of one intent or of any: nobody else gets them until `lease` is
/// over.
pub async fn claim(
    pool: &PgPool,
    intent: Option<IntentId>,
    lease: Duration,
    limit: i64,
) -> Result<Vec<Claimed>, Problem> {
    let rows = sqlx::query!(
        "UPDATE payments.webhook_delivery AS mine \
         SET tries = mine.tries + 1, due_at = now() + make_interval(secs => $2) \
         FROM (SELECT event_id FROM payments.webhook_delivery \
               WHERE delivered_at IS NULL AND due_at <= now() \
               AND created_at > now() - make_interval(days => $4) \
               AND ($1::uuid IS NULL OR intent_id = $1) \
               ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) AS due \
         WHERE mine.event_id = due.event_id \
         RETURNING mine.event_id, mine.body, mine.copies, mine.tries, mine.traceparent",
        intent.map(IntentId::uuid),
        lease.as_secs_f64(),
        limit,
        KEEP_TRYING_DAYS,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Claimed {
            event: row.event_id.into(),
            body: row.body,
            copies: row.copies,
            tries: row.tries,
            traceparent: row.traceparent,
        })
        .collect())
}

/// Whether everything about an intent has been told.
pub async fn all_told(pool: &PgPool, intent: IntentId) -> Result<bool, Problem> {
    let told = sqlx::query_scalar!(
        r#"SELECT NOT EXISTS (SELECT FROM payments.webhook_delivery
           WHERE intent_id = $1 AND delivered_at IS NULL) AS "told!""#,
        intent.uuid()
    )
    .fetch_one(pool)
    .await?;
    Ok(told)
}

/// Notes that a webhook was told.
pub async fn delivered(pool: &PgPool, claimed: &Claimed) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE payments.webhook_delivery SET delivered_at = now(), last_error = NULL \
         WHERE event_id = $1",
        claimed.event.uuid()
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Notes why a webhook was not told yet, and when to try again.
pub async fn failed(
    pool: &PgPool,
    claimed: &Claimed,
    error: &str,
    again_in: Duration,
) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE payments.webhook_delivery \
         SET last_error = $2, due_at = now() + make_interval(secs => $3) \
         WHERE event_id = $1 AND delivered_at IS NULL",
        claimed.event.uuid(),
        error,
        again_in.as_secs_f64(),
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Forgets what was told long ago; gives the number.
pub async fn forget(pool: &PgPool) -> Result<u64, Problem> {
    let forgotten = sqlx::query!(
        "DELETE FROM payments.webhook_delivery \
         WHERE delivered_at < now() - make_interval(days => $1)",
        KEEP_DELIVERED_DAYS
    )
    .execute(pool)
    .await?;
    Ok(forgotten.rows_affected())
}
