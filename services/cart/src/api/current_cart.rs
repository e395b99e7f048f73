//! `GET /api/v1/carts/current`

use axum::{extract::State, response::Response};
use chassis::{Caller, Problem, problem::Document};
use http::StatusCode;

use super::{App, answer};
use crate::domain::CartView;

/// The customer's open cart
#[utoipa::path(
    get,
    path = "/api/v1/carts/current",
    tag = "cart",
    responses(
        (status = 200, description = "The cart", body = CartView),
        (status = 404, description = "not_found: no cart is open", body = Document),
    )
)]
pub(super) async fn current_cart(
    State(app): State<App>,
    caller: Caller,
) -> Result<Response, Problem> {
    let found = app.carts.current(caller.customer()?).await?;
    let cart = found.ok_or_else(|| Problem::not_found("open cart"))?;
    Ok(answer::cart(&app, &caller, StatusCode::OK, &cart).await)
}
