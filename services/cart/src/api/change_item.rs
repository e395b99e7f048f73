//! `PATCH /api/v1/carts/{id}/items/{variant_id}`

use axum::{extract::State, response::Response};
use chassis::{
    Caller, Problem,
    extract::{IdempotencyKey, Json, Path},
    problem::Document,
};
use contracts::{CartId, VariantId};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{App, answer};
use crate::{
    domain::{CartView, Details},
    store::{Action, Change, Target},
};

/// What the line shall hold.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeItem {
    /// Pieces; 0 removes the line.
    qty: u32,
}

/// Sets the quantity of a line
#[utoipa::path(
    patch,
    path = "/api/v1/carts/{id}/items/{variant_id}",
    tag = "cart",
    params(
        ("id" = CartId, Path, description = "The cart"),
        ("variant_id" = VariantId, Path, description = "The line's variant"),
        ("If-Match" = Option<String>, Header, description = "ETag of the cart that the customer has seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "Stays the same when the request is repeated"),
    ),
    request_body = ChangeItem,
    responses(
        (status = 200, description = "The cart", body = CartView),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "cart_closed", body = Document),
        (status = 412, description = "cart_version_conflict, with the fresh cart in `cart`", body = Document),
        (status = 422, description = "validation_failed, idempotency_key_reused", body = Document),
    )
)]
pub(super) async fn change_item(
    State(app): State<App>,
    caller: Caller,
    Path((id, variant_id)): Path<(CartId, VariantId)>,
    headers: HeaderMap,
    key: Option<IdempotencyKey>,
    Json(body): Json<ChangeItem>,
) -> Result<Response, Problem> {
    let key = answer::keyed(key.as_ref(), &format!("set {id} {variant_id}"), &body)?;
    if let Some(answer) = answer::repeated(&app, &caller, id, key.as_ref()).await? {
        return Ok(answer);
    }
    let cart = answer::own_cart(&app, &caller, id).await?;
    let Some(line) = cart.lines.iter().find(|line| line.variant_id == variant_id) else {
        return Err(Problem::not_found(format_args!(
            "line for {variant_id} in the cart"
        )));
    };
    // An edit needs the catalog only for what may have changed since; without it the line's own
    // limit holds.
    let fresh = answer::variant_on_sale(&app, &caller, variant_id).await;
    let details = fresh.ok().flatten().map(|variant| Details::from(&variant));
    let change = Change {
        target: Target {
            cart: id,
            owner: caller.customer()?,
            seen: answer::seen_version(&headers)?,
            key,
        },
        action: Action::Set,
        variant: variant_id,
        qty: body.qty,
        max_qty: details.as_ref().unwrap_or(&line.details).max_qty,
        details: details.as_ref(),
    };
    answer::changed(&app, &caller, change).await
}
