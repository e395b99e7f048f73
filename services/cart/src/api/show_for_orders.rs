//! `GET /internal/v1/carts/{id}`

use axum::{Json, extract::State};
use chassis::{Problem, extract::Path, problem::Document};
use contracts::{CartId, cart::CartForOrders};

use super::{App, answer};

/// A cart for a checkout: whose it is and what is in it
#[utoipa::path(
    get,
    path = "/internal/v1/carts/{id}",
    tag = "internal",
    params(("id" = CartId, Path, description = "The cart")),
    responses(
        (status = 200, description = "The cart", body = CartForOrders),
        (status = 404, description = "not_found", body = Document),
    )
)]
pub(super) async fn show_for_orders(
    State(app): State<App>,
    Path(id): Path<CartId>,
) -> Result<Json<CartForOrders>, Problem> {
    let cart = app
        .carts
        .find(id)
        .await?
        .ok_or_else(|| answer::no_cart(id))?;
    let lines = cart.stock_lines();
    let discount_code = cart.code();
    Ok(Json(CartForOrders {
        id,
        owner: cart.owner,
        version: cart.version,
        state: cart.state,
        order_number: cart.order_number,
        lines,
        discount_code,
    }))
}
