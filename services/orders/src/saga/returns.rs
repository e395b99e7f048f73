//! Pieces that come back. What other services have to do about it is a follow-up of the order.

use chassis::{
    Code, Problem,
    idempotency::{Begun, Request, Stored},
    run_tx,
};
use contracts::{
    Money, OrderId, RefundId, ReturnId,
    catalog::{StockLine, TakeBack},
    events::{Event, OrderReturned},
};
use http::StatusCode;
use sqlx::PgConnection;

use super::{follow_up, fulfil, refund};
use crate::{
    app::App,
    domain::{
        order::Order,
        returns::{self as rules, Return, ReturnState, ReturnTrigger},
        state::{FollowUp, OrderState},
    },
    store::{
        KEYS, checkouts, follow_ups, orders,
        refunds::{self, NewRefund},
        return_window, returns,
    },
};

/// What asking led to.
#[derive(Clone, Debug)]
pub enum Asked {
    Now(Box<Order>),
    /// The same request had been answered before.
    Before(Stored),
}

/// Asks to send pieces back. `invalid_state` when the order is not delivered or the time is over;
/// `validation_failed` when the pieces were not shipped or are in another return.
pub async fn ask(
    app: &App,
    order: OrderId,
    lines: &[StockLine],
    reason: &str,
    request: Option<&Request>,
) -> Result<Asked, Problem> {
    run_tx!(&app.pool, "ask to return", async |tx| {
        if let Some(request) = request
            && let Begun::Done(stored) = KEYS.begin(tx, request).await?
        {
            return Ok(Asked::Before(stored));
        }
        let state = fulfil::locked(tx, order).await?;
        if state != OrderState::Delivered || !return_window::is_open(tx, order).await? {
            return Err(Problem::new(
                Code::InvalidState,
                "Only what was delivered can be sent back, and only within the time for returns.",
            ));
        }
        for (index, &line) in lines.iter().enumerate() {
            if !returns::claim(tx, order, line).await? {
                return Err(Problem::invalid(
                    format!("/lines/{index}"),
                    "out_of_range",
                    "The order has no such line, or fewer pieces of it can still be sent back.",
                ));
            }
        }
        let id: ReturnId = app.ids.next();
        returns::insert(tx, order, id, lines, reason).await?;
        let shown = orders::read(tx, order).await?;
        if let Some(request) = request {
            KEYS.store(tx, request, StatusCode::CREATED, &shown).await?;
        }
        Ok(Asked::Now(Box::new(shown)))
    })
}

/// Approves or rejects a return, once.
pub async fn decide(
    app: &App,
    order: OrderId,
    id: ReturnId,
    approve: bool,
    reason: Option<&str>,
) -> Result<Order, Problem> {
    let (trigger, to) = if approve {
        (ReturnTrigger::Approved, ReturnState::Approved)
    } else {
        (ReturnTrigger::Rejected, ReturnState::Rejected)
    };
    run_tx!(&app.pool, "decide on a return", async |tx| {
        let found = locked(app, tx, order, id).await?;
        if found.state != to {
            let to = step(&found, trigger)?;
            returns::set_state(tx, id, to, reason, None).await?;
            if to == ReturnState::Rejected {
                for &line in &found.lines {
                    returns::free(tx, order, line).await?;
                }
            }
        }
        orders::read(tx, order).await
    })
}

/// Takes the pieces of an approved return in, once; stock and money follow.
pub async fn receive(app: &App, order: OrderId, id: ReturnId) -> Result<Order, Problem> {
    run_tx!(&app.pool, "receive a return", async |tx| {
        let found = locked(app, tx, order, id).await?;
        if matches!(found.state, ReturnState::Received | ReturnState::Refunded) {
            return Ok(());
        }
        let to = step(&found, ReturnTrigger::PiecesReceived)?;
        let amount = worth(app, tx, order, &found.lines).await?;
        returns::set_state(tx, id, to, None, Some(amount)).await?;
        if amount.minor() > 0 {
            let new = NewRefund {
                id: app.ids.next::<RefundId>(),
                order,
                amount,
                reason: "return",
                return_id: Some(id),
            };
            if !refunds::ask(tx, new).await? {
                return Err(Problem::internal("a return is worth more than is left"));
            }
        }
        let event = Event::OrderReturned(OrderReturned {
            order_id: order,
            return_id: id,
            amount,
            lines: found.lines,
        });
        app.transitions.tell(tx, id, &event).await?;
        follow_ups::set_in_motion(tx, order, &[FollowUp::SettleReturns]).await
    })?;
    follow_up::soon(app, order).await;
    let mut connection = app.connection().await?;
    orders::read(&mut connection, order).await
}

/// What goes back for these pieces, which are noted as received. Not more than is left of the
/// payment, part of which may have been refunded out of good will.
async fn worth(
    app: &App,
    tx: &mut PgConnection,
    order: OrderId,
    lines: &[StockLine],
) -> Result<Money, Problem> {
    let mut sum = Money::zero(app.currency);
    for &line in lines {
        let worth = returns::receive(tx, order, line, app.currency).await?;
        let part = rules::amount(worth, line.qty).map_err(Problem::internal)?;
        sum = sum.plus(part).map_err(Problem::internal)?;
    }
    let left = refunds::left(tx, order).await?.unwrap_or(0);
    Ok(Money::new(sum.minor().min(left), app.currency))
}

/// Does what the received returns of an order still lack: the shelf, the money, the last state.
pub async fn settle(app: &App, order: OrderId) -> Result<(), Problem> {
    let mut connection = app.connection().await?;
    let all = returns::of_order(&mut connection, order, app.currency).await?;
    drop(connection);
    for found in all {
        if found.state != ReturnState::Received {
            continue;
        }
        let request = TakeBack {
            return_id: found.id,
            order_id: order,
            lines: found.lines.clone(),
        };
        app.calls.take_back(&request).await?;
        let mut connection = app.connection().await?;
        returns::restocked(&mut connection, found.id).await?;
        let owed = returns::refund_of(&mut connection, found.id).await?;
        drop(connection);
        if let Some(owed) = owed {
            refund::send(app, owed, None).await?;
        }
        run_tx!(&app.pool, "return refunded", async |tx| {
            let found = locked(app, tx, order, found.id).await?;
            if found.state == ReturnState::Received {
                let to = step(&found, ReturnTrigger::MoneyReturned)?;
                returns::set_state(tx, found.id, to, None, None).await?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Locks an order; gives one of its returns.
async fn locked(
    app: &App,
    tx: &mut PgConnection,
    order: OrderId,
    id: ReturnId,
) -> Result<Return, Problem> {
    checkouts::lock(tx, order.into()).await?;
    let all = returns::of_order(tx, order, app.currency).await?;
    all.into_iter()
        .find(|found| found.id == id)
        .ok_or_else(|| Problem::not_found(format_args!("return {id}")))
}

fn step(found: &Return, trigger: ReturnTrigger) -> Result<ReturnState, Problem> {
    rules::step(Some(found.state), trigger).ok_or_else(|| {
        Problem::new(
            Code::InvalidState,
            format!(
                "{trigger} is not possible for a return that is {}.",
                found.state
            ),
        )
    })
}
