//! `GET /api/v1/carts/{id}`

use axum::{extract::State, response::Response};
use chassis::{Caller, Problem, extract::Path, problem::Document};
use contracts::CartId;
use http::StatusCode;

use super::{App, answer};
use crate::domain::CartView;

/// A cart of the customer
#[utoipa::path(
    get,
    path = "/api/v1/carts/{id}",
    tag = "cart",
    params(("id" = CartId, Path, description = "The cart")),
    responses(
        (status = 200, description = "The cart", body = CartView),
        (status = 404, description = "not_found", body = Document),
    )
)]
pub(super) async fn show_cart(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CartId>,
) -> Result<Response, Problem> {
    let cart = answer::own_cart(&app, &caller, id).await?;
    Ok(answer::cart(&app, &caller, StatusCode::OK, &cart).await)
}
