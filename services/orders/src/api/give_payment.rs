//! `POST /api/v1/checkouts/{id}/payment`: the card; makes the order and reserves its stock.

use axum::extract::State;
use chassis::{
    Caller, Code, Problem,
    extract::{Json, Path},
    problem::Document,
    run_tx,
};
use contracts::{
    CheckoutId, DiscountCode, Money,
    discount::QuotedCode,
    events::{Event, OrderCreated},
    payments::Card,
};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::{own_checkout, view::CheckoutView};
use crate::{
    app::App,
    domain::{
        checkout::{CheckoutState, Details},
        line,
        order::ChosenRate,
        state::{OrderState, Trigger},
    },
    saga::{
        basket::{self, Basket},
        reserve::reserve,
    },
    store::{
        checkouts::{self, Checkout},
        coupons, orders, redemptions,
        transition::{Actor, Move},
    },
};

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GivePayment {
    card: Card,
}

/// Gives the card
///
/// The card goes to payments and is not stored. The order is made from the cart at today's prices
/// and its stock is set aside for ten minutes; nothing is charged yet. After a decline the same
/// call gives another card.
#[utoipa::path(
    post,
    path = "/api/v1/checkouts/{id}/payment",
    tag = "checkout",
    params(("id" = CheckoutId, Path)),
    request_body = GivePayment,
    responses(
        (status = 200, body = CheckoutView),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "invalid_state, cart_changed, cart_closed, out_of_stock, discount_code_refused, reservation_expired", body = Document),
        (status = 422, description = "validation_failed: details or card", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn give_payment(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CheckoutId>,
    Json(body): Json<GivePayment>,
) -> Result<Json<CheckoutView>, Problem> {
    let owner = caller.customer()?;
    let known = own_checkout(&app, owner, id).await?;
    takes_a_card(&known)?;
    details_are_complete(&known.details)?;
    let basket = agreed_basket(&app, owner, &known).await?;
    let token = app.calls.tokenize(&body.card).await?;
    let card = checkouts::Card {
        token: token.token,
        brand: token.brand,
        last4: token.last4,
    };

    let rules = app.tax_rules.current().await?;
    let offer = basket.offer(&app).await?;
    let state = run_tx!(&app.pool, "give payment", async |tx| {
        let mut checkout = checkouts::lock(tx, id).await?;
        takes_a_card(&checkout)?;
        if let Some(head) = orders::head(tx, id).await? {
            let ready = head.state == OrderState::StockReserved;
            let state = if ready {
                CheckoutState::PaymentReady
            } else {
                CheckoutState::AwaitingPayment
            };
            checkouts::set_card(tx, id, state, &card).await?;
            return Ok(head.state);
        }
        if checkout.cart_version != basket.version {
            return Err(basket::changed());
        }
        let agreed = checkout.applied_code();
        checkout.lines.clone_from(&basket.lines);
        checkout.reprice(&rules, offer.as_ref())?;
        if agreed.is_some() && checkout.applied_code().is_none() {
            return Err(code_refused(checkout.code.as_ref()));
        }
        checkouts::update_open(tx, &checkout).await?;
        make_order(&app, tx, &checkout).await?;
        checkouts::set_card(tx, id, CheckoutState::AwaitingPayment, &card).await?;
        Ok(OrderState::Created)
    })?;
    if state == OrderState::Created {
        reserve(&app, id.into()).await?;
    }
    let checkout = own_checkout(&app, owner, id).await?;
    if checkout.state == CheckoutState::Expired {
        return Err(lapsed());
    }
    Ok(Json(checkout.into()))
}

fn takes_a_card(checkout: &Checkout) -> Result<(), Problem> {
    match checkout.state {
        CheckoutState::Open | CheckoutState::AwaitingPayment | CheckoutState::PaymentReady => {
            Ok(())
        }
        CheckoutState::Processing => Err(Problem::new(
            Code::InvalidState,
            "The checkout is being completed; ask for it until its outcome is known.",
        )),
        CheckoutState::Completed => Err(basket::closed(checkout.order_number.as_deref())),
        CheckoutState::Expired => Err(lapsed()),
        CheckoutState::Rejected | CheckoutState::Cancelled => Err(Problem::new(
            Code::InvalidState,
            "The checkout has ended. Begin a new one for the cart.",
        )),
    }
}

fn lapsed() -> Problem {
    Problem::new(
        Code::ReservationExpired,
        "The checkout has lapsed. Begin again from the cart: what you entered is kept.",
    )
}

fn details_are_complete(details: &Details) -> Result<(), Problem> {
    let Err(missing) = details.complete() else {
        return Ok(());
    };
    let mut errors = chassis::FieldErrors::default();
    for name in missing {
        errors.push(
            format!("/{name}"),
            "required",
            format!("The {name} is missing; PATCH the checkout before giving a card."),
        );
    }
    errors.finish()
}

/// The cart as the customer has seen it here. One that has changed since is written to an open
/// checkout, so that the customer can look at it, and answered `cart_changed`.
async fn agreed_basket(app: &App, owner: &str, known: &Checkout) -> Result<Basket, Problem> {
    let cart = match basket::open_cart(app, owner, known.cart_id).await {
        Err(problem) if problem.code() == Code::NotFound => return Err(basket::changed()),
        cart => cart?,
    };
    if cart.version == known.cart_version {
        return basket::priced(app, &cart).await;
    }
    if known.state == CheckoutState::Open {
        let basket = basket::priced(app, &cart).await?;
        let rules = app.tax_rules.current().await?;
        let offer = basket.offer(app).await?;
        run_tx!(&app.pool, "cart changed", async |tx| {
            let mut checkout = checkouts::lock(tx, known.id).await?;
            checkout.cart_version = basket.version;
            checkout.lines.clone_from(&basket.lines);
            checkout.reprice(&rules, offer.as_ref())?;
            checkouts::update_open(tx, &checkout).await
        })?;
    }
    Err(basket::changed())
}

/// Makes the order: copies of all that was agreed to.
async fn make_order(app: &App, tx: &mut PgConnection, checkout: &Checkout) -> Result<(), Problem> {
    let unknown = || Problem::internal("a checkout that takes a card has unknown totals");
    let details = checkout.details.complete().map_err(|_| unknown())?;
    let totals = checkout.totals;
    let total = totals.grand.ok_or_else(unknown)?;
    if total.minor() == 0 {
        return Err(Problem::new(
            Code::InvalidState,
            "An order that costs nothing cannot be paid by card. Add something to the cart, or \
             remove the discount code.",
        ));
    }
    let code = checkout.applied_code();
    let parts = orders::Parts {
        email: details.email,
        address: details.address,
        rate: &ChosenRate::from(details.rate),
        items: totals.items.ok_or_else(unknown)?,
        discount: totals.discount.ok_or_else(unknown)?,
        delivery: totals.delivery.ok_or_else(unknown)?,
        tax: totals.tax.ok_or_else(unknown)?,
        total,
        code: code.as_ref(),
    };
    orders::insert(tx, checkout, &parts).await?;
    let order = checkout.id.into();
    let step = Move {
        trigger: Trigger::PaymentStep,
        actor: Actor::Customer,
        reason: None,
        event: Event::OrderCreated(OrderCreated {
            order_id: order,
            total,
            lines: line::stock(&checkout.lines),
        }),
    };
    app.transitions.created(tx, order, step).await?;
    match code {
        Some(code) => take_use(app, tx, checkout, &code.code).await,
        None => Ok(()),
    }
}

/// The order takes its use of the code. When another one was faster, nothing is made.
async fn take_use(
    app: &App,
    tx: &mut PgConnection,
    checkout: &Checkout,
    code: &DiscountCode,
) -> Result<(), Problem> {
    if redemptions::take(tx, checkout.id.into(), code).await? {
        return Ok(());
    }
    let offer = coupons::offer(tx, app.currency, None, Some(code)).await?;
    let items = checkout.totals.items.unwrap_or(Money::zero(app.currency));
    let quoted = offer.map(|offer| offer.judge(items).1);
    Err(code_refused(quoted.as_ref()))
}

/// The code that the customer counts on does not count any more.
fn code_refused(quoted: Option<&QuotedCode>) -> Problem {
    let reason = quoted.and_then(|quoted| quoted.reason.as_deref());
    let problem = Problem::new(
        Code::DiscountCodeRefused,
        reason.unwrap_or("The discount code was taken by another order. Remove it, or try again."),
    );
    match quoted {
        Some(quoted) => problem
            .with("discount_code", &quoted.code)
            .with("reason_code", quoted.reason_code),
        None => problem,
    }
}
