//! Orders as those who run the shop see them, whoever placed them.

use chassis::Problem;
use contracts::{Currency, Money, OrderId};
use sqlx::PgConnection;

use crate::domain::{number::OrderNumber, order::AdminOrderSummary, state::OrderState};

/// The id of any order with this number.
pub async fn id_of_number(
    connection: &mut PgConnection,
    number: &OrderNumber,
) -> Result<Option<OrderId>, Problem> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM orders.sales_order WHERE number = $1",
        number.as_str()
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(Into::into))
}

/// Orders that were placed, the latest first, older than `before`; only those in `state` if given.
pub async fn list(
    connection: &mut PgConnection,
    state: Option<OrderState>,
    before: Option<OrderId>,
    limit: i64,
) -> Result<Vec<AdminOrderSummary>, Problem> {
    let rows = sqlx::query!(
        r#"SELECT o.id, o.number AS "number!", o.state, o.email, o.currency, o.total_minor,
                  o.placed_at AS "placed_at!", l.count AS "count!",
                  CASE WHEN l.shipped = 0 THEN 'none' WHEN l.shipped < l.count THEN 'partial'
                       WHEN l.received < l.count THEN 'all' ELSE 'returned' END AS "fulfilment!"
           FROM orders.sales_order o
           CROSS JOIN LATERAL (SELECT sum(qty) AS count, sum(shipped_qty) AS shipped,
                                      sum(received_qty) AS received
                               FROM orders.order_line WHERE order_id = o.id) l
           WHERE o.placed_at IS NOT NULL AND ($1::text IS NULL OR o.state = $1)
               AND ($2::uuid IS NULL OR o.id < $2)
           ORDER BY o.id DESC LIMIT $3"#,
        state.map(OrderState::name),
        before.map(OrderId::uuid),
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let currency: Currency = row.currency.parse().map_err(Problem::internal)?;
            Ok(AdminOrderSummary {
                id: row.id.into(),
                number: row.number,
                state: row.state.parse().map_err(Problem::internal)?,
                fulfillment_status: row.fulfilment.parse().map_err(Problem::internal)?,
                email: row.email,
                count: u32::try_from(row.count).map_err(Problem::internal)?,
                total: Money::new(row.total_minor, currency),
                placed_at: row.placed_at,
            })
        })
        .collect()
}
