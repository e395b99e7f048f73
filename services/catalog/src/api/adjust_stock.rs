//! `POST /api/v1/admin/stock/{variant_id}/adjustments`: what came in, or is not there after all.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chassis::{
    Caller, FieldErrors, Problem,
    extract::{IdempotencyKey, Json, Path},
    idempotency::Request,
    problem::Document,
};
use contracts::VariantId;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;

/// Most pieces of one adjustment.
const MOST: u32 = 1_000_000;
/// Longest reason, in characters.
const LONGEST: usize = 200;

/// A change of what is on hand.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockChange {
    /// Pieces that came; negative for pieces that are gone.
    #[schema(minimum = -1_000_000, maximum = 1_000_000)]
    qty: i32,
    /// For the ledger, for example `delivery 4711` or `two broken in the window`.
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

/// Stock after a change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StockAdjustment {
    /// Of the ledger's line.
    pub id: i64,
    pub variant_id: VariantId,
    pub qty: i32,
    pub reason: String,
    /// Pieces on the shelf.
    pub on_hand: i32,
    /// Pieces of them that are promised to orders.
    pub reserved: i32,
    /// Pieces that can be had.
    pub available: i32,
}

/// Changes what is on hand
///
/// Pieces that came are `receive` in the ledger, pieces that are gone `adjust`.
#[utoipa::path(
    post,
    path = "/api/v1/admin/stock/{variant_id}/adjustments",
    tag = "admin",
    params(
        ("variant_id" = VariantId, Path),
        ("Idempotency-Key" = String, Header, description = "The same for a repeated request"),
    ),
    request_body = StockChange,
    responses(
        (status = 201, body = StockAdjustment),
        (status = 403, description = "forbidden: needs the role admin", body = Document),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "invalid_state: more is promised than would be left; idempotency_in_progress", body = Document),
        (status = 422, description = "validation_failed, idempotency_key_required, idempotency_key_reused", body = Document),
        (status = 503, description = "unavailable", body = Document),
    )
)]
pub(super) async fn adjust_stock(
    State(app): State<App>,
    caller: Caller,
    Path(variant_id): Path<VariantId>,
    key: IdempotencyKey,
    Json(change): Json<StockChange>,
) -> Result<Response, Problem> {
    check(&change)?;
    let route = format!("adjust stock of {variant_id}");
    let request = Request::new(caller.subject.as_str(), route, &key, &change)?;
    let StockChange { qty, reason } = change;
    let done = app
        .stock
        .adjust(&request, variant_id, qty, &reason, |adjusted| {
            StockAdjustment {
                id: adjusted.entry,
                variant_id,
                qty,
                reason: reason.clone(),
                on_hand: adjusted.on_hand,
                reserved: adjusted.reserved,
                available: adjusted.on_hand - adjusted.reserved,
            }
        })
        .await?;
    Ok(match done {
        Ok(adjustment) => (StatusCode::CREATED, Json(adjustment)).into_response(),
        Err(stored) => stored.into_response(),
    })
}

fn check(change: &StockChange) -> Result<(), Problem> {
    let mut errors = FieldErrors::default();
    errors.check(
        (1..=MOST).contains(&change.qty.unsigned_abs()),
        "/qty",
        "out_of_range",
        format!("qty must be 1 to {MOST} pieces more, or as many less, and not 0."),
    );
    errors.check(
        !change.reason.trim().is_empty() && change.reason.chars().count() <= LONGEST,
        "/reason",
        "out_of_range",
        format!("Say why, in 1 to {LONGEST} characters."),
    );
    errors.finish()
}
