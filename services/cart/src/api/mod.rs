//! The endpoints, one a file.

mod add_item;
mod answer;
mod change_item;
mod close_cart;
mod create_cart;
mod current_cart;
mod give_code;
mod merge_cart;
mod remove_code;
mod remove_item;
mod show_cart;
mod show_for_orders;

use axum::Router;
use chassis::{Ids, Service, client::Client};
use contracts::Currency;
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::store::Carts;

/// What handlers work with.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) carts: Carts,
    pub(crate) catalog: Client,
    pub(crate) orders: Client,
    pub(crate) currency: Currency,
    pub(crate) ids: Ids,
}

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(chassis::openapi::document(Service::Cart, "LocalMart cart"))
        .routes(routes!(create_cart::create_cart))
        .routes(routes!(current_cart::current_cart))
        .routes(routes!(show_cart::show_cart))
        .routes(routes!(add_item::add_item))
        .routes(routes!(change_item::change_item, remove_item::remove_item))
        .routes(routes!(give_code::give_code))
        .routes(routes!(remove_code::remove_code))
        .routes(routes!(merge_cart::merge_cart))
        .routes(routes!(show_for_orders::show_for_orders))
        .routes(routes!(close_cart::close_cart))
}

/// The router and its description.
pub(crate) fn router(app: App) -> (Router, OpenApi) {
    let (router, document) = routes().split_for_parts();
    (router.with_state(app), document)
}

/// The description of the API.
pub fn openapi() -> OpenApi {
    routes().into_openapi()
}
