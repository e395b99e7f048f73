//! `POST /api/v1/checkouts/{id}/complete`: buys.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chassis::{
    Caller, Code, Problem,
    extract::{IdempotencyKey, Json, Path},
    idempotency::{Claim, Lease, Request, Stored},
    problem::Document,
};
use contracts::{CartId, CheckoutId, Money};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::Instrument;
use utoipa::ToSchema;

use super::own_checkout;
use crate::{
    app::App,
    domain::{checkout::Challenged, order::Order},
    saga::{
        complete::{self, Driven, Step},
        steps::{self, Begun},
    },
    store::KEYS,
};

#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Complete {
    /// The total that the customer has agreed to.
    expected_total: Money,
}

/// Completes a checkout: authorises the payment and places the order
///
/// Repeated with the same key it gives the same answer. `timeout` says that the outcome is not
/// known yet: ask for the checkout until it is. When the bank asks the customer (3-D Secure), lead
/// them to the page of the challenge, then complete again, with the same key or another.
#[utoipa::path(
    post,
    path = "/api/v1/checkouts/{id}/complete",
    tag = "checkout",
    params(
        ("id" = CheckoutId, Path),
        ("Idempotency-Key" = String, Header, description = "Stays the same when the request is repeated"),
    ),
    request_body = Complete,
    responses(
        (status = 201, description = "Bought", body = Order),
        (status = 202, description = "The bank asks the customer", body = Challenged),
        (status = 402, description = "payment_declined, with reason and attempts_left", body = Document),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "cart_changed, price_changed, reservation_expired, invalid_state, idempotency_in_progress", body = Document),
        (status = 422, description = "validation_failed, idempotency_key_required, idempotency_key_reused", body = Document),
        (status = 504, description = "timeout: the outcome is not known yet", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn complete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CheckoutId>,
    key: IdempotencyKey,
    Json(body): Json<Complete>,
) -> Result<Response, Problem> {
    let owner = caller.customer()?;
    let known = own_checkout(&app, owner, id).await?;
    let request = Request::new(owner, complete::route(id), &key, &body)?;
    let lease = match KEYS.claim(&app.pool, &request, app.timing.lease).await? {
        Claim::Done(Stored { status, body }) => return Ok(replayed(status, &body)),
        Claim::Mine(lease) => lease,
    };
    let from = if lease.recovery_point.is_none() {
        match begin(&app, &lease, id, known.cart_id, body.expected_total).await? {
            Begun::Attempt => Some(Step::Send),
            Begun::Resumed => Some(Step::Ask),
            Begun::Completed(answer) => return Ok(replayed(answer.status, &answer.body)),
            Begun::Refused(problem) => return Err(problem),
        }
    } else {
        // The lease of whoever began has expired.
        None
    };
    drive(&app, lease, from).await
}

async fn begin(
    app: &App,
    lease: &Lease,
    id: CheckoutId,
    cart: CartId,
    expected: Money,
) -> Result<Begun, Problem> {
    match app.calls.cart(cart).await {
        Ok(cart) => steps::begin(app, lease, id, cart.as_ref(), expected).await,
        Err(problem) => {
            // Nothing has begun. If this fails too, the reaper frees the key.
            let mut connection = app.connection().await?;
            let _ = KEYS.forget(&mut connection, lease).await;
            Err(problem)
        }
    }
}

/// Goes through the steps in a task of its own, so that a customer who goes away interrupts
/// nothing.
async fn drive(app: &App, lease: Lease, from: Option<Step>) -> Result<Response, Problem> {
    let work = {
        let app = app.clone();
        async move {
            let patience = app.timing.complete;
            match from {
                Some(step) => complete::drive(&app, &lease, step, patience).await,
                None => complete::resume(&app, &lease, patience)
                    .await
                    .map(|driven| driven.unwrap_or(Driven::Pending)),
            }
        }
    };
    let task = tokio::spawn(work.in_current_span());
    match tokio::time::timeout(app.timing.complete, task).await {
        Ok(Ok(driven)) => match driven? {
            Driven::Answered(answer) | Driven::Challenged(answer) => {
                Ok(response(answer.status, &answer.body))
            }
            Driven::Refused(problem) => Err(problem),
            Driven::Pending => Err(not_known_yet()),
        },
        Ok(Err(panic)) => Err(Problem::internal(panic)),
        Err(_) => Err(not_known_yet()),
    }
}

pub(super) fn not_known_yet() -> Problem {
    Problem::new(
        Code::Timeout,
        "The outcome is not known yet: another part of the shop has not answered. Ask \
         again until it is; it will be completed or undone.",
    )
    .retry_after(std::time::Duration::from_secs(1))
}

pub(super) fn response(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    if !status.is_success() {
        let problem = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, problem);
    }
    response
}

pub(super) fn replayed(status: StatusCode, body: &Value) -> Response {
    let mut response = response(status, body);
    response
        .headers_mut()
        .insert("idempotent-replayed", HeaderValue::from_static("true"));
    response
}
