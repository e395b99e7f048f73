//! `GET /api/v1/orders/{number}/events`: what happened to an order.

use axum::extract::State;
use chassis::{
    Caller, Problem,
    extract::{Json, Path},
    problem::Document,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::get_order::own_order;
use crate::{app::App, domain::history::HistoryEntry, store::orders};

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct History {
    /// The oldest first.
    items: Vec<HistoryEntry>,
}

/// Tells what happened to an order
#[utoipa::path(
    get,
    path = "/api/v1/orders/{number}/events",
    tag = "orders",
    params(("number" = String, Path, description = "For example LM-7K3Q9X")),
    responses(
        (status = 200, body = History),
        (status = 404, description = "not_found", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn list_events(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Json<History>, Problem> {
    let id = own_order(&app, caller.customer()?, &number).await?;
    let mut connection = app.connection().await?;
    let events = orders::events(&mut connection, id, 0).await?;
    let items = events.into_iter().map(HistoryEntry::from).collect();
    Ok(Json(History { items }))
}
