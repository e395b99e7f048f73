//! Stock: one conditional update per row, rows in order of their ids, never look and then act.
//!
//! Each change of `on_hand` has its line in the ledger, and each change its event in the outbox,
//! in the same transaction.

use chassis::{Clock, Ids, Problem, outbox::Outbox};
use contracts::{
    OrderId, VariantId,
    catalog::{ShortLine, StockLine},
    events::{Event, StockLow, StockMoved},
};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::domain::shelf;

const OUTBOX: Outbox = chassis::outbox!("catalog");

/// Moves stock.
#[derive(Clone, Debug)]
pub struct Stock {
    pub(super) pool: PgPool,
    ids: Ids,
    clock: Clock,
}

impl Stock {
    pub fn new(pool: PgPool, ids: Ids, clock: Clock) -> Self {
        Self { pool, ids, clock }
    }

    /// Promises one line; `None` when there is not enough. On sale is what is active.
    pub(super) async fn hold(
        transaction: &mut PgConnection,
        line: StockLine,
    ) -> Result<Option<u32>, Problem> {
        let available = sqlx::query_scalar!(
            r#"UPDATE catalog.stock_level l SET reserved = l.reserved + $2
               FROM catalog.variant v JOIN catalog.product p ON p.id = v.product_id
               WHERE l.variant_id = $1 AND v.id = l.variant_id AND v.active AND p.status = 'active'
               AND l.on_hand - l.reserved >= $2
               RETURNING l.on_hand - l.reserved AS "available!""#,
            line.variant_id.uuid(),
            pieces(line.qty)?
        )
        .fetch_optional(transaction)
        .await?;
        Ok(available.map(|available| u32::try_from(available).unwrap_or(0)))
    }

    /// Takes a promise of one line back.
    pub(super) async fn free(
        transaction: &mut PgConnection,
        line: StockLine,
    ) -> Result<u32, Problem> {
        let available = sqlx::query_scalar!(
            r#"UPDATE catalog.stock_level SET reserved = reserved - $2 WHERE variant_id = $1
               RETURNING on_hand - reserved AS "available!""#,
            line.variant_id.uuid(),
            pieces(line.qty)?
        )
        .fetch_one(transaction)
        .await?;
        Ok(u32::try_from(available).unwrap_or(0))
    }

    /// Takes the promised pieces of one line from the shelf.
    pub(super) async fn sell(
        transaction: &mut PgConnection,
        order: OrderId,
        line: StockLine,
    ) -> Result<u32, Problem> {
        let available = sqlx::query_scalar!(
            r#"WITH sold AS (
                   INSERT INTO catalog.stock_ledger (variant_id, kind, qty, order_id, reason)
                   VALUES ($1, 'sell', -$2::integer, $3, 'order committed'))
               UPDATE catalog.stock_level SET on_hand = on_hand - $2, reserved = reserved - $2
               WHERE variant_id = $1 RETURNING on_hand - reserved AS "available!""#,
            line.variant_id.uuid(),
            pieces(line.qty)?,
            order.uuid()
        )
        .fetch_one(transaction)
        .await?;
        Ok(u32::try_from(available).unwrap_or(0))
    }

    /// Puts the sold pieces of one line back on the shelf.
    pub(super) async fn restock(
        transaction: &mut PgConnection,
        order: OrderId,
        line: StockLine,
    ) -> Result<u32, Problem> {
        let available = sqlx::query_scalar!(
            r#"WITH returned AS (
                   INSERT INTO catalog.stock_ledger (variant_id, kind, qty, order_id, reason)
                   VALUES ($1, 'return', $2::integer, $3, 'order cancelled'))
               UPDATE catalog.stock_level SET on_hand = on_hand + $2
               WHERE variant_id = $1 RETURNING on_hand - reserved AS "available!""#,
            line.variant_id.uuid(),
            pieces(line.qty)?,
            order.uuid()
        )
        .fetch_one(transaction)
        .await?;
        Ok(u32::try_from(available).unwrap_or(0))
    }

    /// Tells that a line moved; `tell` makes the event.
    pub(super) async fn publish(
        &self,
        transaction: &mut PgConnection,
        order: OrderId,
        line: StockLine,
        available: u32,
        tell: fn(StockMoved) -> Event,
    ) -> Result<(), Problem> {
        let event = tell(StockMoved {
            order_id: Some(order),
            variant_id: line.variant_id,
            qty: line.qty,
            available,
        });
        self.append(transaction, line.variant_id, &event).await
    }

    /// Tells that few are left, once each time that comes about.
    pub(super) async fn publish_if_low(
        &self,
        transaction: &mut PgConnection,
        line: StockLine,
        available: u32,
    ) -> Result<(), Problem> {
        if !shelf::became_low(available, line.qty) {
            return Ok(());
        }
        let event = Event::StockLow(StockLow {
            variant_id: line.variant_id,
            available,
        });
        self.append(transaction, line.variant_id, &event).await
    }

    pub(super) async fn append(
        &self,
        transaction: &mut PgConnection,
        variant: VariantId,
        event: &Event,
    ) -> Result<(), Problem> {
        let now = self.clock.now();
        OUTBOX
            .append(transaction, self.ids.next(), variant, event, now)
            .await?;
        Ok(())
    }

    /// What can be told about lines that are short. A line whose variant does not exist is an
    /// error of the caller.
    pub(super) async fn explain_short(
        transaction: &mut PgConnection,
        asked: &[StockLine],
        short: &[StockLine],
    ) -> Result<Vec<ShortLine>, Problem> {
        let ids: Vec<Uuid> = short.iter().map(|line| line.variant_id.uuid()).collect();
        let rows = sqlx::query!(
            r#"SELECT v.id AS "id!", v.sku AS "sku!", p.title AS "title!",
                      CASE WHEN v.active AND p.status = 'active'
                           THEN coalesce(l.on_hand - l.reserved, 0) ELSE 0 END AS "left!"
               FROM catalog.variant v
               JOIN catalog.product p ON p.id = v.product_id
               LEFT JOIN catalog.stock_level l ON l.variant_id = v.id
               WHERE v.id = ANY($1)"#,
            &ids
        )
        .fetch_all(transaction)
        .await?;
        let mut lines = Vec::new();
        for (index, line) in asked.iter().enumerate() {
            if !short.contains(line) {
                continue;
            }
            let Some(row) = rows.iter().find(|row| row.id == line.variant_id.uuid()) else {
                return Err(Problem::invalid(
                    format!("/lines/{index}/variant_id"),
                    "unknown",
                    format!("There is no variant {}.", line.variant_id),
                ));
            };
            lines.push(ShortLine {
                variant_id: line.variant_id,
                sku: row.sku.clone(),
                title: row.title.clone(),
                requested: line.qty,
                left: u32::try_from(row.left).unwrap_or(0),
            });
        }
        Ok(lines)
    }
}

/// A number of pieces for Postgres; checked long before, so never too large.
fn pieces(qty: u32) -> Result<i32, Problem> {
    i32::try_from(qty).map_err(Problem::internal)
}
