//! Completing a purchase: authorise, make the reservation final, place.
//!
//! A request is driven by whoever holds its lease: the handler that took it, or the reaper. Both
//! begin at the recovery point. An authorisation is sent at most once per attempt; when its answer
//! got lost, payments is asked, and an attempt that has not arrived in time is settled so that it
//! never will.

use std::time::Duration;

use chassis::{
    Code, Problem,
    client::CallError,
    extract::IdempotencyKey,
    idempotency::{Claim, Lease, Request},
};
use contracts::{
    CheckoutId, OrderId,
    payments::{Authorize, Intent, IntentState},
};
use tokio::time::Instant;

use super::{
    follow_up, standing,
    steps::{self, ASK, AUTHORIZE, Answer, Begun, COMMIT},
};
use crate::{
    app::App,
    calls::Committed,
    store::{KEYS, stalled::Answered},
};

/// Pauses between two tries of a step, while there is patience.
const PAUSE: Duration = Duration::from_millis(100);

/// Where to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send the authorisation: this process knows that nobody has.
    Send,
    Authorize,
    Ask,
    Commit,
}

/// How far a request was driven.
#[derive(Clone, Debug)]
pub enum Driven {
    Answered(Answer),
    /// The bank asks the customer; the key is free again.
    Challenged(Answer),
    /// Nothing came of it; the key is free again.
    Refused(Problem),
    /// Another service has to answer first. The reaper goes on.
    Pending,
}

/// What a step led to.
enum Outcome {
    Next(Step),
    /// Another service has to answer first; then go on there.
    Later(Step),
    Ended(Driven),
}

/// The name under which requests to complete a checkout keep their keys.
pub fn route(id: CheckoutId) -> String {
    format!("complete {id}")
}

/// The checkout that a request is about.
fn subject(lease: &Lease) -> Result<CheckoutId, Problem> {
    let id = lease
        .route()
        .strip_prefix("complete ")
        .and_then(|id| id.parse().ok());
    id.ok_or_else(|| Problem::internal(format!("{:?} is no request to complete", lease.route())))
}

/// Goes on from the recovery point of a request that was taken over; `None` when it had not begun,
/// so that nothing has to be undone.
pub async fn resume(
    app: &App,
    lease: &Lease,
    patience: Duration,
) -> Result<Option<Driven>, Problem> {
    let step = match lease.recovery_point.as_deref() {
        None => return Ok(None),
        Some(AUTHORIZE) => Step::Authorize,
        Some(ASK) => Step::Ask,
        Some(COMMIT) => Step::Commit,
        Some(other) => {
            return Err(Problem::internal(format!("{other:?} is no recovery point")));
        }
    };
    drive(app, lease, step, patience).await.map(Some)
}

/// Goes on with a purchase whose customer has answered the bank and then gone away. Nobody waits
/// for the answer; a request of the customer's gets the order.
pub async fn unattended(app: &App, answered: &Answered) -> Result<(), Problem> {
    let key = IdempotencyKey::new(&app.ids.next::<CheckoutId>().to_string())?;
    let body = serde_json::json!({"expected_total": answered.total});
    let id = answered.checkout;
    let request = Request::new(answered.owner.as_str(), route(id), &key, &body)?;
    let Claim::Mine(lease) = KEYS.claim(&app.pool, &request, app.timing.lease).await? else {
        return Ok(());
    };
    match steps::begin(app, &lease, id, None, answered.total).await? {
        Begun::Resumed => {
            let driven = drive(app, &lease, Step::Ask, Duration::ZERO).await?;
            tracing::info!(checkout = %id, ?driven, "a purchase went on without its customer");
        }
        begun => tracing::info!(checkout = %id, ?begun, "somebody was faster"),
    }
    Ok(())
}

/// Takes one step after the other until there is an answer, or until nothing has moved for
/// `patience`.
pub async fn drive(
    app: &App,
    lease: &Lease,
    from: Step,
    patience: Duration,
) -> Result<Driven, Problem> {
    let order = OrderId::from(subject(lease)?);
    let give_up = Instant::now() + patience;
    let mut step = from;
    let mut held_since = Instant::now();
    loop {
        let outcome = match step {
            Step::Send => send(app, lease, order).await?,
            Step::Authorize => {
                steps::advance(app, lease, ASK, app.timing.lease).await?;
                Outcome::Next(Step::Send)
            }
            Step::Ask => ask(app, lease, order).await?,
            Step::Commit => commit(app, lease, order).await?,
        };
        match outcome {
            Outcome::Ended(driven) => return Ok(driven),
            // The step's transaction has prolonged the lease.
            Outcome::Next(next) => {
                step = next;
                held_since = Instant::now();
            }
            Outcome::Later(next) if Instant::now() + PAUSE < give_up => {
                if held_since.elapsed() > app.timing.lease / 3 {
                    steps::advance(app, lease, recovery_point(next), app.timing.lease).await?;
                    held_since = Instant::now();
                }
                tokio::time::sleep(PAUSE).await;
                step = next;
            }
            Outcome::Later(next) => {
                // The reaper finds it at its next round.
                steps::advance(app, lease, recovery_point(next), app.timing.reap).await?;
                return Ok(Driven::Pending);
            }
        }
    }
}

fn recovery_point(step: Step) -> &'static str {
    match step {
        Step::Authorize => AUTHORIZE,
        Step::Send | Step::Ask => ASK,
        Step::Commit => COMMIT,
    }
}

async fn send(app: &App, lease: &Lease, order: OrderId) -> Result<Outcome, Problem> {
    let (standing, token) = standing::read(app, order).await?;
    if !standing.is_open || standing.reservation_expired {
        // Payments has told by itself; or it is too late to pay: make sure that nothing was.
        return Ok(Outcome::Next(Step::Ask));
    }
    let attempt = standing.attempt;
    let request = Authorize {
        order_id: order,
        attempt,
        amount: standing.amount,
        token,
    };
    match app.calls.authorize(&request).await {
        Ok(intent) => decide(app, lease, &intent).await,
        Err(error) if certainly_not_sent(&error) => {
            tracing::info!(%error, %order, "the authorisation was not sent");
            steps::advance(app, lease, AUTHORIZE, app.timing.lease).await?;
            Ok(Outcome::Later(Step::Authorize))
        }
        Err(error) => {
            tracing::warn!(%error, %order, attempt, "the authorisation's answer got lost");
            steps::lost_answer(app, lease, order, attempt).await?;
            Ok(Outcome::Next(Step::Ask))
        }
    }
}

/// Nothing has left this process.
fn certainly_not_sent(error: &CallError) -> bool {
    matches!(
        error,
        CallError::NotConnected { .. } | CallError::Resting { .. } | CallError::NoKey { .. }
    )
}

async fn ask(app: &App, lease: &Lease, order: OrderId) -> Result<Outcome, Problem> {
    let (standing, _) = standing::read(app, order).await?;
    // A webhook may have told how it ended; what it means for the order is decided here.
    let attempt = standing.attempt;
    let known = match app.calls.intent(order, attempt).await {
        Ok(known) => known,
        Err(problem) => return later(problem, Step::Ask),
    };
    if let Some(intent) = known {
        return decide(app, lease, &intent).await;
    }
    let may_arrive = standing.age < app.timing.arrival.as_secs_f64();
    if may_arrive && !standing.reservation_expired {
        return Ok(Outcome::Later(Step::Ask));
    }
    match app.calls.settle(order, attempt, standing.amount).await {
        Ok(intent) => decide(app, lease, &intent).await,
        Err(problem) => later(problem, Step::Ask),
    }
}

/// Takes over what payments has decided.
async fn decide(app: &App, lease: &Lease, intent: &Intent) -> Result<Outcome, Problem> {
    match intent.state {
        IntentState::Authorized | IntentState::Captured => {
            steps::authorized(app, lease, intent).await?;
            Ok(Outcome::Next(Step::Commit))
        }
        IntentState::Challenged => match steps::challenged(app, lease, intent).await? {
            Some(answer) => Ok(Outcome::Ended(Driven::Challenged(answer))),
            None => Ok(Outcome::Next(Step::Ask)),
        },
        IntentState::Abandoned => {
            let problem = steps::abandoned(app, lease, intent).await?;
            Ok(Outcome::Ended(Driven::Refused(problem)))
        }
        IntentState::Declined
        | IntentState::Voided
        | IntentState::PartiallyRefunded
        | IntentState::Refunded => {
            let answer = steps::declined(app, lease, intent).await?;
            follow_up::soon(app, intent.order_id).await;
            Ok(Outcome::Ended(Driven::Answered(answer)))
        }
    }
}

async fn commit(app: &App, lease: &Lease, order: OrderId) -> Result<Outcome, Problem> {
    let answer = match app.calls.commit(order).await {
        Ok(Committed::Yes) => steps::placed(app, lease, order).await?,
        Ok(Committed::Lost) => steps::lost(app, lease, order).await?,
        Err(problem) => return later(problem, Step::Commit),
    };
    follow_up::soon(app, order).await;
    Ok(Outcome::Ended(Driven::Answered(answer)))
}

/// A service that is away is waited for; anything else is an error.
fn later(problem: Problem, step: Step) -> Result<Outcome, Problem> {
    match problem.code() {
        Code::Unavailable | Code::Timeout => Ok(Outcome::Later(step)),
        _ => Err(problem),
    }
}
