//! Returns and their pieces.

use chassis::Problem;
use contracts::{Currency, Money, OrderId, RefundId, ReturnId, catalog::StockLine};
use sqlx::PgConnection;

use super::shipments::{columns, count, stored};
use crate::domain::returns::{Return, ReturnState, Worth};

/// Takes pieces of a line for a return; `false` when fewer were shipped and are free.
pub async fn claim(
    tx: &mut PgConnection,
    order: OrderId,
    line: StockLine,
) -> Result<bool, Problem> {
    let claimed = sqlx::query!(
        "UPDATE orders.order_line SET claimed_qty = claimed_qty + $3 \
         WHERE order_id = $1 AND variant_id = $2 AND shipped_qty - claimed_qty >= $3",
        order.uuid(),
        line.variant_id.uuid(),
        stored(line.qty)?,
    )
    .execute(tx)
    .await?;
    Ok(claimed.rows_affected() == 1)
}

/// Frees the pieces of a return that was rejected.
pub async fn free(tx: &mut PgConnection, order: OrderId, line: StockLine) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.order_line SET claimed_qty = claimed_qty - $3 \
         WHERE order_id = $1 AND variant_id = $2",
        order.uuid(),
        line.variant_id.uuid(),
        stored(line.qty)?,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes that pieces have come back; gives what the line was worth before.
pub async fn receive(
    tx: &mut PgConnection,
    order: OrderId,
    line: StockLine,
    currency: Currency,
) -> Result<Worth, Problem> {
    let row = sqlx::query!(
        r#"UPDATE orders.order_line SET received_qty = received_qty + $3
           WHERE order_id = $1 AND variant_id = $2
           RETURNING qty, received_qty, line_total_minor - discount_minor + tax_minor AS "paid!""#,
        order.uuid(),
        line.variant_id.uuid(),
        stored(line.qty)?,
    )
    .fetch_one(tx)
    .await?;
    Ok(Worth {
        paid: Money::new(row.paid, currency),
        ordered: count(row.qty)?,
        received: count(row.received_qty)? - line.qty,
    })
}

/// Writes a return whose pieces were taken.
pub async fn insert(
    tx: &mut PgConnection,
    order: OrderId,
    id: ReturnId,
    lines: &[StockLine],
    reason: &str,
) -> Result<(), Problem> {
    sqlx::query!(
        "INSERT INTO orders.return_request (id, order_id, state, reason) \
         VALUES ($1, $2, 'requested', $3)",
        id.uuid(),
        order.uuid(),
        reason,
    )
    .execute(&mut *tx)
    .await?;
    let (variants, pieces) = columns(lines)?;
    sqlx::query!(
        "INSERT INTO orders.return_line (return_id, variant_id, qty) \
         SELECT $1, * FROM unnest($2::uuid[], $3::integer[])",
        id.uuid(),
        &variants,
        &pieces,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Moves a return; `decision` and `amount` are kept when none are given.
pub async fn set_state(
    tx: &mut PgConnection,
    id: ReturnId,
    state: ReturnState,
    decision: Option<&str>,
    amount: Option<Money>,
) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.return_request SET state = $2, decision_reason = coalesce($3, decision_reason), \
         amount_minor = coalesce($4, amount_minor), updated_at = now() WHERE id = $1",
        id.uuid(),
        state.name(),
        decision,
        amount.map(Money::minor),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes that the catalog has the pieces on the shelf again.
pub async fn restocked(tx: &mut PgConnection, id: ReturnId) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.return_request SET restocked_at = coalesce(restocked_at, now()) WHERE id = $1",
        id.uuid()
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The refund of a return, if there was anything to refund.
pub async fn refund_of(
    connection: &mut PgConnection,
    id: ReturnId,
) -> Result<Option<RefundId>, Problem> {
    let refund = sqlx::query_scalar!(
        "SELECT id FROM orders.refund WHERE return_id = $1",
        id.uuid()
    )
    .fetch_optional(connection)
    .await?;
    Ok(refund.map(Into::into))
}

/// The returns of an order, the first first.
pub async fn of_order(
    connection: &mut PgConnection,
    order: OrderId,
    currency: Currency,
) -> Result<Vec<Return>, Problem> {
    let rows = sqlx::query!(
        "SELECT r.id, r.state, r.reason, r.decision_reason, r.amount_minor, r.requested_at, \
                l.variant_id, l.qty \
         FROM orders.return_request r JOIN orders.return_line l ON l.return_id = r.id \
         WHERE r.order_id = $1 ORDER BY r.id, l.variant_id",
        order.uuid()
    )
    .fetch_all(connection)
    .await?;
    let mut returns: Vec<Return> = Vec::new();
    for row in rows {
        let line = StockLine {
            variant_id: row.variant_id.into(),
            qty: count(row.qty)?,
        };
        match returns.last_mut() {
            Some(last) if last.id == ReturnId::from(row.id) => last.lines.push(line),
            _ => returns.push(Return {
                id: row.id.into(),
                state: row.state.parse().map_err(Problem::internal)?,
                lines: vec![line],
                reason: row.reason,
                decision_reason: row.decision_reason,
                amount: row.amount_minor.map(|minor| Money::new(minor, currency)),
                requested_at: row.requested_at,
            }),
        }
    }
    Ok(returns)
}
