//! `POST /api/v1/admin/orders/{number}/shipments/{id}/deliver`: a parcel has arrived.

use axum::extract::State;
use chassis::{
    Problem,
    extract::{Json, Path},
    problem::Document,
};
use contracts::ShipmentId;

use super::any_order;
use crate::{app::App, domain::order::Order, saga};

/// Notes that a parcel has arrived
///
/// With the last parcel the order is delivered. Repeated, it changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/admin/orders/{number}/shipments/{id}/deliver",
    tag = "admin",
    params(
        ("number" = String, Path, description = "For example LM-7K3Q9X"),
        ("id" = ShipmentId, Path),
    ),
    responses(
        (status = 200, body = Order),
        (status = 403, description = "forbidden: not an admin", body = Document),
        (status = 404, description = "not_found", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn deliver_shipment(
    State(app): State<App>,
    Path((number, id)): Path<(String, ShipmentId)>,
) -> Result<Json<Order>, Problem> {
    let order = any_order(&app, &number).await?;
    Ok(Json(saga::fulfil::deliver(&app, order, id).await?))
}
