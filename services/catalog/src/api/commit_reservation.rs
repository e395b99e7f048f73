//! `POST /internal/v1/reservations/{order_id}/commit`: the pieces are sold.

use axum::extract::State;
use chassis::{
    Problem,
    extract::{Json, Path},
    problem::Document,
};
use contracts::{OrderId, catalog::Reservation};

use super::App;

/// Commits a held reservation
///
/// Again, it changes nothing.
#[utoipa::path(
    post,
    path = "/internal/v1/reservations/{order_id}/commit",
    tag = "catalog",
    params(("order_id" = OrderId, Path)),
    responses(
        (status = 200, body = Reservation),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "reservation_expired; invalid_state: it was released", body = Document),
        (status = 503, description = "unavailable", body = Document),
    )
)]
pub(super) async fn commit_reservation(
    State(app): State<App>,
    Path(order): Path<OrderId>,
) -> Result<Json<Reservation>, Problem> {
    app.stock.commit(order).await.map(Json)
}
