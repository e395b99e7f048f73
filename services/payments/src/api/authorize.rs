//! `POST /internal/v1/intents`: asks for the money of an order to be held.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chassis::{
    Caller, Code, FieldErrors, Problem,
    extract::{IdempotencyKey, Json},
    idempotency::{Begun, Request, Stored},
    problem::Document,
    run_tx,
};
use contracts::payments::{Authorize, Intent};
use http::StatusCode;
use sqlx::PgConnection;

use super::App;
use crate::{
    domain::{card::Behaviour, ledger::Outcome},
    store::{Found, KEYS, NewIntent},
};

/// Authorises an attempt of an order
///
/// There is one intent per order and attempt: a second request gets the first one's, under
/// whatever key.
#[utoipa::path(
    post,
    path = "/internal/v1/intents",
    tag = "payments",
    params(("Idempotency-Key" = String, Header, description = "Stays the same when the request is repeated")),
    request_body = Authorize,
    responses(
        (status = 201, description = "Authorised, declined, or challenged by the bank", body = Intent),
        (status = 200, description = "The attempt had been made before", body = Intent),
        (status = 409, description = "idempotency_in_progress", body = Document),
        (status = 422, description = "validation_failed, idempotency_key_required, idempotency_key_reused", body = Document),
    )
)]
pub(super) async fn authorize(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Json(body): Json<Authorize>,
) -> Result<Response, Problem> {
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
    let card = app.tokens.find(&body.token).await?.ok_or_else(|| {
        Problem::invalid(
            "/token",
            "unknown",
            "The token stands for no card; make one first.",
        )
    })?;
    if card.behaviour == Behaviour::Slow {
        tokio::time::sleep(app.delays.slow).await;
    }

    let request = Request::new(caller.service.name(), "authorize", &key, &body)?;
    let answer = run_tx!(&app.pool, "authorize", async |tx| {
        decide(&app, tx, &request, &body, card.behaviour).await
    })?;
    match answer {
        Answer::Replayed(stored) => Ok(stored.into_response()),
        Answer::Existing(intent) => Ok((StatusCode::OK, Json(intent)).into_response()),
        Answer::New(intent) => {
            app.wake.notify_one();
            match card.behaviour {
                Behaviour::TimeoutThenSuccess => tokio::time::sleep(app.delays.timeout).await,
                Behaviour::WebhookBeforeReply => {
                    app.webhooks.tell_first(intent.id, app.delays.slow).await?;
                }
                _ => {}
            }
            Ok((StatusCode::CREATED, Json(intent)).into_response())
        }
    }
}

enum Answer {
    New(Intent),
    /// The attempt had been made under another key, or was abandoned.
    Existing(Intent),
    Replayed(Stored),
}

async fn decide(
    app: &App,
    tx: &mut PgConnection,
    request: &Request,
    body: &Authorize,
    behaviour: Behaviour,
) -> Result<Answer, Problem> {
    if let Begun::Done(stored) = KEYS.begin(tx, request).await? {
        return Ok(Answer::Replayed(stored));
    }
    let decline_reason = behaviour.decline_reason();
    let outcome = match behaviour {
        Behaviour::Challenge => Outcome::Challenged,
        _ => decline_reason.map_or(Outcome::Authorized, |_| Outcome::Declined),
    };
    let new = NewIntent {
        order_id: body.order_id,
        attempt: body.attempt,
        amount: body.amount,
        token: Some(&body.token),
        outcome,
        decline_reason,
        copies: if behaviour == Behaviour::WebhookTwice {
            2
        } else {
            1
        },
    };
    let inserted = app.intents.insert(tx, new, app.clock.now()).await?;
    let found = app
        .intents
        .of_attempt(tx, body.order_id, body.attempt)
        .await?
        .ok_or_else(|| Problem::internal("an intent that was just written is gone"))?;
    if inserted.is_none() {
        same_request(&found, body)?;
    }
    let status = if inserted.is_some() {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let intent = found.into_wire();
    KEYS.store(tx, request, status, &intent).await?;
    Ok(if inserted.is_some() {
        Answer::New(intent)
    } else {
        Answer::Existing(intent)
    })
}

/// An attempt that was made before must have been for the same card and amount.
fn same_request(found: &Found, body: &Authorize) -> Result<(), Problem> {
    let same_card = found
        .token
        .as_ref()
        .is_none_or(|token| *token == body.token);
    if same_card && found.amount == body.amount {
        return Ok(());
    }
    Err(Problem::new(
        Code::IdempotencyKeyReused,
        format!(
            "Attempt {} of this order was made with another card or amount. Use the next attempt.",
            body.attempt
        ),
    ))
}
