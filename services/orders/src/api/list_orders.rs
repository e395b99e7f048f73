//! `GET /api/v1/orders`: the customer's own orders.

use axum::extract::State;
use chassis::{
    Caller, Problem,
    extract::{Json, Query},
    problem::Document,
};
use contracts::OrderId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::page::Limit;
use crate::{app::App, domain::order::OrderSummary, store::orders};

#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    /// `next_cursor` of the page before.
    cursor: Option<OrderId>,
    /// 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u8>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Orders {
    /// The latest first.
    items: Vec<OrderSummary>,
    /// There are older ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_cursor: Option<OrderId>,
}

/// Lists the customer's orders
#[utoipa::path(
    get,
    path = "/api/v1/orders",
    tag = "orders",
    responses(
        (status = 200, body = Orders),
        (status = 422, description = "validation_failed", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn list_orders(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<Page>,
) -> Result<Json<Orders>, Problem> {
    let limit = Limit::new(page.limit)?;
    let mut connection = app.connection().await?;
    let mut items = orders::list(
        &mut connection,
        caller.customer()?,
        page.cursor,
        limit.rows(),
    )
    .await?;
    let next_cursor = limit.cut(&mut items, |order| order.id);
    Ok(Json(Orders { items, next_cursor }))
}
