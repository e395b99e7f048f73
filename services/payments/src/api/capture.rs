//! `POST /internal/v1/intents/{id}/capture`: takes the money that is held.

use axum::{extract::State, response::Response};
use chassis::{
    Caller, Problem,
    extract::{IdempotencyKey, Json, Path},
    problem::Document,
};
use contracts::{
    IntentId,
    payments::{Intent, MoveMoney},
};

use super::{App, movement};
use crate::domain::ledger::Movement;

/// Captures an authorised intent, once
#[utoipa::path(
    post,
    path = "/internal/v1/intents/{id}/capture",
    tag = "payments",
    params(
        ("id" = IntentId, Path),
        ("Idempotency-Key" = String, Header, description = "Stays the same when the request is repeated"),
    ),
    request_body = MoveMoney,
    responses(
        (status = 200, body = Intent),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "invalid_state, idempotency_in_progress", body = Document),
        (status = 422, description = "validation_failed, idempotency_key_required, idempotency_key_reused", body = Document),
    )
)]
pub(super) async fn capture(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<IntentId>,
    Json(body): Json<MoveMoney>,
) -> Result<Response, Problem> {
    movement::perform(&app, &caller, &key, id, Movement::Capture, &body).await
}
