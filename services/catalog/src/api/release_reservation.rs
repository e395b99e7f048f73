//! `POST /internal/v1/reservations/{order_id}/release`: the order is given up.

use axum::extract::State;
use chassis::{
    Problem,
    extract::{Json, Path},
    problem::Document,
};
use contracts::{
    OrderId,
    catalog::{Release, Reservation},
};

use super::App;

/// Releases a reservation
///
/// Again, it changes nothing. A reservation that never came can no longer come after this.
#[utoipa::path(
    post,
    path = "/internal/v1/reservations/{order_id}/release",
    tag = "catalog",
    params(("order_id" = OrderId, Path)),
    request_body = Release,
    responses(
        (status = 200, description = "`expired` when its time was over before", body = Reservation),
        (status = 409, description = "invalid_state: sold, and no `restock`", body = Document),
        (status = 422, description = "validation_failed", body = Document),
        (status = 503, description = "unavailable", body = Document),
    )
)]
pub(super) async fn release_reservation(
    State(app): State<App>,
    Path(order): Path<OrderId>,
    Json(asked): Json<Release>,
) -> Result<Json<Reservation>, Problem> {
    app.stock.release(order, asked.restock).await.map(Json)
}
