//! The endpoints, one a file.

mod admin;
mod answer_challenge;
mod ask_return;
mod begin_checkout;
mod cancel_order;
mod change_checkout;
mod complete;
mod extend;
mod get_checkout;
mod get_order;
mod give_payment;
mod lines;
mod list_events;
mod list_orders;
mod page;
mod payment_webhook;
mod quote;
mod shipping_rates;
mod stream_events;
mod view;

use axum::{Router, middleware};
use chassis::{Problem, Service, auth::only};
use contracts::CheckoutId;
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    store::checkouts::{self, Checkout},
};

fn routes() -> OpenApiRouter<App> {
    let payments = OpenApiRouter::new()
        .routes(routes!(payment_webhook::payment_webhook))
        .route_layer(middleware::from_fn_with_state(
            &[Service::Payments][..],
            only,
        ));
    OpenApiRouter::with_openapi(chassis::openapi::document(
        Service::Orders,
        "LocalMart orders",
    ))
    .routes(routes!(begin_checkout::begin_checkout))
    .routes(routes!(
        get_checkout::get_checkout,
        change_checkout::change_checkout
    ))
    .routes(routes!(shipping_rates::shipping_rates))
    .routes(routes!(give_payment::give_payment))
    .routes(routes!(extend::extend))
    .routes(routes!(complete::complete))
    .routes(routes!(answer_challenge::answer_challenge))
    .routes(routes!(list_orders::list_orders))
    .routes(routes!(get_order::get_order))
    .routes(routes!(cancel_order::cancel_order))
    .routes(routes!(ask_return::ask_return))
    .routes(routes!(list_events::list_events))
    .routes(routes!(stream_events::stream_events))
    .routes(routes!(quote::quote))
    .merge(admin::routes())
    .merge(payments)
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

/// A customer's checkout; somebody else's does not exist for them.
async fn own_checkout(app: &App, owner: &str, id: CheckoutId) -> Result<Checkout, Problem> {
    let mut connection = app.connection().await?;
    checkouts::find(&mut connection, owner, id)
        .await?
        .ok_or_else(|| Problem::not_found(format_args!("checkout {id}")))
}
