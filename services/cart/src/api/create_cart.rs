//! `POST /api/v1/carts`

use axum::{body::Bytes, extract::State, response::Response};
use chassis::{Caller, Problem, problem::Document};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{App, answer};
use crate::domain::CartView;

/// Nothing has to be said to begin a cart.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateCart {}

/// Begins a cart, or finds the open one
///
/// A customer has one open cart. Without credentials the gateway adds `token`, once: send it as
/// Bearer from then on.
#[utoipa::path(
    post,
    path = "/api/v1/carts",
    tag = "cart",
    request_body(content = Option<CreateCart>, description = "Empty, or an empty object"),
    responses(
        (status = 201, description = "A new cart", body = CartView),
        (status = 200, description = "The open cart", body = CartView),
        (status = 422, description = "validation_failed", body = Document),
    )
)]
pub(super) async fn create_cart(
    State(app): State<App>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Problem> {
    let owner = caller.customer()?;
    if !body.is_empty() {
        serde_json::from_slice::<CreateCart>(&body).map_err(|error| {
            let detail = format!("The body must be empty or an empty object: {error}.");
            Problem::invalid("", "invalid_value", detail)
        })?;
    }
    let (cart, made) = app.carts.open(owner, app.ids.next(), app.currency).await?;
    let status = if made {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(answer::cart(&app, &caller, status, &cart).await)
}
