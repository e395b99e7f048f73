//! `POST /internal/v1/intents/settle`: what became of an attempt whose answer was lost.

use axum::extract::State;
use chassis::{FieldErrors, Problem, extract::Json, problem::Document, run_tx};
use contracts::{
    OrderId,
    payments::{Intent, Settle},
};
use sqlx::PgConnection;

use super::App;
use crate::{
    domain::ledger::Outcome,
    store::{Conclusion, Found, NewIntent},
};

/// Settles an attempt
///
/// Gives its intent. When none has arrived the attempt is abandoned, so that one on its way is
/// refused when it comes; so is one that waits for the bank: the answer is final either way.
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
            copies: 1,
        };
        let now = app.clock.now();
        app.intents.insert(tx, abandoned, now).await?;
        let attempt = (body.order_id, body.attempt);
        let found = of_attempt(&app, tx, attempt).await?;
        if found.outcome != Outcome::Challenged {
            return Ok(found);
        }
        // Nobody waits for the bank any more. Look again under lock: the answer may be coming.
        let found = app.intents.lock(tx, found.id).await?.ok_or_else(gone)?;
        if found.outcome != Outcome::Challenged {
            return Ok(found);
        }
        let given_up = Conclusion {
            outcome: Outcome::Abandoned,
            reason: None,
        };
        app.intents.conclude(tx, &found, given_up, now).await?;
        of_attempt(&app, tx, attempt).await
    })?;
    app.wake.notify_one();
    Ok(Json(found.into_wire()))
}

async fn of_attempt(
    app: &App,
    tx: &mut PgConnection,
    (order, attempt): (OrderId, u16),
) -> Result<Found, Problem> {
    let found = app.intents.of_attempt(tx, order, attempt).await?;
    found.ok_or_else(gone)
}

fn gone() -> Problem {
    Problem::internal("a settled attempt has no intent")
}
