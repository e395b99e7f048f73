//! Finding what stands still, so that one reaper takes each.

use std::time::Duration;

use chassis::Problem;
use contracts::{CheckoutId, Money, OrderId};
use sqlx::PgPool;

/// Orders whose stock was asked for longer than `age` ago without an outcome. Each is handed out
/// once per `age`.
pub async fn unreserved(pool: &PgPool, age: Duration, limit: i64) -> Result<Vec<OrderId>, Problem> {
    let ids = sqlx::query_scalar!(
        "UPDATE orders.sales_order SET updated_at = now() WHERE id IN (\
           SELECT id FROM orders.sales_order WHERE state = 'created' \
           AND updated_at < now() - make_interval(secs => $1) \
           ORDER BY updated_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id",
        age.as_secs_f64(),
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// Orders whose reservation has lapsed while nobody completes them. Taking one twice is harmless:
/// its checkout is locked and looked at again.
pub async fn lapsed(pool: &PgPool, limit: i64) -> Result<Vec<OrderId>, Problem> {
    let ids = sqlx::query_scalar!(
        "SELECT o.id FROM orders.sales_order o JOIN orders.checkout c ON c.id = o.id \
         WHERE o.state = 'stock_reserved' AND o.reservation_expires_at <= now() \
         AND (c.state <> 'processing' OR c.payment_state IN ('challenge', 'challenge_answered')) \
         ORDER BY o.reservation_expires_at LIMIT $1",
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// A purchase whose customer has answered the bank.
#[derive(Clone, Debug)]
pub struct Answered {
    pub checkout: CheckoutId,
    pub owner: String,
    /// What was agreed to.
    pub total: Money,
}

/// Purchases that nobody has completed for longer than `age` since the bank had its answer. Taking
/// one twice is harmless: its checkout is locked and looked at again.
pub async fn answered(pool: &PgPool, age: Duration, limit: i64) -> Result<Vec<Answered>, Problem> {
    let rows = sqlx::query!(
        "SELECT c.id, c.owner, o.total_minor, o.currency \
         FROM orders.checkout c JOIN orders.sales_order o ON o.id = c.id \
         WHERE c.state = 'processing' AND c.payment_state = 'challenge_answered' \
         AND c.updated_at < now() - make_interval(secs => $1) ORDER BY c.updated_at LIMIT $2",
        age.as_secs_f64(),
        limit,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let currency = row.currency.parse().map_err(Problem::internal)?;
            Ok(Answered {
                checkout: row.id.into(),
                owner: row.owner,
                total: Money::new(row.total_minor, currency),
            })
        })
        .collect()
}

/// Ends open checkouts that have lapsed; gives their number.
pub async fn expire_checkouts(pool: &PgPool) -> Result<u64, Problem> {
    let expired = sqlx::query!(
        "UPDATE orders.checkout SET state = 'expired', updated_at = now() \
         WHERE state = 'open' AND expires_at <= now()"
    )
    .execute(pool)
    .await?;
    Ok(expired.rows_affected())
}

/// Forgets answers that were given longer than `age` ago; gives their number.
pub async fn forget_answers(pool: &PgPool, age: Duration) -> Result<u64, Problem> {
    let forgotten = sqlx::query!(
        "DELETE FROM orders.idempotency_key \
         WHERE state = 'done' AND created_at < now() - make_interval(secs => $1)",
        age.as_secs_f64(),
    )
    .execute(pool)
    .await?;
    Ok(forgotten.rows_affected())
}
