//! Created -> stock reserved, or rejected.

use chassis::{Code, Problem, run_tx};
use contracts::{
    OrderId,
    catalog::{Reservation, ReservationState, Reserve, ShortLine},
    events::{Event, OrderEnded, OrderRef, OrderRejected},
};
use sqlx::PgConnection;

use crate::{
    app::App,
    calls::Reserved,
    domain::{
        checkout::CheckoutState,
        line,
        state::{OrderState, Trigger},
    },
    store::{
        checkouts, orders,
        transition::{Actor, Move},
    },
};

/// Asks the catalog for an order's stock and writes down what it says. The catalog answers the
/// same order the same way, so this may be repeated. `out_of_stock` when a line is short.
pub async fn reserve(app: &App, order: OrderId) -> Result<(), Problem> {
    let mut connection = app.connection().await?;
    let lines = orders::lines(&mut connection, order, app.currency).await?;
    drop(connection);
    let request = Reserve {
        order_id: order,
        lines: line::stock(&lines),
        ttl_seconds: u32::try_from(app.timing.reservation.as_secs()).unwrap_or(u32::MAX),
    };
    match app.calls.reserve(&request).await? {
        Reserved::Held(reservation) => {
            let wanted = run_tx!(&app.pool, "stock reserved", async |tx| {
                held(app, tx, order, &reservation).await
            })?;
            if !wanted {
                // A rival was told that a line is short, and the order was rejected.
                app.calls.release(order, false).await?;
            }
            Ok(())
        }
        Reserved::Short(short) => {
            run_tx!(&app.pool, "stock short", async |tx| {
                rejected(app, tx, order, &short).await
            })?;
            Err(out_of_stock(&short))
        }
    }
}

/// `false` when the order no longer wants its stock.
async fn held(
    app: &App,
    tx: &mut PgConnection,
    order: OrderId,
    reservation: &Reservation,
) -> Result<bool, Problem> {
    let checkout = checkouts::lock(tx, order.into()).await?;
    let Some(head) = orders::head(tx, checkout.id).await? else {
        return Ok(false);
    };
    if head.state != OrderState::Created {
        return Ok(head.state != OrderState::Rejected);
    }
    let step = Move {
        trigger: Trigger::StockReserved,
        actor: Actor::Catalog,
        reason: None,
        event: Event::OrderStockReserved(OrderRef { order_id: order }),
    };
    app.transitions.apply(tx, order, step).await?;
    if let Some(until) = reservation.expires_at {
        checkouts::set_reservation(tx, checkout.id, until).await?;
    }
    if reservation.state == ReservationState::Held {
        checkouts::set_state(tx, checkout.id, CheckoutState::PaymentReady).await?;
        return Ok(true);
    }
    // It was made long ago and has lapsed before its answer was heard.
    lapse(app, tx, order, Actor::Catalog).await?;
    Ok(true)
}

/// Ends an order whose reservation has lapsed. The caller has locked its checkout.
pub async fn lapse(
    app: &App,
    tx: &mut PgConnection,
    order: OrderId,
    actor: Actor,
) -> Result<(), Problem> {
    const REASON: &str = "reservation_expired";
    let ended = OrderEnded {
        order_id: order,
        reason: REASON.to_owned(),
    };
    let step = Move {
        trigger: Trigger::ReservationExpired,
        actor,
        reason: Some(REASON),
        event: Event::OrderCancelled(ended),
    };
    app.transitions.apply(tx, order, step).await?;
    checkouts::set_state(tx, order.into(), CheckoutState::Expired).await
}

async fn rejected(
    app: &App,
    tx: &mut PgConnection,
    order: OrderId,
    short: &[ShortLine],
) -> Result<(), Problem> {
    let checkout = checkouts::lock(tx, order.into()).await?;
    let Some(head) = orders::head(tx, checkout.id).await? else {
        return Ok(());
    };
    if head.state != OrderState::Created {
        return Ok(());
    }
    let told: Vec<String> = short
        .iter()
        .map(|line| {
            format!(
                "{}: {} wanted, {} left",
                line.sku, line.requested, line.left
            )
        })
        .collect();
    let step = Move {
        trigger: Trigger::StockShort,
        actor: Actor::Catalog,
        reason: Some(&told.join("; ")),
        event: Event::OrderRejected(OrderRejected {
            order_id: order,
            lines: short.to_vec(),
        }),
    };
    app.transitions.apply(tx, order, step).await?;
    checkouts::set_state(tx, checkout.id, CheckoutState::Rejected).await
}

fn out_of_stock(short: &[ShortLine]) -> Problem {
    Problem::new(
        Code::OutOfStock,
        "There is not enough left of something in the cart. Take less or remove it, then check \
         out again.",
    )
    .with("lines", short)
}
