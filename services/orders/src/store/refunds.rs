//! Refunds: rows that are written before the provider is asked.

use chassis::Problem;
use contracts::{Currency, IntentId, Money, OrderId, RefundId, ReturnId};
use sqlx::PgConnection;

use crate::domain::refund::{Refund, RefundState};

/// A refund to be asked for.
#[derive(Clone, Copy, Debug)]
pub struct NewRefund<'a> {
    pub id: RefundId,
    pub order: OrderId,
    pub amount: Money,
    pub reason: &'a str,
    pub return_id: Option<ReturnId>,
}

/// What the provider has to be asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub order: OrderId,
    pub intent: IntentId,
    pub amount: Money,
    pub state: RefundState,
}

/// Writes a refund and sets its part of the captured money aside; `false` when less is left.
pub async fn ask(tx: &mut PgConnection, new: NewRefund<'_>) -> Result<bool, Problem> {
    let asked = sqlx::query!(
        "WITH paid AS (UPDATE orders.payment SET refund_asked_minor = refund_asked_minor + $3 \
             WHERE order_id = $2 AND state IN ('captured', 'partially_refunded') \
             AND captured_minor - refund_asked_minor >= $3 \
             RETURNING order_id, attempt, intent_id) \
         INSERT INTO orders.refund (id, order_id, attempt, intent_id, amount_minor, reason, return_id) \
         SELECT $1, order_id, attempt, intent_id, $3, $4, $5 FROM paid",
        new.id.uuid(),
        new.order.uuid(),
        new.amount.minor(),
        new.reason,
        new.return_id.map(ReturnId::uuid),
    )
    .execute(tx)
    .await?;
    Ok(asked.rows_affected() == 1)
}

/// Minor units of an order that may still be sent back; `None` when nothing was captured.
pub async fn left(connection: &mut PgConnection, order: OrderId) -> Result<Option<i64>, Problem> {
    let left = sqlx::query_scalar!(
        r#"SELECT captured_minor - refund_asked_minor AS "left!" FROM orders.payment
           WHERE order_id = $1 AND state IN ('captured', 'partially_refunded', 'refunded')"#,
        order.uuid()
    )
    .fetch_optional(connection)
    .await?;
    Ok(left)
}

/// A refund as the provider is asked for it.
pub async fn find(
    connection: &mut PgConnection,
    id: RefundId,
    currency: Currency,
) -> Result<Asked, Problem> {
    let row = sqlx::query!(
        "SELECT order_id, intent_id, amount_minor, state FROM orders.refund WHERE id = $1",
        id.uuid()
    )
    .fetch_one(connection)
    .await?;
    Ok(Asked {
        order: row.order_id.into(),
        intent: row.intent_id.into(),
        amount: Money::new(row.amount_minor, currency),
        state: row.state.parse().map_err(Problem::internal)?,
    })
}

/// Notes what became of a refund, once. One that was refused gives its part back.
pub async fn settle(
    tx: &mut PgConnection,
    id: RefundId,
    state: RefundState,
) -> Result<(), Problem> {
    sqlx::query!(
        "WITH settled AS (UPDATE orders.refund SET state = $2, settled_at = now() \
             WHERE id = $1 AND state = 'requested' RETURNING order_id, attempt, amount_minor) \
         UPDATE orders.payment p SET refund_asked_minor = p.refund_asked_minor - s.amount_minor \
         FROM settled s WHERE $2 = 'refused' AND p.order_id = s.order_id AND p.attempt = s.attempt",
        id.uuid(),
        state.name(),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The refunds of an order, the first first.
pub async fn of_order(
    connection: &mut PgConnection,
    order: OrderId,
    currency: Currency,
) -> Result<Vec<Refund>, Problem> {
    let rows = sqlx::query!(
        "SELECT id, amount_minor, reason, state, return_id, created_at \
         FROM orders.refund WHERE order_id = $1 ORDER BY id",
        order.uuid()
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Refund {
                id: row.id.into(),
                amount: Money::new(row.amount_minor, currency),
                reason: row.reason,
                state: row.state.parse().map_err(Problem::internal)?,
                return_id: row.return_id.map(Into::into),
                at: row.created_at,
            })
        })
        .collect()
}
