//! `POST /api/v1/admin/orders/{number}/returns/{id}/decision`: approves or rejects a return.

use axum::extract::State;
use chassis::{
    Problem,
    extract::{Json, Path},
    problem::Document,
};
use contracts::ReturnId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::any_order;
use crate::{
    app::App,
    domain::{order::Order, refund::LONGEST_REASON},
    saga,
};

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnDecision {
    approve: bool,
    /// For the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Approves or rejects a return
///
/// Repeated, it changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/admin/orders/{number}/returns/{id}/decision",
    tag = "admin",
    params(
        ("number" = String, Path, description = "For example LM-7K3Q9X"),
        ("id" = ReturnId, Path),
    ),
    request_body = ReturnDecision,
    responses(
        (status = 200, body = Order),
        (status = 403, description = "forbidden: not an admin", body = Document),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "invalid_state: decided otherwise", body = Document),
        (status = 422, description = "validation_failed", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn decide_return(
    State(app): State<App>,
    Path((number, id)): Path<(String, ReturnId)>,
    Json(body): Json<ReturnDecision>,
) -> Result<Json<Order>, Problem> {
    let reason = body.reason.as_deref().map(str::trim);
    if reason.is_some_and(|reason| !(1..=LONGEST_REASON).contains(&reason.chars().count())) {
        return Err(Problem::invalid(
            "/reason",
            "out_of_range",
            format!("Say why in 1 to {LONGEST_REASON} characters, or leave it out."),
        ));
    }
    let order = any_order(&app, &number).await?;
    let decided = saga::returns::decide(&app, order, id, body.approve, reason).await?;
    Ok(Json(decided))
}
