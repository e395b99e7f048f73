//! `GET /api/v1/checkouts/{id}`: where a checkout stands.

use axum::extract::State;
use chassis::{
    Caller, Problem,
    extract::{Json, Path},
    problem::Document,
};
use contracts::CheckoutId;

use super::{own_checkout, view::CheckoutView};
use crate::app::App;

/// Shows a checkout
#[utoipa::path(
    get,
    path = "/api/v1/checkouts/{id}",
    tag = "checkout",
    params(("id" = CheckoutId, Path)),
    responses(
        (status = 200, body = CheckoutView),
        (status = 404, description = "not_found", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn get_checkout(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CheckoutId>,
) -> Result<Json<CheckoutView>, Problem> {
    let checkout = own_checkout(&app, caller.customer()?, id).await?;
    Ok(Json(checkout.into()))
}
