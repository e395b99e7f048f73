//! Moving an order: state, history, event and follow-ups in the caller's transaction.

use chassis::{Clock, Code, Ids, Problem, telemetry};
use contracts::{OrderId, events::Event};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{OUTBOX, follow_ups, redemptions};
use crate::domain::{
    named::named,
    state::{self, OrderState, Transition, Trigger},
};

named! {
    /// Who moved an order.
    Actor {
        Customer = "customer",
        Orders = "orders",
        Catalog = "catalog",
        Payments = "payments",
        /// Somebody who runs the shop.
        Admin = "admin",
        /// A task that finishes or undoes what stands still.
        Reaper = "reaper",
    }
}

/// A move of an order.
#[derive(Clone, Debug)]
pub struct Move<'a> {
    pub trigger: Trigger,
    pub actor: Actor,
    pub reason: Option<&'a str>,
    pub event: Event,
}

/// Writes transitions. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Transitions {
    clock: Clock,
    ids: Ids,
}

impl Transitions {
    pub fn new(clock: Clock, ids: Ids) -> Self {
        Self { clock, ids }
    }

    /// Moves an order whose checkout the caller has locked, and the use of its discount code with
    /// it. `invalid_state` when its state does not admit the trigger.
    pub async fn apply(
        &self,
        tx: &mut PgConnection,
        order: OrderId,
        step: Move<'_>,
    ) -> Result<OrderState, Problem> {
        let from = sqlx::query_scalar!(
            "SELECT state FROM orders.sales_order WHERE id = $1 FOR UPDATE",
            order.uuid()
        )
        .fetch_one(&mut *tx)
        .await?;
        let from: OrderState = from.parse().map_err(Problem::internal)?;
        let row = state::step(Some(from), step.trigger)
            .map_err(|refused| Problem::new(Code::InvalidState, format!("{refused}.")))?;
        sqlx::query!(
            "UPDATE orders.sales_order SET state = $2, updated_at = now() WHERE id = $1",
            order.uuid(),
            row.to.name(),
        )
        .execute(&mut *tx)
        .await?;
        self.record(tx, order, row, &step).await?;
        // Last, because of the coupon's row; here, because no way out may forget it.
        match row.to {
            OrderState::Placed => redemptions::redeem(tx, order).await?,
            OrderState::Rejected | OrderState::Cancelled => {
                redemptions::give_back(tx, order).await?;
            }
            _ => {}
        }
        Ok(row.to)
    }

    /// Writes the first transition of an order that the caller has just inserted.
    pub async fn created(
        &self,
        tx: &mut PgConnection,
        order: OrderId,
        step: Move<'_>,
    ) -> Result<(), Problem> {
        let row = state::step(None, step.trigger).map_err(Problem::internal)?;
        self.record(tx, order, row, &step).await
    }

    async fn record(
        &self,
        tx: &mut PgConnection,
        order: OrderId,
        row: &Transition,
        step: &Move<'_>,
    ) -> Result<(), Problem> {
        let now = self.clock.now();
        sqlx::query!(
            "WITH counted AS (UPDATE orders.sales_order SET last_seq = last_seq + 1 \
             WHERE id = $1 RETURNING last_seq) \
             INSERT INTO orders.order_event \
             (order_id, seq, at, from_state, to_state, trigger, actor, reason, trace_id) \
             SELECT $1, last_seq, $2, $3, $4, $5, $6, $7, $8 FROM counted",
            order.uuid(),
            now,
            row.from.map(OrderState::name),
            row.to.name(),
            row.trigger.name(),
            step.actor.name(),
            step.reason,
            telemetry::trace_id(),
        )
        .execute(&mut *tx)
        .await?;
        OUTBOX
            .append(&mut *tx, self.ids.next(), order, &step.event, now)
            .await?;
        follow_ups::set_in_motion(tx, order, row.then).await
    }

    /// Tells of something that belongs to an order and has a history of its own.
    pub async fn tell(
        &self,
        tx: &mut PgConnection,
        aggregate: impl Into<Uuid>,
        event: &Event,
    ) -> Result<(), Problem> {
        let now = self.clock.now();
        OUTBOX
            .append(tx, self.ids.next(), aggregate, event, now)
            .await?;
        Ok(())
    }
}
