//! Stock as people count it: deliveries and corrections, and the ledger of all that happened.

use chassis::{
    Code, Problem,
    idempotency::{Begun, Idempotency, Request, Stored},
    run_tx,
};
use chrono::{DateTime, Utc};
use contracts::{
    VariantId,
    events::{Event, StockAdjusted, StockLow, StockMoved},
};
use http::StatusCode;
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Stock;
use crate::domain::shelf;

const KEYS: Idempotency = chassis::idempotency!("catalog");

/// A line of the ledger.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: i64,
    pub kind: String,
    pub qty: i32,
    pub order_id: Option<Uuid>,
    pub reason: String,
    pub at: DateTime<Utc>,
}

/// Stock after an adjustment.
#[derive(Clone, Copy, Debug)]
pub struct Adjusted {
    /// Of the ledger's line.
    pub entry: i64,
    pub on_hand: i32,
    pub reserved: i32,
}

impl Stock {
    /// Changes what is on hand by `qty`, once for each `request`; `answer` makes what is stored
    /// and sent.
    ///
    /// Errors: `not_found`, `invalid_state` when less than what is reserved would be left, those
    /// of [`Idempotency::begin`].
    pub async fn adjust<T: Serialize>(
        &self,
        request: &Request,
        variant: VariantId,
        qty: i32,
        reason: &str,
        answer: impl Fn(Adjusted) -> T,
    ) -> Result<Result<T, Stored>, Problem> {
        run_tx!(&self.pool, "adjust stock", async |tx| {
            if let Begun::Done(stored) = KEYS.begin(tx, request).await? {
                return Ok(Err(stored));
            }
            let adjusted = move_stock(tx, variant, qty, reason).await?;
            self.tell_adjusted(tx, variant, qty, adjusted).await?;
            let body = answer(adjusted);
            KEYS.store(tx, request, StatusCode::CREATED, &body).await?;
            Ok(Ok(body))
        })
    }

    async fn tell_adjusted(
        &self,
        tx: &mut PgConnection,
        variant_id: VariantId,
        qty: i32,
        adjusted: Adjusted,
    ) -> Result<(), Problem> {
        let available = u32::try_from(adjusted.on_hand - adjusted.reserved).unwrap_or(0);
        let event = Event::StockAdjusted(StockAdjusted {
            variant_id,
            qty,
            available,
        });
        self.append(tx, variant_id, &event).await?;
        let pieces = qty.unsigned_abs();
        if qty < 0 && shelf::became_low(available, pieces) {
            let event = Event::StockLow(StockLow {
                variant_id,
                available,
            });
            self.append(tx, variant_id, &event).await?;
        }
        if qty > 0 && available == pieces {
            let event = Event::StockRestocked(StockMoved {
                order_id: None,
                variant_id,
                qty: pieces,
                available,
            });
            self.append(tx, variant_id, &event).await?;
        }
        Ok(())
    }

    /// Lines of a variant's ledger that are older than `before`, newest first; one more than
    /// `limit` when there are more.
    pub async fn ledger(
        &self,
        variant: VariantId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Entry>, Problem> {
        let entries = sqlx::query_as!(
            Entry,
            "SELECT id, kind, qty, order_id, reason, at FROM catalog.stock_ledger \
             WHERE variant_id = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
            variant.uuid(),
            before,
            i64::from(limit) + 1
        )
        .fetch_all(&self.pool)
        .await?;
        if entries.is_empty() && !self.is_stocked(variant).await? {
            return Err(unknown(variant));
        }
        Ok(entries)
    }

    async fn is_stocked(&self, variant: VariantId) -> Result<bool, Problem> {
        let found = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM catalog.stock_level WHERE variant_id = $1) AS "found!""#,
            variant.uuid()
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(found)
    }
}

/// The conditional update and its line in the ledger.
async fn move_stock(
    tx: &mut PgConnection,
    variant: VariantId,
    qty: i32,
    reason: &str,
) -> Result<Adjusted, Problem> {
    let moved = sqlx::query!(
        "UPDATE catalog.stock_level SET on_hand = on_hand + $2::integer WHERE variant_id = $1 \
         AND on_hand::bigint + $2::integer BETWEEN reserved AND 2147483647 RETURNING on_hand, reserved",
        variant.uuid(),
        qty
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(moved) = moved else {
        return Err(refusal(tx, variant, qty).await?);
    };
    let entry = sqlx::query_scalar!(
        "INSERT INTO catalog.stock_ledger (variant_id, kind, qty, reason) \
         VALUES ($1, $2, $3, $4) RETURNING id",
        variant.uuid(),
        if qty > 0 { "receive" } else { "adjust" },
        qty,
        reason
    )
    .fetch_one(tx)
    .await?;
    Ok(Adjusted {
        entry,
        on_hand: moved.on_hand,
        reserved: moved.reserved,
    })
}

async fn refusal(tx: &mut PgConnection, variant: VariantId, qty: i32) -> Result<Problem, Problem> {
    let level = sqlx::query!(
        "SELECT on_hand, reserved FROM catalog.stock_level WHERE variant_id = $1",
        variant.uuid()
    )
    .fetch_optional(tx)
    .await?;
    let Some(level) = level else {
        return Ok(unknown(variant));
    };
    let words = if qty > 0 {
        format!("{} are on hand; there cannot be {qty} more.", level.on_hand)
    } else {
        format!(
            "{} are on hand and {} of them are promised to orders, so {} cannot be taken away; \
             take at most {}, or wait until the orders have ended.",
            level.on_hand,
            level.reserved,
            qty.unsigned_abs(),
            level.on_hand - level.reserved
        )
    };
    Ok(Problem::new(Code::InvalidState, words))
}

fn unknown(variant: VariantId) -> Problem {
    Problem::not_found(format_args!("variant {variant}"))
}
