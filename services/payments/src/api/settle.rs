//! `POST /internal/v1/intents/settle`: what became of an attempt whose answer was lost.

use axum::extract::State;
use chassis::{FieldErrors, Problem, extract::Json, problem::Document, run_tx};
use contracts::payments::{Intent, Settle};

use super::App;
use crate::{domain::ledger::Outcome, store::NewIntent};

/// Settles an attempt
///
/// Gives its intent. When none has arrived the attempt is abandoned, so that one on its way is
/// refused when it comes: the answer is final either way.
#[utoipa::path(
    post,
    path = "/internal/v1/intents/settle",
    tag = "payments",
    request_body = Settle,
    responses(
        (status = 200, body = Intent),
        (status = 422, description = "validation_failed", body = Document),
    )
)]
pub(super) async fn settle(
    State(app): State<App>,
    Json(body): Json<Settle>,
) -> Result<Json<Intent>, Problem> {
    let mut errors = FieldErrors::default();
    errors.check(
        body.attempt >= 1,
        "/attempt",
        "out_of_range",
        "Attempts count from 1.",
    );
    errors.check(
        body.amount.minor() >= 1,
        "/amount",
        "out_of_range",
        "The amount must be positive.",
    );
    errors.finish()?;
    let found = run_tx!(&app.pool, "settle", async |tx| {
        let abandoned = NewIntent {
            order_id: body.order_id,
            attempt: body.attempt,
            amount: body.amount,
            token: None,
            outcome: Outcome::Abandoned,
            decline_reason: None,
        };
        app.intents.insert(tx, abandoned, app.clock.now()).await?;
        app.intents
            .of_attempt(tx, body.order_id, body.attempt)
            .await
    })?
    .ok_or_else(|| Problem::internal("a settled attempt has no intent"))?;
    Ok(Json(found.into_wire()))
}
