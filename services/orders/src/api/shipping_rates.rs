//! `GET /api/v1/checkouts/{id}/shipping-rates`: the ways to deliver an order.

use axum::extract::State;
use chassis::{
    Caller, Code, Problem,
    extract::{Json, Path},
    problem::Document,
};
use contracts::{CheckoutId, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::own_checkout;
use crate::{
    app::App,
    domain::{checkout::Details, country::Country, delivery},
    saga::basket,
};

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct ShippingRates {
    /// Cheapest first.
    items: Vec<ShippingRate>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct ShippingRate {
    id: String,
    title: String,
    price: Money,
    /// Working days.
    min_days: u16,
    max_days: u16,
}

/// Lists the shipping rates to the checkout's address
#[utoipa::path(
    get,
    path = "/api/v1/checkouts/{id}/shipping-rates",
    tag = "checkout",
    params(("id" = CheckoutId, Path)),
    responses(
        (status = 200, body = ShippingRates),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "invalid_state: there is no address yet", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn shipping_rates(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CheckoutId>,
) -> Result<Json<ShippingRates>, Problem> {
    let checkout = own_checkout(&app, caller.customer()?, id).await?;
    let Some(address) = &checkout.details.address else {
        return Err(Problem::new(
            Code::InvalidState,
            "Shipping rates depend on the country; give the address first.",
        ));
    };
    let country: Country = address.country.parse().map_err(Problem::internal)?;
    let rules = app.tax_rules.current().await?;
    let offer = basket::offer(&app, Some(checkout.cart_id), checkout.given_code()).await?;
    let items = delivery::rates_to(country).map(|rate| {
        // The quote tells what choosing it would cost.
        let chosen = Details {
            rate: Some(rate.id.to_owned()),
            ..checkout.details.clone()
        };
        let mut lines = checkout.lines.clone();
        let priced = chosen.price(&mut lines, checkout.currency, &rules, offer.as_ref())?;
        let price = priced.totals.delivery;
        Ok(ShippingRate {
            id: rate.id.to_owned(),
            title: rate.title.to_owned(),
            price: price.ok_or_else(|| Problem::internal("a rate without a price"))?,
            min_days: rate.min_days,
            max_days: rate.max_days,
        })
    });
    let items = items.collect::<Result<_, Problem>>()?;
    Ok(Json(ShippingRates { items }))
}
