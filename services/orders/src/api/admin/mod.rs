//! Endpoints for those who run the shop.

mod change_discount_code;
mod create_discount_code;
mod decide_return;
mod deliver_shipment;
mod list_all_orders;
mod list_discount_codes;
mod pack_order;
mod receive_return;
mod refund_order;
mod ship;
mod show_any_order;

use axum::middleware;
use chassis::{
    Problem,
    auth::{ROLE_ADMIN, needs},
};
use contracts::OrderId;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{app::App, domain::number::OrderNumber, store::all_orders};

/// Only admins get through.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_all_orders::list_all_orders))
        .routes(routes!(show_any_order::show_any_order))
        .routes(routes!(pack_order::pack_order))
        .routes(routes!(ship::ship))
        .routes(routes!(deliver_shipment::deliver_shipment))
        .routes(routes!(refund_order::refund_order))
        .routes(routes!(decide_return::decide_return))
        .routes(routes!(receive_return::receive_return))
        .routes(routes!(
            list_discount_codes::list_discount_codes,
            create_discount_code::create_discount_code
        ))
        .routes(routes!(change_discount_code::change_discount_code))
        .route_layer(middleware::from_fn_with_state(ROLE_ADMIN, needs))
}

/// Anybody's order by its number.
async fn any_order(app: &App, number: &str) -> Result<OrderId, Problem> {
    let missing = || Problem::not_found(format_args!("order {number:?}"));
    let parsed: OrderNumber = number.parse().map_err(|_| missing())?;
    let mut connection = app.connection().await?;
    all_orders::id_of_number(&mut connection, &parsed)
        .await?
        .ok_or_else(missing)
}
