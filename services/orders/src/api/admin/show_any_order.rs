//! `GET /api/v1/admin/orders/{number}`: anybody's order.

use axum::extract::State;
use chassis::{
    Problem,
    extract::{Json, Path},
    problem::Document,
};

use super::any_order;
use crate::{app::App, domain::order::Order, store::orders};

/// Shows anybody's order
#[utoipa::path(
    get,
    path = "/api/v1/admin/orders/{number}",
    tag = "admin",
    params(("number" = String, Path, description = "For example LM-7K3Q9X")),
    responses(
        (status = 200, body = Order),
        (status = 403, description = "forbidden: not an admin", body = Document),
        (status = 404, description = "not_found", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn show_any_order(
    State(app): State<App>,
    Path(number): Path<String>,
) -> Result<Json<Order>, Problem> {
    let id = any_order(&app, &number).await?;
    let mut connection = app.connection().await?;
    Ok(Json(orders::read(&mut connection, id).await?))
}
