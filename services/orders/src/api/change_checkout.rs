//! `PATCH /api/v1/checkouts/{id}`: e-mail address, postal address, delivery.

use axum::extract::State;
use chassis::{
    Caller, Code, FieldErrors, Problem,
    extract::{Json, Path},
    problem::Document,
    run_tx,
};
use contracts::CheckoutId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{own_checkout, view::CheckoutView};
use crate::{
    app::App,
    domain::{
        checkout::{CheckoutState, Details},
        contact::{Address, check_email},
    },
    saga::{
        basket,
        supersede::{Successor, supersede},
    },
    store::{
        checkouts::{self, Checkout},
        coupons,
    },
};

/// What is not given stays as it is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeCheckout {
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    address: Option<Address>,
    /// Id of a shipping rate.
    #[serde(default)]
    rate: Option<String>,
}

/// Changes the details of a checkout
///
/// Once stock is reserved, another address or delivery gives the stock back and begins again: the
/// answer is then a new checkout that keeps all that was entered, and the old one names it in
/// `replaced_by`.
#[utoipa::path(
    patch,
    path = "/api/v1/checkouts/{id}",
    tag = "checkout",
    params(("id" = CheckoutId, Path)),
    request_body = ChangeCheckout,
    responses(
        (status = 200, body = CheckoutView),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "invalid_state: it is being completed or has ended", body = Document),
        (status = 422, description = "validation_failed", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn change_checkout(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CheckoutId>,
    Json(body): Json<ChangeCheckout>,
) -> Result<Json<CheckoutView>, Problem> {
    let owner = caller.customer()?;
    let change = checked(body)?;
    let known = own_checkout(&app, owner, id).await?;
    let changed = match known.state {
        CheckoutState::Open => change_open(&app, &known, &change).await?,
        CheckoutState::AwaitingPayment | CheckoutState::PaymentReady => {
            change_reserved(&app, known, &change).await?
        }
        _ => return Err(too_late()),
    };
    Ok(Json(changed.into()))
}

fn too_late() -> Problem {
    Problem::new(
        Code::InvalidState,
        "The checkout is being completed or has ended; its details can no longer be changed.",
    )
}

fn checked(body: ChangeCheckout) -> Result<Details, Problem> {
    let mut errors = FieldErrors::default();
    let change = Details {
        email: body.email.map(|email| email.trim().to_owned()),
        address: body.address.as_ref().map(Address::trimmed),
        rate: body.rate,
    };
    if let Some(email) = &change.email {
        check_email(email, "/email", &mut errors);
    }
    if let Some(address) = &change.address {
        address.check("/address", &mut errors);
    }
    errors.finish()?;
    Ok(change)
}

async fn change_open(app: &App, known: &Checkout, change: &Details) -> Result<Checkout, Problem> {
    let rules = app.tax_rules.current().await?;
    run_tx!(&app.pool, "change checkout", async |tx| {
        let mut checkout = checkouts::lock(tx, known.id).await?;
        if checkout.state != CheckoutState::Open {
            return Err(too_late());
        }
        checkout.details = checkout.details.amended(change);
        let code = checkout.given_code();
        let offer = coupons::offer(tx, app.currency, Some(checkout.cart_id), code).await?;
        checkout.reprice(&rules, offer.as_ref())?;
        checkouts::update_open(tx, &checkout).await?;
        Ok(checkout)
    })
}

/// Stock is set aside: what changes neither sums nor parcel is written, anything else begins again.
async fn change_reserved(
    app: &App,
    known: Checkout,
    change: &Details,
) -> Result<Checkout, Problem> {
    let details = known.details.amended(change);
    if details == known.details {
        return Ok(known);
    }
    let only_email = Details {
        email: known.details.email.clone(),
        ..details.clone()
    };
    if only_email == known.details {
        return change_email(app, &known, &details).await;
    }
    let rules = app.tax_rules.current().await?;
    let mut lines = known.lines.clone();
    let offer = basket::offer(app, Some(known.cart_id), known.given_code()).await?;
    let priced = details.price(&mut lines, app.currency, &rules, offer.as_ref())?;
    let successor = Successor {
        cart_version: known.cart_version,
        details,
        lines,
        priced,
    };
    supersede(app, &known, "details_changed", &successor).await
}

async fn change_email(app: &App, known: &Checkout, details: &Details) -> Result<Checkout, Problem> {
    run_tx!(&app.pool, "change email", async |tx| {
        let checkout = checkouts::lock(tx, known.id).await?;
        if !matches!(
            checkout.state,
            CheckoutState::AwaitingPayment | CheckoutState::PaymentReady
        ) {
            return Err(too_late());
        }
        if let Some(email) = &details.email {
            checkouts::set_email(tx, checkout.id, email).await?;
        }
        checkouts::lock(tx, checkout.id).await
    })
}
