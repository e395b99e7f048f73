//! Our side of each attempt to be paid.

use chassis::Problem;
use contracts::{IntentId, Money, OrderId, payments::Intent};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::payment::AttemptState;

/// An attempt.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Counts from 1.
    pub number: u16,
    pub amount: Money,
    pub card_token: String,
    pub state: AttemptState,
    pub intent_id: Option<IntentId>,
    /// Seconds since it was begun.
    pub age: f64,
}

struct Row {
    attempt: i16,
    amount_minor: i64,
    currency: String,
    card_token: String,
    state: String,
    intent_id: Option<Uuid>,
    age: f64,
}

impl TryFrom<Row> for Attempt {
    type Error = Problem;

    fn try_from(row: Row) -> Result<Self, Problem> {
        let currency = row.currency.parse().map_err(Problem::internal)?;
        Ok(Self {
            number: u16::try_from(row.attempt).map_err(Problem::internal)?,
            amount: Money::new(row.amount_minor, currency),
            card_token: row.card_token,
            state: row.state.parse().map_err(Problem::internal)?,
            intent_id: row.intent_id.map(Into::into),
            age: row.age,
        })
    }
}

/// The attempts of an order, the latest last.
pub async fn of_order(
    connection: &mut PgConnection,
    order: OrderId,
) -> Result<Vec<Attempt>, Problem> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT p.attempt, p.amount_minor, o.currency, p.card_token, p.state, p.intent_id,
                  extract(epoch FROM now() - p.created_at)::double precision AS "age!"
           FROM orders.payment p JOIN orders.sales_order o ON o.id = p.order_id
           WHERE p.order_id = $1 ORDER BY p.attempt"#,
        order.uuid()
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Attempt::try_from).collect()
}

/// Begins the next attempt; gives its number. A second one while another is open is refused by
/// the table.
pub async fn begin(
    tx: &mut PgConnection,
    order: OrderId,
    amount: Money,
    card_token: &str,
) -> Result<u16, Problem> {
    let attempt = sqlx::query_scalar!(
        "INSERT INTO orders.payment (order_id, attempt, amount_minor, card_token, state) \
         SELECT $1, coalesce(max(attempt), 0) + 1, $2, $3, 'requested' \
         FROM orders.payment WHERE order_id = $1 RETURNING attempt",
        order.uuid(),
        amount.minor(),
        card_token,
    )
    .fetch_one(tx)
    .await?;
    u16::try_from(attempt).map_err(Problem::internal)
}

/// Notes that the provider's answer got lost.
pub async fn lost_answer(
    tx: &mut PgConnection,
    order: OrderId,
    attempt: u16,
) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.payment SET state = 'unknown', updated_at = now() \
         WHERE order_id = $1 AND attempt = $2 AND state = 'requested'",
        order.uuid(),
        i16::try_from(attempt).map_err(Problem::internal)?,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes over what the provider says about an attempt; `false` when more is known already. The
/// caller has locked the checkout.
pub async fn take_over(tx: &mut PgConnection, intent: &Intent) -> Result<bool, Problem> {
    let state = AttemptState::from(intent.state);
    let before: Vec<String> = state
        .follows()
        .map(|before| before.name().to_owned())
        .collect();
    let taken = sqlx::query!(
        "UPDATE orders.payment SET state = $3, intent_id = $4, decline_reason = $5, \
         captured_minor = $6, refunded_minor = $7, updated_at = now() \
         WHERE order_id = $1 AND attempt = $2 AND state = ANY($8) \
         AND captured_minor <= $6 AND refunded_minor <= $7",
        intent.order_id.uuid(),
        i16::try_from(intent.attempt).map_err(Problem::internal)?,
        state.name(),
        intent.id.uuid(),
        intent.decline_reason.as_deref(),
        intent.captured.minor(),
        intent.refunded.minor(),
        &before,
    )
    .execute(tx)
    .await?;
    Ok(taken.rows_affected() == 1)
}
