//! `POST /api/v1/admin/orders/{number}/pack`: from now on it cannot be cancelled.

use axum::extract::State;
use chassis::{
    Problem,
    extract::{Json, Path},
    problem::Document,
};

use super::any_order;
use crate::{app::App, domain::order::Order, saga};

/// Begins to pack a placed order
///
/// Repeated, it changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/admin/orders/{number}/pack",
    tag = "admin",
    params(("number" = String, Path, description = "For example LM-7K3Q9X")),
    responses(
        (status = 200, body = Order),
        (status = 403, description = "forbidden: not an admin", body = Document),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "invalid_state: it was cancelled", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn pack_order(
    State(app): State<App>,
    Path(number): Path<String>,
) -> Result<Json<Order>, Problem> {
    let id = any_order(&app, &number).await?;
    Ok(Json(saga::fulfil::pack(&app, id).await?))
}
