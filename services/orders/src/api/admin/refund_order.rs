//! `POST /api/v1/admin/orders/{number}/refunds`: sends money back.

use axum::{extract::State, response::Response};
use chassis::{
    Caller, FieldErrors, Problem,
    extract::{IdempotencyKey, Json, Path},
    idempotency::{Claim, Request},
    problem::Document,
};
use contracts::Money;
use serde::{Deserialize, Serialize};
use tracing::Instrument;
use utoipa::ToSchema;

use super::any_order;
use crate::{
    api::complete::{not_known_yet, replayed, response},
    app::App,
    domain::{order::Order, refund::LONGEST_REASON},
    saga::refund,
    store::KEYS,
};

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRefund {
    amount: Money,
    /// For the customer and the books.
    reason: String,
}

/// Sends money back, wholly or in part
///
/// All refunds of an order together never exceed what was paid. Repeated with the same key it gives
/// the same answer. `timeout` says that the provider has not answered yet; the refund is finished
/// nevertheless.
#[utoipa::path(
    post,
    path = "/api/v1/admin/orders/{number}/refunds",
    tag = "admin",
    params(
        ("number" = String, Path, description = "For example LM-7K3Q9X"),
        ("Idempotency-Key" = String, Header, description = "Stays the same when the request is repeated"),
    ),
    request_body = NewRefund,
    responses(
        (status = 201, body = Order),
        (status = 403, description = "forbidden: not an admin", body = Document),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "invalid_state, idempotency_in_progress", body = Document),
        (status = 422, description = "validation_failed: more than is left among them; idempotency_key_required, idempotency_key_reused", body = Document),
        (status = 504, description = "timeout: the outcome is not known yet", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn refund_order(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    key: IdempotencyKey,
    Json(body): Json<NewRefund>,
) -> Result<Response, Problem> {
    check(&app, &body)?;
    let order = any_order(&app, &number).await?;
    let request = Request::new(caller.subject.as_str(), refund::route(order), &key, &body)?;
    let lease = match KEYS.claim(&app.pool, &request, app.timing.lease).await? {
        Claim::Done(stored) => return Ok(replayed(stored.status, &stored.body)),
        Claim::Mine(lease) => lease,
    };
    let patience = app.timing.complete;
    // In a task of its own, so that a caller who goes away interrupts nothing.
    let work = async move {
        if lease.recovery_point.is_some() {
            return refund::resume(&app, &lease).await;
        }
        let begun = refund::begin(&app, &lease, order, body.amount, body.reason.trim());
        let id = begun.await??;
        refund::finish(&app, &lease, id).await.map(Some)
    };
    match tokio::time::timeout(patience, tokio::spawn(work.in_current_span())).await {
        Ok(Ok(answer)) => match answer? {
            Some(answer) => Ok(response(answer.status, &answer.body)),
            None => Err(not_known_yet()),
        },
        Ok(Err(panic)) => Err(Problem::internal(panic)),
        Err(_) => Err(not_known_yet()),
    }
}

fn check(app: &App, body: &NewRefund) -> Result<(), Problem> {
    let mut errors = FieldErrors::default();
    errors.check(
        body.amount.minor() >= 1,
        "/amount/minor",
        "out_of_range",
        "A refund is one minor unit at least.",
    );
    errors.check(
        body.amount.currency() == app.currency,
        "/amount/currency",
        "invalid_value",
        format!("The shop's currency is {}.", app.currency),
    );
    errors.check(
        (1..=LONGEST_REASON).contains(&body.reason.trim().chars().count()),
        "/reason",
        "out_of_range",
        format!("Say why in 1 to {LONGEST_REASON} characters."),
    );
    errors.finish()
}
