//! `GET /internal/v1/intents?order_id=&attempt=`: the intents of an order.

use axum::extract::State;
use chassis::{
    Problem,
    extract::{Json, Query},
    problem::Document,
};
use contracts::{OrderId, payments::Intents};
use serde::Deserialize;
use utoipa::IntoParams;

use super::App;
use crate::store::Found;

#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    order_id: OrderId,
    /// Only this attempt.
    attempt: Option<u16>,
}

/// Lists the intents of an order, the first attempt first
#[utoipa::path(
    get,
    path = "/internal/v1/intents",
    tag = "payments",
    responses(
        (status = 200, body = Intents),
        (status = 422, description = "validation_failed", body = Document),
    )
)]
pub(super) async fn list_intents(
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Json<Intents>, Problem> {
    let found = app.intents.of_order(which.order_id, which.attempt).await?;
    Ok(Json(Intents {
        items: found.into_iter().map(Found::into_wire).collect(),
    }))
}
