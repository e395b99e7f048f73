//! Cancelling a placed order before it is packed.

use chassis::{Problem, run_tx};
use contracts::{
    OrderId,
    events::{Event, OrderEnded},
};

use super::follow_up;
use crate::{
    app::App,
    domain::{
        order::Order,
        state::{OrderState, Trigger},
    },
    store::{
        checkouts, orders,
        transition::{Actor, Move},
    },
};

/// Ends a placed order, once; money and stock go back by follow-ups. `invalid_state` when it is too late.
pub async fn cancel(app: &App, order: OrderId) -> Result<Order, Problem> {
    const REASON: &str = "customer_cancelled";
    run_tx!(&app.pool, "cancel", async |tx| {
        let checkout = checkouts::lock(tx, order.into()).await?;
        let head = orders::head(tx, checkout.id).await?;
        if head.is_some_and(|head| head.state == OrderState::Cancelled) {
            return Ok(());
        }
        let ended = OrderEnded {
            order_id: order,
            reason: REASON.to_owned(),
        };
        let step = Move {
            trigger: Trigger::CustomerCancels,
            actor: Actor::Customer,
            reason: Some(REASON),
            event: Event::OrderCancelled(ended),
        };
        app.transitions.apply(tx, order, step).await?;
        Ok(())
    })?;
    follow_up::soon(app, order).await;
    let mut connection = app.connection().await?;
    orders::read(&mut connection, order).await
}
