//! `POST /api/v1/checkouts`: from a cart to a checkout.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chassis::{
    Caller, Problem,
    extract::Json,
    funnel::{self, Step},
    problem::Document,
    run_tx,
};
use contracts::CartId;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::CheckoutView;
use crate::{
    app::App,
    domain::checkout::{CheckoutState, Details},
    saga::{
        basket::{self, Basket},
        supersede::{Successor, supersede},
    },
    store::checkouts::{self, Checkout, NewCheckout},
};

#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BeginCheckout {
    cart_id: CartId,
}

/// Begins the checkout of a cart
///
/// An open cart has one checkout: asking again gives the same one, with the cart's lines of now.
/// When an earlier checkout of the cart has lapsed, what was entered there is kept.
#[utoipa::path(
    post,
    path = "/api/v1/checkouts",
    tag = "checkout",
    request_body = BeginCheckout,
    responses(
        (status = 201, description = "Begun", body = CheckoutView),
        (status = 200, description = "The cart had a checkout already", body = CheckoutView),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "cart_closed, invalid_state (empty cart), out_of_stock", body = Document),
        (status = 422, description = "validation_failed", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn begin_checkout(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<BeginCheckout>,
) -> Result<Response, Problem> {
    let owner = caller.customer()?;
    let cart = basket::open_cart(&app, owner, body.cart_id).await?;
    let latest = {
        let mut connection = app.connection().await?;
        checkouts::latest_of_cart(&mut connection, owner, cart.id).await?
    };
    if let Some(known) = &latest {
        match known.state {
            // The cart has not heard of it yet.
            CheckoutState::Completed => return Err(basket::closed(known.order_number.as_deref())),
            CheckoutState::Processing => return Ok(existing(known.clone())),
            CheckoutState::AwaitingPayment | CheckoutState::PaymentReady
                if known.cart_version == cart.version =>
            {
                return Ok(existing(known.clone()));
            }
            _ => {}
        }
    }
    let basket = basket::priced(&app, &cart).await?;
    let kept = latest
        .as_ref()
        .map(|known| known.details.clone())
        .unwrap_or_default();
    match latest.filter(|known| known.state.is_active()) {
        None => begin(&app, &caller, basket, kept).await,
        Some(known) if known.state == CheckoutState::Open => {
            Ok(existing(refresh(&app, &known, basket).await?))
        }
        Some(known) => {
            let rules = app.tax_rules.current().await?;
            let offer = basket.offer(&app).await?;
            let mut lines = basket.lines;
            let priced = kept.price(&mut lines, app.currency, &rules, offer.as_ref())?;
            let successor = Successor {
                cart_version: basket.version,
                details: kept,
                lines,
                priced,
            };
            let new = supersede(&app, &known, "cart_changed", &successor).await?;
            Ok(created(new))
        }
    }
}

fn existing(checkout: Checkout) -> Response {
    (StatusCode::OK, Json(CheckoutView::from(checkout))).into_response()
}

fn created(checkout: Checkout) -> Response {
    (StatusCode::CREATED, Json(CheckoutView::from(checkout))).into_response()
}

async fn begin(
    app: &App,
    caller: &Caller,
    basket: Basket,
    details: Details,
) -> Result<Response, Problem> {
    let owner = caller.customer()?;
    let rules = app.tax_rules.current().await?;
    let offer = basket.offer(app).await?;
    let mut lines = basket.lines;
    let priced = details.price(&mut lines, app.currency, &rules, offer.as_ref())?;
    let new = NewCheckout {
        id: app.ids.next(),
        owner,
        cart_id: basket.id,
        cart_version: basket.version,
        details: &details,
        currency: app.currency,
        lines: &lines,
        priced: &priced,
        lifetime: app.timing.checkout.as_secs_f64(),
    };
    let (inserted, checkout) = run_tx!(&app.pool, "begin checkout", async |tx| {
        let inserted = checkouts::insert(tx, new.clone()).await?;
        // A rival may have been faster; theirs is the cart's checkout then.
        let latest = checkouts::latest_of_cart(tx, owner, basket.id).await?;
        let checkout =
            latest.ok_or_else(|| Problem::internal("a checkout that was just begun is gone"))?;
        Ok((inserted, checkout))
    })?;
    if !inserted {
        return Ok(existing(checkout));
    }
    funnel::reached(Step::Checkout, &caller.subject);
    Ok(created(checkout))
}

/// An open checkout follows its cart.
async fn refresh(app: &App, known: &Checkout, basket: Basket) -> Result<Checkout, Problem> {
    let rules = app.tax_rules.current().await?;
    let offer = basket.offer(app).await?;
    run_tx!(&app.pool, "refresh checkout", async |tx| {
        let mut checkout = checkouts::lock(tx, known.id).await?;
        if checkout.state == CheckoutState::Open {
            checkout.cart_version = basket.version;
            checkout.lines.clone_from(&basket.lines);
            checkout.reprice(&rules, offer.as_ref())?;
            checkouts::update_open(tx, &checkout).await?;
        }
        Ok(checkout)
    })
}
