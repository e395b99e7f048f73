//! `POST /api/v1/carts/{id}/discount-codes`

use axum::{extract::State, response::Response};
use chassis::{
    Caller, Problem,
    extract::{IdempotencyKey, Json, Path},
    problem::Document,
};
use contracts::{CartId, DiscountCode, cart::CartState, discount::CodeRefusal};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{App, answer};
use crate::{domain::CartView, store::Target};

/// Where the code stands in the request.
const POINTER: &str = "/code";

/// A discount code.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GiveCode {
    /// In any mix of cases.
    #[schema(examples("WELCOME10"))]
    code: String,
}

/// Puts a discount code on the cart
///
/// A cart has one code: another one takes its place. A code that cannot be used now is refused;
/// one that cannot be used later stays, is told in a notice, and never blocks the cart.
#[utoipa::path(
    post,
    path = "/api/v1/carts/{id}/discount-codes",
    tag = "cart",
    params(
        ("id" = CartId, Path, description = "The cart"),
        ("If-Match" = Option<String>, Header, description = "ETag of the cart that the customer has seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "Stays the same when the request is repeated"),
    ),
    request_body = GiveCode,
    responses(
        (status = 200, description = "The cart", body = CartView),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "cart_closed", body = Document),
        (status = 412, description = "cart_version_conflict, with the fresh cart in `cart`", body = Document),
        (status = 422, description = "validation_failed with the code unknown, not_started, expired, used_up or minimum_not_reached; idempotency_key_reused", body = Document),
        (status = 503, description = "unavailable: the code cannot be checked", body = Document),
    )
)]
pub(super) async fn give_code(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CartId>,
    key: Option<IdempotencyKey>,
    headers: HeaderMap,
    Json(body): Json<GiveCode>,
) -> Result<Response, Problem> {
    let owner = caller.customer()?;
    let seen = answer::seen_version(&headers)?;
    let key = answer::keyed(key.as_ref(), &format!("code {id}"), &body)?;
    if let Some(answer) = answer::repeated(&app, &caller, id, key.as_ref()).await? {
        return Ok(answer);
    }
    let cart = answer::own_cart(&app, &caller, id).await?;
    if cart.state == CartState::Closed {
        return Err(answer::closed(&cart));
    }
    let code: DiscountCode = body
        .code
        .trim()
        .parse()
        .map_err(|error| refused(CodeRefusal::Unknown, format!("{:?}: {error}.", body.code)))?;
    let prices = answer::prices(&app, &caller, &cart).await;
    let quote = answer::quote(&app, &caller, &cart, &prices, Some(&code)).await?;
    let told = quote
        .code
        .ok_or_else(|| Problem::internal("orders quoted without the code"))?;
    if !told.applied {
        let refusal = told.reason_code.unwrap_or(CodeRefusal::Unknown);
        return Err(refused(refusal, told.reason.unwrap_or_default()));
    }
    let target = Target {
        cart: id,
        owner,
        seen,
        key,
    };
    answer::code_set(&app, &caller, target, Some(&code)).await
}

fn refused(refusal: CodeRefusal, reason: String) -> Problem {
    Problem::invalid(POINTER, refusal.as_str(), reason)
}
