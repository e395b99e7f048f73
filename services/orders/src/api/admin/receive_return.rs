//! `POST /api/v1/admin/orders/{number}/returns/{id}/receive`: the pieces are here.

use axum::extract::State;
use chassis::{
    Problem,
    extract::{Json, Path},
    problem::Document,
};
use contracts::ReturnId;

use super::any_order;
use crate::{app::App, domain::order::Order, saga};

/// Takes the pieces of an approved return in
///
/// They go back to the shelf and their money to the customer. Repeated, it changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/admin/orders/{number}/returns/{id}/receive",
    tag = "admin",
    params(
        ("number" = String, Path, description = "For example LM-7K3Q9X"),
        ("id" = ReturnId, Path),
    ),
    responses(
        (status = 200, body = Order),
        (status = 403, description = "forbidden: not an admin", body = Document),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "invalid_state: not approved", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn receive_return(
    State(app): State<App>,
    Path((number, id)): Path<(String, ReturnId)>,
) -> Result<Json<Order>, Problem> {
    let order = any_order(&app, &number).await?;
    Ok(Json(saga::returns::receive(&app, order, id).await?))
}
