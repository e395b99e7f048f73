//! Pieces that customers send back: on the shelf again, once for each return.

use chassis::{Code, Problem, run_tx};
use contracts::{
    catalog::{StockLine, TakeBack, TakenBack},
    events::Event,
};
use sqlx::PgConnection;

use super::Stock;
use crate::domain::reservation::in_lock_order;

impl Stock {
    /// Puts the pieces of a return back on the shelf. `invalid_state` when the order did not buy, or
    /// has sent back already, what the return names.
    pub async fn take_back(&self, asked: &TakeBack) -> Result<TakenBack, Problem> {
        let lines = in_lock_order(&asked.lines);
        run_tx!(&self.pool, "take back", async |tx| {
            lock_sold(tx, asked).await?;
            if !insert(tx, asked).await? {
                return repeated(tx, asked, &lines).await;
            }
            for &line in &lines {
                let available = put_back(tx, asked, line).await?;
                let available = available.ok_or_else(|| never_sold(line))?;
                self.publish(tx, asked.order_id, line, available, Event::StockRestocked)
                    .await?;
            }
            Ok(taken(asked))
        })
    }
}

/// Locks the reservation of the order, so that returns of one order follow each other.
async fn lock_sold(tx: &mut PgConnection, asked: &TakeBack) -> Result<(), Problem> {
    let state = sqlx::query_scalar!(
        "SELECT state FROM catalog.reservation WHERE order_id = $1 FOR UPDATE",
        asked.order_id.uuid()
    )
    .fetch_optional(tx)
    .await?;
    match state.as_deref() {
        Some("committed") => Ok(()),
        Some(_) => Err(Problem::new(
            Code::InvalidState,
            "Nothing of this order was sold, so nothing of it can come back.",
        )),
        None => Err(Problem::not_found(format_args!(
            "reservation of order {}",
            asked.order_id
        ))),
    }
}

/// Writes the return; `false` when it is there already.
async fn insert(tx: &mut PgConnection, asked: &TakeBack) -> Result<bool, Problem> {
    let inserted = sqlx::query!(
        "INSERT INTO catalog.customer_return (return_id, order_id) VALUES ($1, $2) \
         ON CONFLICT DO NOTHING",
        asked.return_id.uuid(),
        asked.order_id.uuid(),
    )
    .execute(tx)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Puts the pieces of one line back; `None` when fewer were sold.
async fn put_back(
    tx: &mut PgConnection,
    asked: &TakeBack,
    line: StockLine,
) -> Result<Option<u32>, Problem> {
    let available = sqlx::query_scalar!(
        r#"WITH sold AS (
               UPDATE catalog.reservation_line SET returned_qty = returned_qty + $4
               WHERE order_id = $2 AND variant_id = $3 AND qty - returned_qty >= $4
               RETURNING variant_id
           ), named AS (
               INSERT INTO catalog.customer_return_line (return_id, variant_id, qty)
               SELECT $1, variant_id, $4 FROM sold
           ), written AS (
               INSERT INTO catalog.stock_ledger (variant_id, kind, qty, order_id, return_id, reason)
               SELECT variant_id, 'return', $4, $2, $1, 'return' FROM sold
           )
           UPDATE catalog.stock_level l SET on_hand = l.on_hand + $4 FROM sold
           WHERE l.variant_id = sold.variant_id RETURNING l.on_hand - l.reserved AS "available!""#,
        asked.return_id.uuid(),
        asked.order_id.uuid(),
        line.variant_id.uuid(),
        i32::try_from(line.qty).map_err(Problem::internal)?,
    )
    .fetch_optional(tx)
    .await?;
    Ok(available.map(|available| u32::try_from(available).unwrap_or(0)))
}

/// The answer to a return that came before.
async fn repeated(
    tx: &mut PgConnection,
    asked: &TakeBack,
    lines: &[StockLine],
) -> Result<TakenBack, Problem> {
    let rows = sqlx::query!(
        "SELECT r.order_id, l.variant_id, l.qty FROM catalog.customer_return r \
         JOIN catalog.customer_return_line l USING (return_id) \
         WHERE return_id = $1 ORDER BY l.variant_id",
        asked.return_id.uuid()
    )
    .fetch_all(tx)
    .await?;
    let same_order = rows.iter().all(|row| row.order_id == asked.order_id.uuid());
    let before = rows.iter().map(|row| (row.variant_id, i64::from(row.qty)));
    let now = lines
        .iter()
        .map(|line| (line.variant_id.uuid(), i64::from(line.qty)));
    if same_order && before.eq(now) {
        return Ok(taken(asked));
    }
    Err(Problem::new(
        Code::IdempotencyKeyReused,
        "This return came with other lines before; a new return needs a new id.",
    ))
}

fn taken(asked: &TakeBack) -> TakenBack {
    TakenBack {
        return_id: asked.return_id,
        order_id: asked.order_id,
    }
}

fn never_sold(line: StockLine) -> Problem {
    Problem::new(
        Code::InvalidState,
        format!(
            "Fewer than {} pieces of variant {} were sold with this order and are not back yet.",
            line.qty, line.variant_id
        ),
    )
}
