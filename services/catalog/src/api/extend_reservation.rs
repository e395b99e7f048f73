//! `POST /internal/v1/reservations/{order_id}/extend`: a little more time.

use axum::extract::State;
use chassis::{
    FieldErrors, Problem,
    extract::{Json, Path},
    problem::Document,
};
use contracts::{
    OrderId,
    catalog::{Extend, Reservation},
};

use super::App;
use crate::domain::reservation;

/// Prolongs a held reservation
///
/// To `ttl_seconds` from now; an end that is later already stays.
#[utoipa::path(
    post,
    path = "/internal/v1/reservations/{order_id}/extend",
    tag = "catalog",
    params(("order_id" = OrderId, Path)),
    request_body = Extend,
    responses(
        (status = 200, body = Reservation),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "reservation_expired, invalid_state", body = Document),
        (status = 422, description = "validation_failed", body = Document),
        (status = 503, description = "unavailable", body = Document),
    )
)]
pub(super) async fn extend_reservation(
    State(app): State<App>,
    Path(order): Path<OrderId>,
    Json(asked): Json<Extend>,
) -> Result<Json<Reservation>, Problem> {
    let mut errors = FieldErrors::default();
    reservation::check_ttl(&mut errors, asked.ttl_seconds);
    errors.finish()?;
    app.stock.extend(order, asked.ttl_seconds).await.map(Json)
}
