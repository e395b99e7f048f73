//! Parcels and the pieces in them.

use chassis::Problem;
use contracts::{OrderId, ShipmentId, catalog::StockLine};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::fulfilment::{Pieces, Shipment};

/// The pieces of an order's lines.
pub async fn pieces(connection: &mut PgConnection, order: OrderId) -> Result<Vec<Pieces>, Problem> {
    let rows = sqlx::query!(
        "SELECT variant_id, qty, shipped_qty, claimed_qty, received_qty \
         FROM orders.order_line WHERE order_id = $1 ORDER BY position",
        order.uuid()
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Pieces {
                variant_id: row.variant_id.into(),
                ordered: count(row.qty)?,
                shipped: count(row.shipped_qty)?,
                claimed: count(row.claimed_qty)?,
                received: count(row.received_qty)?,
            })
        })
        .collect()
}

/// The parcels of an order, the first first.
pub async fn of_order(
    connection: &mut PgConnection,
    order: OrderId,
) -> Result<Vec<Shipment>, Problem> {
    let rows = sqlx::query!(
        "SELECT s.id, s.tracking, s.shipped_at, s.delivered_at, l.variant_id, l.qty \
         FROM orders.shipment s JOIN orders.shipment_line l ON l.shipment_id = s.id \
         WHERE s.order_id = $1 ORDER BY s.id, l.variant_id",
        order.uuid()
    )
    .fetch_all(connection)
    .await?;
    let mut shipments: Vec<Shipment> = Vec::new();
    for row in rows {
        let line = StockLine {
            variant_id: row.variant_id.into(),
            qty: count(row.qty)?,
        };
        match shipments.last_mut() {
            Some(last) if last.id == ShipmentId::from(row.id) => last.lines.push(line),
            _ => shipments.push(Shipment {
                id: row.id.into(),
                lines: vec![line],
                tracking: row.tracking,
                shipped_at: row.shipped_at,
                delivered_at: row.delivered_at,
            }),
        }
    }
    Ok(shipments)
}

/// Takes pieces of a line for a parcel; `false` when fewer are left.
pub async fn take(tx: &mut PgConnection, order: OrderId, line: StockLine) -> Result<bool, Problem> {
    let taken = sqlx::query!(
        "UPDATE orders.order_line SET shipped_qty = shipped_qty + $3 \
         WHERE order_id = $1 AND variant_id = $2 AND qty - shipped_qty >= $3",
        order.uuid(),
        line.variant_id.uuid(),
        stored(line.qty)?,
    )
    .execute(tx)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Writes a parcel whose pieces were taken.
pub async fn insert(
    tx: &mut PgConnection,
    order: OrderId,
    id: ShipmentId,
    lines: &[StockLine],
    tracking: Option<&str>,
) -> Result<(), Problem> {
    sqlx::query!(
        "INSERT INTO orders.shipment (id, order_id, tracking) VALUES ($1, $2, $3)",
        id.uuid(),
        order.uuid(),
        tracking,
    )
    .execute(&mut *tx)
    .await?;
    let (variants, pieces) = columns(lines)?;
    sqlx::query!(
        "INSERT INTO orders.shipment_line (shipment_id, variant_id, qty) \
         SELECT $1, * FROM unnest($2::uuid[], $3::integer[])",
        id.uuid(),
        &variants,
        &pieces,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes that a parcel of an order has arrived, once. `false` when the order has no such parcel.
pub async fn deliver(
    tx: &mut PgConnection,
    order: OrderId,
    id: ShipmentId,
) -> Result<bool, Problem> {
    let delivered = sqlx::query!(
        "UPDATE orders.shipment SET delivered_at = coalesce(delivered_at, greatest(now(), shipped_at)) \
         WHERE id = $1 AND order_id = $2",
        id.uuid(),
        order.uuid(),
    )
    .execute(tx)
    .await?;
    Ok(delivered.rows_affected() == 1)
}

/// Lines as the two columns that `unnest` makes rows of.
pub(super) fn columns(lines: &[StockLine]) -> Result<(Vec<Uuid>, Vec<i32>), Problem> {
    lines
        .iter()
        .map(|line| Ok((line.variant_id.uuid(), stored(line.qty)?)))
        .collect()
}

/// A number of pieces as Postgres has it.
pub(super) fn count(qty: i32) -> Result<u32, Problem> {
    u32::try_from(qty).map_err(Problem::internal)
}

/// A number of pieces for Postgres. More than it can hold are more than there can be.
pub(super) fn stored(qty: u32) -> Result<i32, Problem> {
    i32::try_from(qty).map_err(Problem::internal)
}
