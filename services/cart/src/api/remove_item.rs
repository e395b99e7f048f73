//! `DELETE /api/v1/carts/{id}/items/{variant_id}`

use axum::{extract::State, response::Response};
use chassis::{Caller, Problem, extract::Path, problem::Document};
use contracts::{CartId, VariantId};
use http::HeaderMap;

use super::{App, answer};
use crate::{
    domain::CartView,
    store::{Action, Change, Target},
};

/// Removes a line; removing it again changes nothing
#[utoipa::path(
    delete,
    path = "/api/v1/carts/{id}/items/{variant_id}",
    tag = "cart",
    params(
        ("id" = CartId, Path, description = "The cart"),
        ("variant_id" = VariantId, Path, description = "The line's variant"),
        ("If-Match" = Option<String>, Header, description = "ETag of the cart that the customer has seen"),
    ),
    responses(
        (status = 200, description = "The cart", body = CartView),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "cart_closed", body = Document),
        (status = 412, description = "cart_version_conflict, with the fresh cart in `cart`", body = Document),
    )
)]
pub(super) async fn remove_item(
    State(app): State<App>,
    caller: Caller,
    Path((id, variant_id)): Path<(CartId, VariantId)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let change = Change {
        target: Target {
            cart: id,
            owner: caller.customer()?,
            seen: answer::seen_version(&headers)?,
            key: None,
        },
        action: Action::Set,
        variant: variant_id,
        qty: 0,
        max_qty: 0,
        details: None,
    };
    answer::changed(&app, &caller, change).await
}
