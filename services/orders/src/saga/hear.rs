//! What payments says of an attempt outside of the request that completes the purchase: by a
//! webhook, or when the customer has answered the bank. It may come before the answer to the
//! authorisation, twice, late, and in any order.

use chassis::{Problem, run_tx};
use contracts::{
    OrderId,
    events::{Event, OrderEnded},
    payments::{Intent, IntentState, PaymentWebhook},
};
use sqlx::PgConnection;

use super::follow_up;
use crate::{
    app::App,
    domain::{
        checkout::{CheckoutState, PaymentProgress},
        state::Trigger,
    },
    store::{
        attempts, checkouts, orders,
        transition::{Actor, Move},
        webhooks,
    },
};

/// Takes over what a webhook says, once. `not_found` when it is about no attempt of ours.
pub async fn webhook(app: &App, webhook: &PaymentWebhook) -> Result<(), Problem> {
    let late = run_tx!(&app.pool, "webhook", async |tx| {
        if !webhooks::is_new(tx, webhook).await? {
            return Ok(false);
        }
        take_over(app, tx, &webhook.intent).await
    })?;
    undo_if(app, late, webhook.intent.order_id).await;
    Ok(())
}

/// Takes over how the customer's answer to the bank has ended.
pub async fn answer(app: &App, intent: &Intent) -> Result<(), Problem> {
    let late = run_tx!(&app.pool, "challenge answered", async |tx| {
        take_over(app, tx, intent).await
    })?;
    undo_if(app, late, intent.order_id).await;
    Ok(())
}

async fn undo_if(app: &App, late: bool, order: OrderId) {
    if late {
        follow_up::soon(app, order).await;
    }
}

/// Takes over what payments says under the order's lock; gives whether money is held for an order
/// that has ended, which is undone by a follow-up. The order itself is moved by whoever completes
/// the purchase.
async fn take_over(app: &App, tx: &mut PgConnection, intent: &Intent) -> Result<bool, Problem> {
    let order = intent.order_id;
    let unknown = || Problem::not_found(format_args!("attempt {} of {order}", intent.attempt));
    let checkout = checkouts::lock_if_any(tx, order.into())
        .await?
        .ok_or_else(unknown)?;
    let head = orders::head(tx, checkout.id).await?.ok_or_else(unknown)?;
    let attempts = attempts::of_order(tx, order).await?;
    let before = attempts
        .iter()
        .find(|attempt| attempt.number == intent.attempt)
        .ok_or_else(unknown)?;
    if !attempts::take_over(tx, intent).await? {
        // More is known already.
        return Ok(false);
    }
    let asked = checkout.state == CheckoutState::Processing
        && checkout.payment_state == PaymentProgress::Challenge;
    if asked && intent.state != IntentState::Challenged {
        let answered = PaymentProgress::ChallengeAnswered;
        checkouts::set_payment(tx, checkout.id, checkout.state, answered, None).await?;
    }
    let late = head.state.is_terminal()
        && before.state.is_open()
        && intent.state == IntentState::Authorized;
    if late {
        note_late(app, tx, order).await?;
    }
    Ok(late)
}

/// Notes an authorisation that turned up after the order had ended, unless the history knows of
/// it. The caller has locked the checkout.
pub async fn note_late(app: &App, tx: &mut PgConnection, order: OrderId) -> Result<(), Problem> {
    const REASON: &str = "late_authorisation";
    if orders::was_authorized(tx, order).await? {
        return Ok(());
    }
    let ended = OrderEnded {
        order_id: order,
        reason: REASON.to_owned(),
    };
    let step = Move {
        trigger: Trigger::LatePayment,
        actor: Actor::Payments,
        reason: Some(REASON),
        event: Event::OrderCancelled(ended),
    };
    app.transitions.apply(tx, order, step).await?;
    Ok(())
}
