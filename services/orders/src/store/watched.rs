//! How far the history of orders goes that somebody watches.

use chassis::Problem;
use contracts::OrderId;
use sqlx::PgPool;
use uuid::Uuid;

/// The number of the last step of each of these orders.
pub async fn last_steps(pool: &PgPool, orders: &[Uuid]) -> Result<Vec<(OrderId, u32)>, Problem> {
    let rows = sqlx::query!(
        "SELECT id, last_seq FROM orders.sales_order WHERE id = ANY($1)",
        orders
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let last = u32::try_from(row.last_seq).map_err(Problem::internal)?;
            Ok((row.id.into(), last))
        })
        .collect()
}
