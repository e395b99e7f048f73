//! Beginning again: address, delivery or cart changed after stock was reserved.

use chassis::{Code, Problem, run_tx};
use contracts::{
    CheckoutId, OrderId,
    events::{Event, OrderEnded},
};
use sqlx::PgConnection;

use super::{follow_up, reserve};
use crate::{
    app::App,
    domain::{
        checkout::{CheckoutState, Details},
        line::{Line, Priced},
        state::{OrderState, Trigger},
    },
    store::{
        checkouts::{self, Checkout, NewCheckout},
        orders,
        transition::{Actor, Move},
    },
};

/// What the new checkout is about.
#[derive(Clone, Debug)]
pub struct Successor {
    pub cart_version: u64,
    pub details: Details,
    pub lines: Vec<Line>,
    pub priced: Priced,
}

/// Gives up the order of `old`, which gives its stock back, and begins a checkout that keeps what
/// the customer has said. `invalid_state` when `old` is being completed or has ended.
pub async fn supersede(
    app: &App,
    old: &Checkout,
    reason: &'static str,
    by: &Successor,
) -> Result<Checkout, Problem> {
    let order = OrderId::from(old.id);
    // An order whose stock was asked for without an outcome cannot be given up before there is one.
    let mut connection = app.connection().await?;
    let head = orders::head(&mut connection, old.id).await?;
    drop(connection);
    if head.is_some_and(|head| head.state == OrderState::Created) {
        match reserve::reserve(app, order).await {
            Err(problem) if problem.code() != Code::OutOfStock => return Err(problem),
            _ => {}
        }
    }
    let new: CheckoutId = app.ids.next();
    let begun = run_tx!(&app.pool, "supersede", async |tx| {
        give_up(app, tx, old, reason, new).await?;
        let inserted = checkouts::insert(
            tx,
            NewCheckout {
                id: new,
                owner: &old.owner,
                cart_id: old.cart_id,
                cart_version: by.cart_version,
                details: &by.details,
                currency: app.currency,
                lines: &by.lines,
                priced: &by.priced,
                lifetime: app.timing.checkout.as_secs_f64(),
            },
        )
        .await?;
        if !inserted {
            return Err(Problem::internal("a cart has two active checkouts"));
        }
        checkouts::lock(tx, new).await
    })?;
    follow_up::soon(app, order).await;
    Ok(begun)
}

async fn give_up(
    app: &App,
    tx: &mut PgConnection,
    old: &Checkout,
    reason: &'static str,
    new: CheckoutId,
) -> Result<(), Problem> {
    let locked = checkouts::lock(tx, old.id).await?;
    let order = OrderId::from(locked.id);
    match locked.state {
        CheckoutState::Open | CheckoutState::AwaitingPayment | CheckoutState::PaymentReady => {}
        // It was rejected just now, when its stock was asked for.
        CheckoutState::Rejected => return checkouts::replace(tx, locked.id, new).await,
        CheckoutState::Processing
        | CheckoutState::Completed
        | CheckoutState::Cancelled
        | CheckoutState::Expired => {
            return Err(Problem::new(
                Code::InvalidState,
                "The checkout is being completed or has ended; nothing of it can be changed now.",
            ));
        }
    }
    if orders::head(tx, locked.id).await?.is_some() {
        let ended = OrderEnded {
            order_id: order,
            reason: reason.to_owned(),
        };
        let step = Move {
            trigger: Trigger::CustomerCancels,
            actor: Actor::Customer,
            reason: Some(reason),
            event: Event::OrderCancelled(ended),
        };
        app.transitions.apply(tx, order, step).await?;
    }
    checkouts::replace(tx, locked.id, new).await
}
