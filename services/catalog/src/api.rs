//! The endpoints, one a file.

mod ready;
mod wire;

mod adjust_stock;
mod commit_reservation;
mod extend_reservation;
mod list_categories;
mod list_products;
mod list_stock_ledger;
mod lookup_variants;
mod release_reservation;
mod reserve;
mod show_asset;
mod show_product;
mod show_reservation;
mod take_back;

use axum::{Router, middleware};
use chassis::{
    Clock, Service,
    auth::{ROLE_ADMIN, needs, only},
};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::store;

pub use ready::Cache;

/// What handlers work with.
#[derive(Clone, Debug)]
pub struct App {
    pub shelf: store::Shelf,
    pub stock: store::Stock,
    pub cache: Cache,
    pub clock: Clock,
}

fn routes() -> OpenApiRouter<App> {
    let public = OpenApiRouter::with_openapi(chassis::openapi::document(
        Service::Catalog,
        "LocalMart catalog",
    ))
    .routes(routes!(list_categories::list_categories))
    .routes(routes!(list_products::list_products))
    .routes(routes!(show_product::show_product))
    .routes(routes!(show_asset::show_asset));
    let admin = OpenApiRouter::new()
        .routes(routes!(adjust_stock::adjust_stock))
        .routes(routes!(list_stock_ledger::list_stock_ledger))
        .route_layer(middleware::from_fn_with_state(ROLE_ADMIN, needs));
    let carts_and_orders = OpenApiRouter::new()
        .routes(routes!(lookup_variants::lookup_variants))
        .route_layer(middleware::from_fn_with_state(
            &[Service::Cart, Service::Orders][..],
            only,
        ));
    let orders = OpenApiRouter::new()
        .routes(routes!(reserve::reserve))
        .routes(routes!(show_reservation::show_reservation))
        .routes(routes!(commit_reservation::commit_reservation))
        .routes(routes!(release_reservation::release_reservation))
        .routes(routes!(extend_reservation::extend_reservation))
        .routes(routes!(take_back::take_back))
        .route_layer(middleware::from_fn_with_state(&[Service::Orders][..], only));
    public.merge(admin).merge(carts_and_orders).merge(orders)
}

/// The router and its description.
pub fn router(app: App) -> (Router, OpenApi) {
    let (router, document) = routes().split_for_parts();
    (router.with_state(app), document)
}

/// The description of the API.
pub fn openapi() -> OpenApi {
    routes().into_openapi()
}
