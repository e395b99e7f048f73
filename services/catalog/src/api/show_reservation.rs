//! `GET /internal/v1/reservations/{order_id}`: how a reservation stands.

use axum::extract::State;
use chassis::{
    Problem,
    extract::{Json, Path},
    problem::Document,
};
use contracts::{OrderId, catalog::Reservation};

use super::App;

/// Shows a reservation
#[utoipa::path(
    get,
    path = "/internal/v1/reservations/{order_id}",
    tag = "catalog",
    params(("order_id" = OrderId, Path)),
    responses(
        (status = 200, body = Reservation),
        (status = 404, description = "not_found", body = Document),
        (status = 503, description = "unavailable", body = Document),
    )
)]
pub(super) async fn show_reservation(
    State(app): State<App>,
    Path(order): Path<OrderId>,
) -> Result<Json<Reservation>, Problem> {
    app.stock.find(order).await.map(Json)
}
