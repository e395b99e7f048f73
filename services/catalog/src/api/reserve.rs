//! `POST /internal/v1/reservations`: holds all lines of an order, or none.

use axum::extract::State;
use chassis::{Problem, extract::Json, problem::Document};
use contracts::catalog::{Reservation, Reserve};
use http::StatusCode;

use super::App;
use crate::domain::reservation;

/// Reserves stock for an order
///
/// The same order id with the same lines gets the same answer again.
#[utoipa::path(
    post,
    path = "/internal/v1/reservations",
    tag = "catalog",
    request_body = Reserve,
    responses(
        (status = 201, description = "Held now", body = Reservation),
        (status = 200, description = "Held before", body = Reservation),
        (status = 409, description = "out_of_stock with `lines`, reservation_expired, invalid_state", body = Document),
        (status = 422, description = "validation_failed; idempotency_key_reused: other lines before", body = Document),
        (status = 503, description = "unavailable", body = Document),
    )
)]
pub(super) async fn reserve(
    State(app): State<App>,
    Json(asked): Json<Reserve>,
) -> Result<(StatusCode, Json<Reservation>), Problem> {
    reservation::check(&asked)?;
    let (reservation, made) = app.stock.reserve(&asked).await?;
    let status = if made {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(reservation)))
}
