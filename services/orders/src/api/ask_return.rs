//! `POST /api/v1/orders/{number}/returns`: asks to send pieces back.

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
use contracts::catalog::StockLine;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{get_order::own_order, lines::check_lines};
use crate::{
    app::App,
    domain::{order::Order, refund::LONGEST_REASON},
    saga::returns::{Asked, ask},
};

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewReturn {
    /// What comes back; one line for each variant.
    lines: Vec<StockLine>,
    /// Why.
    reason: String,
}

/// Asks to send pieces back
///
/// Possible once the order is delivered, for as long as it may be returned. With an
/// `Idempotency-Key` a repeated request gives the same answer.
#[utoipa::path(
    post,
    path = "/api/v1/orders/{number}/returns",
    tag = "orders",
    params(
        ("number" = String, Path, description = "For example LM-7K3Q9X"),
        ("Idempotency-Key" = Option<String>, Header, description = "Stays the same when the request is repeated"),
    ),
    request_body = NewReturn,
    responses(
        (status = 201, body = Order),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "invalid_state, idempotency_in_progress", body = Document),
        (status = 422, description = "validation_failed, idempotency_key_reused", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn ask_return(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    key: Option<IdempotencyKey>,
    Json(body): Json<NewReturn>,
) -> Result<Response, Problem> {
    let mut errors = FieldErrors::default();
    check_lines(&body.lines, &mut errors);
    errors.check(
        (1..=LONGEST_REASON).contains(&body.reason.trim().chars().count()),
        "/reason",
        "out_of_range",
        format!("Say why in 1 to {LONGEST_REASON} characters."),
    );
    errors.finish()?;
    let owner = caller.customer()?;
    let order = own_order(&app, owner, &number).await?;
    let request = key
        .map(|key| Request::new(owner, format!("return {order}"), &key, &body))
        .transpose()?;
    let asked = ask(
        &app,
        order,
        &body.lines,
        body.reason.trim(),
        request.as_ref(),
    )
    .await?;
    Ok(match asked {
        Asked::Now(order) => (StatusCode::CREATED, Json(order)).into_response(),
        Asked::Before(stored) => stored.into_response(),
    })
}
