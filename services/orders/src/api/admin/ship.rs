//! `POST /api/v1/admin/orders/{number}/shipments`: a parcel is handed over to the carrier.

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

use super::any_order;
use crate::{
    api::lines::check_lines,
    app::App,
    domain::{fulfilment::LONGEST_TRACKING, order::Order},
    saga::fulfil::{HandedOver, Parcel, hand_over},
};

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewShipment {
    /// What is in the parcel; one line for each variant.
    lines: Vec<StockLine>,
    /// The carrier's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tracking: Option<String>,
}

/// Hands a parcel over
///
/// Several parcels may make up an order; with its last piece the order is shipped. With an
/// `Idempotency-Key` a repeated request gives the same answer and ships nothing again.
#[utoipa::path(
    post,
    path = "/api/v1/admin/orders/{number}/shipments",
    tag = "admin",
    params(
        ("number" = String, Path, description = "For example LM-7K3Q9X"),
        ("Idempotency-Key" = Option<String>, Header, description = "Stays the same when the request is repeated"),
    ),
    request_body = NewShipment,
    responses(
        (status = 201, body = Order),
        (status = 403, description = "forbidden: not an admin", body = Document),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "invalid_state, idempotency_in_progress", body = Document),
        (status = 422, description = "validation_failed: more pieces than are left among them; idempotency_key_reused", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn ship(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    key: Option<IdempotencyKey>,
    Json(body): Json<NewShipment>,
) -> Result<Response, Problem> {
    let mut errors = FieldErrors::default();
    check_lines(&body.lines, &mut errors);
    if let Some(tracking) = &body.tracking {
        errors.check(
            (1..=LONGEST_TRACKING).contains(&tracking.trim().chars().count()),
            "/tracking",
            "out_of_range",
            format!("A tracking number has 1 to {LONGEST_TRACKING} characters."),
        );
    }
    errors.finish()?;
    let order = any_order(&app, &number).await?;
    let request = key
        .map(|key| {
            Request::new(
                caller.subject.as_str(),
                format!("ship {order}"),
                &key,
                &body,
            )
        })
        .transpose()?;
    let parcel = Parcel {
        lines: &body.lines,
        tracking: body.tracking.as_deref().map(str::trim),
    };
    Ok(
        match hand_over(&app, order, &parcel, request.as_ref()).await? {
            HandedOver::Now(order) => (StatusCode::CREATED, Json(order)).into_response(),
            HandedOver::Before(stored) => stored.into_response(),
        },
    )
}
