//! What capture, void and refund have in common.

use axum::response::{IntoResponse, Response};
use chassis::{
    Caller, Code, Problem,
    extract::{IdempotencyKey, Json},
    idempotency::{Begun, Request},
    run_tx,
};
use contracts::{
    IntentId,
    payments::{Intent, MoveMoney},
};
use http::StatusCode;
use sqlx::PgConnection;

use super::App;
use crate::{
    domain::ledger::{Decision, Movement, Refused, decide},
    store::KEYS,
};

/// Moves money of an intent once per key.
pub(super) async fn perform(
    app: &App,
    caller: &Caller,
    key: &IdempotencyKey,
    id: IntentId,
    movement: Movement,
    body: &MoveMoney,
) -> Result<Response, Problem> {
    let route = format!("{} {id}", movement.name());
    let request = Request::new(caller.service.name(), route, key, body)?;
    let answer = run_tx!(&app.pool, movement.name(), async |tx| {
        if let Begun::Done(stored) = KEYS.begin(tx, &request).await? {
            return Ok(stored.into_response());
        }
        let intent = move_money(app, tx, id, movement, body).await?;
        KEYS.store(tx, &request, StatusCode::OK, &intent).await?;
        Ok(Json(intent).into_response())
    });
    app.wake.notify_one();
    answer
}

async fn move_money(
    app: &App,
    tx: &mut PgConnection,
    id: IntentId,
    movement: Movement,
    body: &MoveMoney,
) -> Result<Intent, Problem> {
    let unknown = || Problem::not_found(format_args!("intent {id}"));
    let intent = app.intents.lock(tx, id).await?.ok_or_else(unknown)?;
    if body.amount.currency() != intent.amount.currency() {
        return Err(Problem::invalid(
            "/amount/currency",
            "invalid_value",
            format!("The intent is in {}.", intent.amount.currency()),
        ));
    }
    match decide(intent.outcome, intent.sums, movement, body.amount.minor()) {
        Ok(Decision::Write) => {
            app.intents
                .write(tx, &intent, movement, body.amount, app.clock.now())
                .await?;
        }
        Ok(Decision::Done) => {}
        Err(refused @ Refused::State { .. }) => {
            return Err(Problem::new(Code::InvalidState, format!("{refused}.")));
        }
        Err(refused @ Refused::Amount { .. }) => {
            return Err(Problem::invalid(
                "/amount/minor",
                "out_of_range",
                format!("{refused}."),
            ));
        }
    }
    let moved = app.intents.lock(tx, id).await?.ok_or_else(unknown)?;
    Ok(moved.into_wire())
}
