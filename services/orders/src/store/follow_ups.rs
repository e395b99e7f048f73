//! What transitions set in motion in other services.

use std::time::Duration;

use chassis::{Problem, telemetry};
use contracts::OrderId;
use sqlx::{PgConnection, PgPool};

use crate::domain::state::FollowUp;

/// A follow-up that this process works on.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub order: OrderId,
    pub kind: FollowUp,
    /// Times it was claimed, this one included.
    pub tries: i32,
    /// Trace context of the request that set it in motion.
    pub traceparent: Option<String>,
}

/// Writes down what has to follow. A follow-up that was done before is due again, and one that is
/// being done will not count as done.
pub async fn set_in_motion(
    tx: &mut PgConnection,
    order: OrderId,
    kinds: &[FollowUp],
) -> Result<(), Problem> {
    if kinds.is_empty() {
        return Ok(());
    }
    let kinds: Vec<String> = kinds.iter().map(|kind| kind.name().to_owned()).collect();
    sqlx::query!(
        "INSERT INTO orders.follow_up AS mine (order_id, kind, traceparent) \
         SELECT $1, unnest($2::text[]), $3 \
         ON CONFLICT (order_id, kind) DO UPDATE SET state = 'pending', due_at = now(), \
         done_at = NULL, tries = mine.tries + 1, traceparent = excluded.traceparent",
        order.uuid(),
        &kinds,
        telemetry::traceparent(),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Claims follow-ups that are due, of one order or of any: nobody else gets them until `lease` is
/// over.
pub async fn claim(
    pool: &PgPool,
    order: Option<OrderId>,
    lease: Duration,
    limit: i64,
) -> Result<Vec<Claimed>, Problem> {
    let rows = sqlx::query!(
        "UPDATE orders.follow_up AS mine \
         SET tries = mine.tries + 1, due_at = now() + make_interval(secs => $2) \
         FROM (SELECT order_id, kind FROM orders.follow_up \
               WHERE state = 'pending' AND due_at <= now() AND ($1::uuid IS NULL OR order_id = $1) \
               ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) AS due \
         WHERE mine.order_id = due.order_id AND mine.kind = due.kind \
         RETURNING mine.order_id, mine.kind, mine.tries, mine.traceparent",
        order.map(OrderId::uuid),
        lease.as_secs_f64(),
        limit,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Claimed {
                order: row.order_id.into(),
                kind: row.kind.parse().map_err(Problem::internal)?,
                tries: row.tries,
                traceparent: row.traceparent,
            })
        })
        .collect()
}

/// Notes that a follow-up is done, unless it was set in motion or claimed again meanwhile.
pub async fn done(pool: &PgPool, claimed: &Claimed) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.follow_up SET state = 'done', done_at = now(), last_error = NULL \
         WHERE order_id = $1 AND kind = $2 AND tries = $3",
        claimed.order.uuid(),
        claimed.kind.name(),
        claimed.tries,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Notes why a follow-up is not done yet, and when to try again.
pub async fn failed(
    pool: &PgPool,
    claimed: &Claimed,
    error: &str,
    again_in: Duration,
) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.follow_up SET last_error = $3, due_at = now() + make_interval(secs => $4) \
         WHERE order_id = $1 AND kind = $2 AND state = 'pending'",
        claimed.order.uuid(),
        claimed.kind.name(),
        error,
        again_in.as_secs_f64(),
    )
    .execute(pool)
    .await?;
    Ok(())
}
