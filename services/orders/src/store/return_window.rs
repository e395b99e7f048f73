//! The time after delivery in which a customer may send something back.

use std::time::Duration;

use chassis::Problem;
use contracts::OrderId;
use sqlx::{PgConnection, PgPool};

/// Begins the time for returns of an order that was delivered just now.
pub async fn open(tx: &mut PgConnection, order: OrderId, window: Duration) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.sales_order SET return_until = now() + make_interval(secs => $2) WHERE id = $1",
        order.uuid(),
        window.as_secs_f64(),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Whether something of a delivered order may still be sent back.
pub async fn is_open(tx: &mut PgConnection, order: OrderId) -> Result<bool, Problem> {
    let open = sqlx::query_scalar!(
        r#"SELECT coalesce(return_until > now(), false) AS "open!"
           FROM orders.sales_order WHERE id = $1"#,
        order.uuid()
    )
    .fetch_one(tx)
    .await?;
    Ok(open)
}

/// Whether an order may be completed: the time is over and no return is under way.
pub async fn is_over(tx: &mut PgConnection, order: OrderId) -> Result<bool, Problem> {
    let over = sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT FROM orders.sales_order o
               WHERE o.id = $1 AND o.state = 'delivered' AND o.return_until <= now()
               AND NOT EXISTS (SELECT FROM orders.return_request r WHERE r.order_id = o.id
                   AND r.state IN ('requested', 'approved', 'received'))) AS "over!""#,
        order.uuid()
    )
    .fetch_one(tx)
    .await?;
    Ok(over)
}

/// Delivered orders whose time for returns is over. Taking one twice is harmless: it is locked and
/// looked at again.
pub async fn over(pool: &PgPool, limit: i64) -> Result<Vec<OrderId>, Problem> {
    let ids = sqlx::query_scalar!(
        "SELECT o.id FROM orders.sales_order o \
         WHERE o.state = 'delivered' AND o.return_until <= now() \
         AND NOT EXISTS (SELECT FROM orders.return_request r WHERE r.order_id = o.id \
             AND r.state IN ('requested', 'approved', 'received')) \
         ORDER BY o.return_until LIMIT $1",
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}
