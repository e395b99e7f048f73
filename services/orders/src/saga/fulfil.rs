//! From a placed order to a delivered one. Each step is one transaction under the order's lock.

use chassis::{
    Code, Problem,
    auth::Subject,
    funnel::{self, Step as FunnelStep},
    idempotency::{Begun, Request, Stored},
    run_tx,
};
use contracts::{
    OrderId, ShipmentId,
    catalog::StockLine,
    events::{Event, OrderRef},
};
use http::StatusCode;
use sqlx::PgConnection;

use crate::{
    app::App,
    domain::{
        order::Order,
        state::{OrderState, Trigger},
    },
    store::{
        KEYS, checkouts, orders, return_window, shipments,
        transition::{Actor, Move},
    },
};

/// Begins to pack a placed order, once.
pub async fn pack(app: &App, order: OrderId) -> Result<Order, Problem> {
    run_tx!(&app.pool, "pack", async |tx| {
        match locked(tx, order).await? {
            OrderState::Placed => {
                let event = Event::OrderFulfilling(OrderRef { order_id: order });
                step(app, tx, order, Trigger::Packed, event).await?;
            }
            OrderState::Fulfilling
            | OrderState::Shipped
            | OrderState::Delivered
            | OrderState::Completed => {}
            state => {
                return Err(Problem::new(
                    Code::InvalidState,
                    format!("Only a placed order can be packed; this one is {state}."),
                ));
            }
        }
        orders::read(tx, order).await
    })
}

/// A parcel to be handed over.
#[derive(Clone, Debug)]
pub struct Parcel<'a> {
    /// One for each variant.
    pub lines: &'a [StockLine],
    pub tracking: Option<&'a str>,
}

/// What handing over led to.
#[derive(Clone, Debug)]
pub enum HandedOver {
    Now(Box<Order>),
    /// The same request had been answered before.
    Before(Stored),
}

/// Hands a parcel over. `invalid_state` when the order is not being packed; `validation_failed`
/// when fewer pieces are left than the parcel has. With the last piece the order is shipped.
pub async fn hand_over(
    app: &App,
    order: OrderId,
    parcel: &Parcel<'_>,
    request: Option<&Request>,
) -> Result<HandedOver, Problem> {
    run_tx!(&app.pool, "hand over", async |tx| {
        if let Some(request) = request
            && let Begun::Done(stored) = KEYS.begin(tx, request).await?
        {
            return Ok(HandedOver::Before(stored));
        }
        if locked(tx, order).await? != OrderState::Fulfilling {
            return Err(Problem::new(
                Code::InvalidState,
                "Only an order that is being packed can be shipped: pack it first, and once all of \
                 it is handed over there is nothing left.",
            ));
        }
        for (index, &line) in parcel.lines.iter().enumerate() {
            if !shipments::take(tx, order, line).await? {
                return Err(too_many(tx, order, index, line).await);
            }
        }
        let id: ShipmentId = app.ids.next();
        shipments::insert(tx, order, id, parcel.lines, parcel.tracking).await?;
        let pieces = shipments::pieces(tx, order).await?;
        if pieces.iter().all(|line| line.shipped == line.ordered) {
            let event = Event::OrderShipped(OrderRef { order_id: order });
            step(app, tx, order, Trigger::HandedOver, event).await?;
        }
        let shown = orders::read(tx, order).await?;
        if let Some(request) = request {
            KEYS.store(tx, request, StatusCode::CREATED, &shown).await?;
        }
        Ok(HandedOver::Now(Box::new(shown)))
    })
}

async fn too_many(tx: &mut PgConnection, order: OrderId, index: usize, line: StockLine) -> Problem {
    let pieces = match shipments::pieces(tx, order).await {
        Ok(pieces) => pieces,
        Err(problem) => return problem,
    };
    let ordered = pieces
        .iter()
        .find(|ordered| ordered.variant_id == line.variant_id);
    match ordered {
        None => Problem::invalid(
            format!("/lines/{index}/variant_id"),
            "unknown",
            format!("The order has no line with variant {}.", line.variant_id),
        ),
        Some(ordered) => Problem::invalid(
            format!("/lines/{index}/qty"),
            "out_of_range",
            format!(
                "{} of {} pieces are left to be shipped.",
                ordered.ordered - ordered.shipped,
                ordered.ordered
            ),
        ),
    }
}

/// Notes that a parcel has arrived, once. With the last one the order is delivered and the time for
/// returns begins.
pub async fn deliver(app: &App, order: OrderId, parcel: ShipmentId) -> Result<Order, Problem> {
    let owner = run_tx!(&app.pool, "deliver", async |tx| {
        let state = locked(tx, order).await?;
        if !shipments::deliver(tx, order, parcel).await? {
            return Err(Problem::not_found(format_args!("shipment {parcel}")));
        }
        let all = shipments::of_order(tx, order).await?;
        let arrived = all.iter().all(|parcel| parcel.delivered_at.is_some());
        if state != OrderState::Shipped || !arrived {
            return Ok(None);
        }
        let event = Event::OrderDelivered(OrderRef { order_id: order });
        step(app, tx, order, Trigger::Delivered, event).await?;
        return_window::open(tx, order, app.timing.return_window).await?;
        Ok(Some(checkouts::lock(tx, order.into()).await?.owner))
    })?;
    if let Some(owner) = owner {
        funnel::reached(FunnelStep::Delivered, &Subject::customer(owner));
    }
    let mut connection = app.connection().await?;
    orders::read(&mut connection, order).await
}

/// Ends a delivered order whose time for returns is over, unless a return is under way.
pub async fn complete(app: &App, order: OrderId) -> Result<(), Problem> {
    run_tx!(&app.pool, "return window over", async |tx| {
        checkouts::lock(tx, order.into()).await?;
        if !return_window::is_over(tx, order).await? {
            return Ok(());
        }
        let over = Move {
            trigger: Trigger::ReturnWindowOver,
            actor: Actor::Reaper,
            reason: None,
            event: Event::OrderCompleted(OrderRef { order_id: order }),
        };
        app.transitions.apply(tx, order, over).await?;
        Ok(())
    })
}

/// Locks an order; gives its state.
pub async fn locked(tx: &mut PgConnection, order: OrderId) -> Result<OrderState, Problem> {
    checkouts::lock(tx, order.into()).await?;
    let head = orders::head(tx, order.into()).await?;
    head.map(|head| head.state)
        .ok_or_else(|| Problem::not_found(format_args!("order {order}")))
}

async fn step(
    app: &App,
    tx: &mut PgConnection,
    order: OrderId,
    trigger: Trigger,
    event: Event,
) -> Result<(), Problem> {
    let step = Move {
        trigger,
        actor: Actor::Admin,
        reason: None,
        event,
    };
    app.transitions.apply(tx, order, step).await?;
    Ok(())
}
