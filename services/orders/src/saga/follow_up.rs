//! What transitions set in motion in other services, repeated until done.

use std::time::Duration;

use chassis::{Problem, run_tx, telemetry};
use contracts::{
    OrderId,
    cart::CloseCart,
    payments::{Intent, IntentState},
};
use futures::future::join_all;
use tracing::Instrument;

use super::{hear, returns};
use crate::{
    app::App,
    domain::{line, payment::AttemptState, state::FollowUp},
    store::{
        attempts::{self, Attempt},
        checkouts,
        follow_ups::{self, Claimed},
        orders,
    },
};

/// Time that an answer to a customer may wait for the follow-ups of their order.
const SOON: Duration = Duration::from_secs(1);
/// Most follow-ups of one order.
const OF_ONE_ORDER: i64 = 8;
/// Longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Does what is due for an order now, so that a customer sees it done. What takes longer goes on
/// in the background, what fails is the reaper's.
pub async fn soon(app: &App, order: OrderId) {
    let work = {
        let app = app.clone();
        async move {
            let due = follow_ups::claim(&app.pool, Some(order), app.timing.lease, OF_ONE_ORDER);
            match due.await {
                Ok(claimed) => perform_all(&app, claimed).await,
                Err(problem) => tracing::warn!(%problem, %order, "follow-ups wait for the reaper"),
            }
        }
    };
    let work = tokio::spawn(work.in_current_span());
    if tokio::time::timeout(SOON, work).await.is_err() {
        tracing::info!(%order, "follow-ups take longer than the customer waits");
    }
}

/// Does up to `limit` follow-ups of any order; gives how many there were.
pub async fn due(app: &App, limit: i64) -> Result<usize, Problem> {
    let claimed = follow_ups::claim(&app.pool, None, app.timing.lease, limit).await?;
    let count = claimed.len();
    perform_all(app, claimed).await;
    Ok(count)
}

async fn perform_all(app: &App, claimed: Vec<Claimed>) {
    join_all(claimed.into_iter().map(|claimed| {
        let span = telemetry::resumed_span("follow up", claimed.traceparent.as_deref());
        perform(app, claimed).instrument(span)
    }))
    .await;
}

async fn perform(app: &App, claimed: Claimed) {
    let (order, kind, tries) = (claimed.order, claimed.kind, claimed.tries);
    let done = match kind {
        FollowUp::Release => app.calls.release(order, false).await,
        FollowUp::Restock => app.calls.release(order, true).await,
        FollowUp::Void | FollowUp::VoidOrRefund => undo_payments(app, order).await,
        FollowUp::Capture => capture(app, order).await,
        FollowUp::CloseCart => close_cart(app, order).await,
        FollowUp::SettleReturns => returns::settle(app, order).await,
    };
    let noted = match done {
        Ok(()) => follow_ups::done(&app.pool, &claimed).await,
        Err(problem) => {
            let again_in = pause(tries);
            tracing::warn!(%problem, %order, %kind, tries, ?again_in, "a follow-up failed");
            follow_ups::failed(&app.pool, &claimed, &problem.to_string(), again_in).await
        }
    };
    if let Err(problem) = noted {
        // Its lease runs out, and doing it again changes nothing.
        tracing::warn!(%problem, %order, %kind, "what became of a follow-up was not noted");
    }
}

/// Doubles from half a second on.
fn pause(tries: i32) -> Duration {
    let doublings = u32::try_from(tries.clamp(1, 10) - 1).unwrap_or(0);
    (Duration::from_millis(500) * 2_u32.pow(doublings)).min(LONGEST_PAUSE)
}

async fn close_cart(app: &App, order: OrderId) -> Result<(), Problem> {
    let mut connection = app.connection().await?;
    let head = orders::head(&mut connection, order.into()).await?;
    let lines = orders::lines(&mut connection, order, app.currency).await?;
    drop(connection);
    let Some(head) = head else { return Ok(()) };
    let Some(order_number) = head.number else {
        return Ok(());
    };
    let request = CloseCart {
        order_id: order,
        order_number,
        version: head.cart_version,
        lines: line::stock(&lines),
    };
    if app
        .calls
        .close_cart(head.cart_id, &request)
        .await?
        .is_none()
    {
        tracing::info!(%order, cart = %head.cart_id, "the cart is gone; nothing to close");
    }
    Ok(())
}

/// Takes the money of a placed order.
async fn capture(app: &App, order: OrderId) -> Result<(), Problem> {
    for attempt in attempts_of(app, order).await? {
        if attempt.state != AttemptState::Authorized {
            continue;
        }
        let Some(intent) = attempt.intent_id else {
            continue;
        };
        let captured = app
            .calls
            .move_money(intent, "capture", attempt.amount)
            .await?;
        if let Some(intent) = captured {
            take_over(app, &intent).await?;
        } else {
            // Voided because the order was cancelled meanwhile; that follow-up notes it.
            tracing::info!(%order, "an authorisation can no longer be captured");
        }
    }
    Ok(())
}

/// Makes sure that no money of an order is held or taken: settles attempts whose outcome is open,
/// lifts holds, and sends back what was captured.
async fn undo_payments(app: &App, order: OrderId) -> Result<(), Problem> {
    for attempt in attempts_of(app, order).await? {
        match attempt.state {
            AttemptState::Declined
            | AttemptState::Abandoned
            | AttemptState::Voided
            | AttemptState::Refunded => continue,
            AttemptState::Requested
            | AttemptState::Unknown
            | AttemptState::Challenged
            | AttemptState::Authorized
            | AttemptState::Captured
            | AttemptState::PartiallyRefunded => {}
        }
        let intent = app
            .calls
            .settle(order, attempt.number, attempt.amount)
            .await?;
        // Its webhook may have been faster.
        if intent.state == IntentState::Authorized {
            late_payment(app, &intent).await?;
        }
        let movement = match intent.state {
            IntentState::Authorized => Some(("void", intent.amount)),
            IntentState::Captured | IntentState::PartiallyRefunded => {
                let left = intent
                    .captured
                    .minus(intent.refunded)
                    .map_err(Problem::internal)?;
                Some(("refund", left))
            }
            // A settled intent waits for no bank.
            IntentState::Challenged
            | IntentState::Declined
            | IntentState::Abandoned
            | IntentState::Voided
            | IntentState::Refunded => None,
        };
        let undone = match movement {
            None => intent,
            Some((movement, amount)) => app
                .calls
                .move_money(intent.id, movement, amount)
                .await?
                // It changed between asking and doing: ask again at the next try.
                .ok_or_else(|| changed(&attempt))?,
        };
        take_over(app, &undone).await?;
    }
    Ok(())
}

fn changed(attempt: &Attempt) -> Problem {
    Problem::unavailable(
        format!(
            "Attempt {} changed while it was being undone.",
            attempt.number
        ),
        Duration::from_secs(1),
    )
}

/// An authorisation that turned up after the order had ended: the history tells it.
async fn late_payment(app: &App, intent: &Intent) -> Result<(), Problem> {
    run_tx!(&app.pool, "late payment", async |tx| {
        let order = intent.order_id;
        checkouts::lock(tx, order.into()).await?;
        attempts::take_over(tx, intent).await?;
        hear::note_late(app, tx, order).await
    })
}

async fn take_over(app: &App, intent: &Intent) -> Result<(), Problem> {
    run_tx!(&app.pool, "payment moved", async |tx| {
        checkouts::lock(tx, intent.order_id.into()).await?;
        attempts::take_over(tx, intent).await?;
        Ok(())
    })
}

async fn attempts_of(app: &App, order: OrderId) -> Result<Vec<Attempt>, Problem> {
    let mut connection = app.connection().await?;
    attempts::of_order(&mut connection, order).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute() {
        assert_eq!(pause(1), Duration::from_millis(500));
        assert_eq!(pause(3), Duration::from_secs(2));
        assert_eq!(pause(50), LONGEST_PAUSE);
    }
}
