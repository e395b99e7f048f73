//! `GET /api/v1/admin/orders`: everybody's orders.

use axum::extract::State;
use chassis::{
    Problem,
    extract::{Json, Query},
    problem::Document,
};
use contracts::OrderId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    api::page::Limit,
    app::App,
    domain::{order::AdminOrderSummary, state::OrderState},
    store::all_orders,
};

#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    /// Only orders in this state.
    state: Option<OrderState>,
    /// `next_cursor` of the page before.
    cursor: Option<OrderId>,
    /// 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u8>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct AllOrders {
    /// The latest first.
    items: Vec<AdminOrderSummary>,
    /// There are older ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_cursor: Option<OrderId>,
}

/// Lists everybody's orders
#[utoipa::path(
    get,
    path = "/api/v1/admin/orders",
    tag = "admin",
    responses(
        (status = 200, body = AllOrders),
        (status = 403, description = "forbidden: not an admin", body = Document),
        (status = 422, description = "validation_failed", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn list_all_orders(
    State(app): State<App>,
    Query(filter): Query<Filter>,
) -> Result<Json<AllOrders>, Problem> {
    let limit = Limit::new(filter.limit)?;
    let mut connection = app.connection().await?;
    let mut items =
        all_orders::list(&mut connection, filter.state, filter.cursor, limit.rows()).await?;
    let next_cursor = limit.cut(&mut items, |order| order.id);
    Ok(Json(AllOrders { items, next_cursor }))
}
