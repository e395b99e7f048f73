//! The webhooks that took effect.

use chassis::Problem;
use contracts::payments::PaymentWebhook;
use sqlx::{PgConnection, PgPool};

/// Days for which a webhook is known: payments sends none that is older than four.
const KEEP_DAYS: i32 = 8;

/// Notes a webhook; `false` when it was noted before. Waits for a rival with the same one.
pub async fn is_new(tx: &mut PgConnection, webhook: &PaymentWebhook) -> Result<bool, Problem> {
    let noted = sqlx::query!(
        "INSERT INTO orders.payment_webhook (event_id, type) VALUES ($1, $2) \
         ON CONFLICT DO NOTHING",
        webhook.id.uuid(),
        webhook.kind,
    )
    .execute(tx)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// Forgets webhooks that cannot come again; gives their number.
pub async fn forget(pool: &PgPool) -> Result<u64, Problem> {
    let forgotten = sqlx::query!(
        "DELETE FROM orders.payment_webhook \
         WHERE received_at < now() - make_interval(days => $1)",
        KEEP_DAYS
    )
    .execute(pool)
    .await?;
    Ok(forgotten.rows_affected())
}
