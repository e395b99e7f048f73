//! `GET /api/v1/admin/stock/{variant_id}/ledger`: all that happened to the stock of a variant.

#![expect(
    unused_qualifications,
    reason = "in the code that utoipa generates for `params`"
)]

use axum::extract::State;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chassis::{
    FieldErrors, Problem,
    extract::{Json, Path, Query},
    problem::Document,
};
use chrono::{DateTime, Utc};
use contracts::{OrderId, VariantId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use crate::store;

/// Lines on a page unless the client says otherwise.
const PAGE: u32 = 50;
/// Most lines on a page.
const LARGEST_PAGE: u32 = 100;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LedgerParameters {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Lines on the page; 50 without it.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// A change of what is on hand.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LedgerEntry {
    pub id: i64,
    /// `receive`, `sell`, `return` or `adjust`.
    pub kind: String,
    /// Pieces that came; negative for pieces that went.
    pub qty: i32,
    /// The order that bought or returned them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    pub reason: String,
    pub at: DateTime<Utc>,
}

/// A page of the ledger, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Ledger {
    pub items: Vec<LedgerEntry>,
    /// Leads to the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Lists what happened to the stock of a variant
#[utoipa::path(
    get,
    path = "/api/v1/admin/stock/{variant_id}/ledger",
    tag = "admin",
    params(("variant_id" = VariantId, Path), LedgerParameters),
    responses(
        (status = 200, body = Ledger),
        (status = 403, description = "forbidden: needs the role admin", body = Document),
        (status = 404, description = "not_found", body = Document),
        (status = 422, description = "validation_failed", body = Document),
        (status = 503, description = "unavailable", body = Document),
    )
)]
pub(super) async fn list_stock_ledger(
    State(app): State<App>,
    Path(variant): Path<VariantId>,
    Query(asked): Query<LedgerParameters>,
) -> Result<Json<Ledger>, Problem> {
    let limit = asked.limit.unwrap_or(PAGE);
    let before = asked.cursor.as_deref().map(from_cursor);
    let mut errors = FieldErrors::default();
    errors.check(
        (1..=LARGEST_PAGE).contains(&limit),
        "#query/limit",
        "out_of_range",
        format!("limit must be 1 to {LARGEST_PAGE}."),
    );
    errors.check(
        before != Some(None),
        "#query/cursor",
        "invalid_value",
        "This is no cursor of a ledger; take next_cursor of the page before, or leave it out to \
         begin with the newest line.",
    );
    errors.finish()?;
    let mut entries = app.stock.ledger(variant, before.flatten(), limit).await?;
    let full = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = entries.len() > full;
    entries.truncate(full);
    let last = entries.last().filter(|_| more);
    Ok(Json(Ledger {
        next_cursor: last.map(|entry| to_cursor(entry.id)),
        items: entries.into_iter().map(LedgerEntry::from).collect(),
    }))
}

fn to_cursor(id: i64) -> String {
    URL_SAFE_NO_PAD.encode(id.to_be_bytes())
}

fn from_cursor(cursor: &str) -> Option<i64> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    Some(i64::from_be_bytes(bytes.try_into().ok()?))
}

impl From<store::Entry> for LedgerEntry {
    fn from(entry: store::Entry) -> Self {
        Self {
            id: entry.id,
            kind: entry.kind,
            qty: entry.qty,
            order_id: entry.order_id.map(OrderId::from),
            reason: entry.reason,
            at: entry.at,
        }
    }
}
