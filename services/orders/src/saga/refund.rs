//! Sending money back: the row first, then the provider, then the answer.
//!
//! The provider is asked under the refund's own id, so asking again moves nothing twice.

use chassis::{Code, Problem, idempotency::Lease, run_tx};
use contracts::{Money, OrderId, RefundId};
use http::StatusCode;

use super::{fulfil, steps::Answer};
use crate::{
    app::App,
    domain::{order::Order, refund::RefundState, state::OrderState},
    store::{
        KEYS, attempts, checkouts, orders,
        refunds::{self, NewRefund},
    },
};

/// What precedes the order's id in the route of a request.
const ROUTE: &str = "refund ";
/// What precedes the refund's id in a recovery point: the row is there, ask the provider.
const SEND: &str = "send ";

/// The name under which requests to refund keep their keys.
pub fn route(order: OrderId) -> String {
    format!("{ROUTE}{order}")
}

/// Whether a request is one to refund.
pub fn is_one(lease: &Lease) -> bool {
    lease.route().starts_with(ROUTE)
}

/// Writes a refund down. `invalid_state` before the money was taken and after a cancellation;
/// `validation_failed` when less is left. Both free the key.
pub async fn begin(
    app: &App,
    lease: &Lease,
    order: OrderId,
    amount: Money,
    reason: &str,
) -> Result<Result<RefundId, Problem>, Problem> {
    let id: RefundId = app.ids.next();
    run_tx!(&app.pool, "begin to refund", async |tx| {
        let state = fulfil::locked(tx, order).await?;
        let new = NewRefund {
            id,
            order,
            amount,
            reason,
            return_id: None,
        };
        if !may_be_refunded(state) || !refunds::ask(tx, new).await? {
            let left = refunds::left(tx, order).await?;
            KEYS.forget(tx, lease).await?;
            return Ok(Err(refusal(state, left)));
        }
        let point = format!("{SEND}{id}");
        KEYS.advance(tx, lease, &point, app.timing.lease).await?;
        Ok(Ok(id))
    })
}

fn may_be_refunded(state: OrderState) -> bool {
    matches!(
        state,
        OrderState::Placed
            | OrderState::Fulfilling
            | OrderState::Shipped
            | OrderState::Delivered
            | OrderState::Completed
    )
}

fn refusal(state: OrderState, left: Option<i64>) -> Problem {
    match left.filter(|_| may_be_refunded(state)) {
        Some(left) => Problem::invalid(
            "/amount/minor",
            "out_of_range",
            format!("{left} minor units are left of what was paid."),
        ),
        None => Problem::new(
            Code::InvalidState,
            "Nothing can be refunded: the order was cancelled, or its money is not taken yet.",
        ),
    }
}

/// Asks the provider and stores the answer.
pub async fn finish(app: &App, lease: &Lease, id: RefundId) -> Result<Answer, Problem> {
    match send(app, id, Some(lease)).await {
        Ok(answer) => Ok(answer),
        Err(problem) => {
            // The reaper finds it at its next round.
            let point = format!("{SEND}{id}");
            super::steps::advance(app, lease, &point, app.timing.reap).await?;
            Err(problem)
        }
    }
}

/// Goes on with a request that was taken over; `None` when nothing had begun.
pub async fn resume(app: &App, lease: &Lease) -> Result<Option<Answer>, Problem> {
    let Some(point) = lease.recovery_point.as_deref() else {
        return Ok(None);
    };
    let id = point.strip_prefix(SEND).and_then(|id| id.parse().ok());
    let id = id.ok_or_else(|| Problem::internal(format!("{point:?} is no recovery point")))?;
    finish(app, lease, id).await.map(Some)
}

/// Asks the provider for a refund that was written down, and notes what it says.
pub async fn send(app: &App, id: RefundId, lease: Option<&Lease>) -> Result<Answer, Problem> {
    let mut connection = app.connection().await?;
    let asked = refunds::find(&mut connection, id, app.currency).await?;
    drop(connection);
    let intent = match asked.state {
        RefundState::Requested => app.calls.refund(asked.intent, id, asked.amount).await?,
        RefundState::Done | RefundState::Refused => None,
    };
    run_tx!(&app.pool, "refund", async |tx| {
        checkouts::lock(tx, asked.order.into()).await?;
        if asked.state == RefundState::Requested {
            let state = if let Some(intent) = &intent {
                attempts::take_over(tx, intent).await?;
                RefundState::Done
            } else {
                RefundState::Refused
            };
            refunds::settle(tx, id, state).await?;
        }
        let shown = orders::read(tx, asked.order).await?;
        let answer = answer(&shown, id)?;
        if let Some(lease) = lease {
            answer.store(tx, lease).await?;
        }
        Ok(answer)
    })
}

fn answer(order: &Order, id: RefundId) -> Result<Answer, Problem> {
    let refund = order.refunds.iter().find(|refund| refund.id == id);
    if refund.is_some_and(|refund| refund.state == RefundState::Done) {
        return Answer::new(StatusCode::CREATED, order);
    }
    Answer::refusal(&Problem::new(
        Code::InvalidState,
        "The provider has nothing left to send back: the order was cancelled meanwhile.",
    ))
}
