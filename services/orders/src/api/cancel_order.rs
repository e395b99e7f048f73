//! `POST /api/v1/orders/{number}/cancel`: before it is packed.

use axum::extract::State;
use chassis::{
    Caller, Problem,
    extract::{Json, Path},
    problem::Document,
};

use super::get_order::own_order;
use crate::{app::App, domain::order::Order, saga};

/// Cancels an order
///
/// Money and stock go back. An order that is cancelled already is shown as it is, so the request
/// may be repeated.
#[utoipa::path(
    post,
    path = "/api/v1/orders/{number}/cancel",
    tag = "orders",
    params(("number" = String, Path, description = "For example LM-7K3Q9X")),
    responses(
        (status = 200, body = Order),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "invalid_state: it is being packed or further", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn cancel_order(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Json<Order>, Problem> {
    let id = own_order(&app, caller.customer()?, &number).await?;
    Ok(Json(saga::cancel::cancel(&app, id).await?))
}
