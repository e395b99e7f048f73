//! `DELETE /api/v1/carts/{id}/discount-codes/{code}`

use axum::{extract::State, response::Response};
use chassis::{Caller, Problem, extract::Path, problem::Document};
use contracts::CartId;
use http::{HeaderMap, StatusCode};

use super::{App, answer};
use crate::{domain::CartView, store::Target};

/// Takes a discount code off the cart; one that is not there changes nothing
#[utoipa::path(
    delete,
    path = "/api/v1/carts/{id}/discount-codes/{code}",
    tag = "cart",
    params(
        ("id" = CartId, Path, description = "The cart"),
        ("code" = String, Path, description = "In any mix of cases"),
        ("If-Match" = Option<String>, Header, description = "ETag of the cart that the customer has seen"),
    ),
    responses(
        (status = 200, description = "The cart", body = CartView),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "cart_closed", body = Document),
        (status = 412, description = "cart_version_conflict, with the fresh cart in `cart`", body = Document),
    )
)]
pub(super) async fn remove_code(
    State(app): State<App>,
    caller: Caller,
    Path((id, code)): Path<(CartId, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let seen = answer::seen_version(&headers)?;
    let cart = answer::own_cart(&app, &caller, id).await?;
    let carried = cart.discount_code.as_deref();
    if !carried.is_some_and(|carried| carried.eq_ignore_ascii_case(&code)) {
        return Ok(answer::cart(&app, &caller, StatusCode::OK, &cart).await);
    }
    let target = Target {
        cart: id,
        owner: caller.customer()?,
        // Another code that took its place in the meantime is not the one to be removed.
        seen: seen.or(Some(cart.version)),
        key: None,
    };
    answer::code_set(&app, &caller, target, None).await
}
