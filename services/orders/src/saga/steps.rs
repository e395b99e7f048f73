//! The transactions of completing a purchase. Each moves the recovery point of the request, so a
//! process that lost its lease changes nothing, and the last stores the answer.

use chassis::{
    Code, Problem,
    auth::Subject,
    funnel::{self, Step as FunnelStep},
    idempotency::Lease,
    run_tx,
};
use contracts::{
    CheckoutId, Money, OrderId,
    cart::CartForOrders,
    events::{Event, OrderEnded, OrderPlaced, OrderRef},
    payments::Intent,
};
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;

use super::{basket, reserve};
use crate::{
    app::App,
    domain::{
        checkout::{ATTEMPTS, Challenged, CheckoutState, PaymentProgress},
        line,
        number::OrderNumber,
        state::Trigger,
    },
    store::{
        KEYS, attempts, checkouts,
        checkouts::Checkout,
        orders,
        transition::{Actor, Move},
    },
};

/// An authorisation is certain not to have been sent: send it.
pub const AUTHORIZE: &str = "authorize";
/// An authorisation may have been sent: ask for it, never send it again.
pub const ASK: &str = "ask";
/// The payment is authorised: make the reservation final.
pub const COMMIT: &str = "commit";

/// What a request is answered with, now and whenever it is repeated.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Answer {
    pub fn new(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_value(body).map_err(Problem::internal)?;
        Ok(Self { status, body })
    }

    pub fn refusal(problem: &Problem) -> Result<Self, Problem> {
        Self::new(problem.status(), &problem.document())
    }

    pub async fn store(&self, tx: &mut PgConnection, lease: &Lease) -> Result<(), Problem> {
        KEYS.finish(tx, lease, self.status, &self.body).await
    }
}

/// How a request to complete begins.
#[derive(Clone, Debug)]
pub enum Begun {
    /// The authorisation may be sent.
    Attempt,
    /// The bank had asked the customer; ask payments how that ended.
    Resumed,
    /// It had been completed under another key.
    Completed(Answer),
    /// Nothing was begun.
    Refused(Problem),
}

/// Checks under lock what the customer agreed to, and writes down that an attempt is about to be
/// made.
pub async fn begin(
    app: &App,
    lease: &Lease,
    id: CheckoutId,
    cart: Option<&CartForOrders>,
    expected: Money,
) -> Result<Begun, Problem> {
    run_tx!(&app.pool, "begin to complete", async |tx| {
        let checkout = checkouts::lock(tx, id).await?;
        let head = orders::head(tx, id).await?;
        let Some(head) = head else {
            return refused(tx, lease, not_ready()).await;
        };
        let other_price = (expected != head.total).then(|| price_changed(expected, head.total));
        if checkout.state == CheckoutState::Completed {
            if let Some(problem) = other_price {
                return refused(tx, lease, problem).await;
            }
            let order = orders::read(tx, head.id).await?;
            let answer = Answer::new(StatusCode::CREATED, &order)?;
            answer.store(tx, lease).await?;
            return Ok(Begun::Completed(answer));
        }
        if let Some(problem) = state_problem(&checkout) {
            return refused(tx, lease, problem).await;
        }
        if head.reservation_expired {
            reserve::lapse(app, tx, head.id, Actor::Orders).await?;
            return refused(tx, lease, lapsed()).await;
        }
        let resumes = checkout.state == CheckoutState::Processing;
        // The bank was asked about what the cart was then; what was added since stays for later.
        if !resumes && cart.is_none_or(|cart| cart.version != head.cart_version) {
            return refused(tx, lease, basket::changed()).await;
        }
        if let Some(problem) = other_price {
            return refused(tx, lease, problem).await;
        }
        if resumes {
            // From here on one request goes on with it, and others wait.
            let payment = PaymentProgress::Unknown;
            checkouts::set_payment(tx, id, checkout.state, payment, None).await?;
            KEYS.advance(tx, lease, ASK, app.timing.lease).await?;
            return Ok(Begun::Resumed);
        }
        let card = checkout.card.as_ref().ok_or_else(not_ready)?;
        attempts::begin(tx, head.id, head.total, &card.token).await?;
        checkouts::set_state(tx, id, CheckoutState::Processing).await?;
        KEYS.advance(tx, lease, ASK, app.timing.lease).await?;
        Ok(Begun::Attempt)
    })
}

/// Frees the key, so that the same key can be tried again.
async fn refused(tx: &mut PgConnection, lease: &Lease, problem: Problem) -> Result<Begun, Problem> {
    KEYS.forget(tx, lease).await?;
    Ok(Begun::Refused(problem))
}

fn state_problem(checkout: &Checkout) -> Option<Problem> {
    match checkout.state {
        CheckoutState::PaymentReady | CheckoutState::Completed => None,
        CheckoutState::Processing if checkout.payment_state.waits_for_customer() => None,
        CheckoutState::Open | CheckoutState::AwaitingPayment => Some(not_ready()),
        CheckoutState::Processing => Some(
            Problem::new(
                Code::IdempotencyInProgress,
                "The checkout is being completed already. Ask for it until it has an order number.",
            )
            .retry_after(std::time::Duration::from_secs(1)),
        ),
        CheckoutState::Expired => Some(lapsed()),
        CheckoutState::Rejected | CheckoutState::Cancelled => Some(Problem::new(
            Code::InvalidState,
            "The checkout has ended. Begin a new one for the cart.",
        )),
    }
}

fn not_ready() -> Problem {
    Problem::new(
        Code::InvalidState,
        "The checkout cannot be completed yet: give a card first.",
    )
}

fn price_changed(expected: Money, actual: Money) -> Problem {
    Problem::new(
        Code::PriceChanged,
        "The total is not the one that was agreed to. Look at the new one and confirm it.",
    )
    .with("expected", expected)
    .with("actual", actual)
}

fn lapsed() -> Problem {
    Problem::new(
        Code::ReservationExpired,
        "The reservation has lapsed and nothing was charged. Begin again: what you entered is kept.",
    )
}

/// Moves the recovery point alone, for `prolong` at most.
pub async fn advance(
    app: &App,
    lease: &Lease,
    point: &str,
    prolong: std::time::Duration,
) -> Result<(), Problem> {
    let mut connection = app.connection().await?;
    KEYS.advance(&mut connection, lease, point, prolong).await
}

/// Notes that the provider's answer got lost, so that the customer sees it is being asked for.
pub async fn lost_answer(
    app: &App,
    lease: &Lease,
    order: OrderId,
    attempt: u16,
) -> Result<(), Problem> {
    run_tx!(&app.pool, "answer lost", async |tx| {
        checkouts::lock(tx, order.into()).await?;
        attempts::lost_answer(tx, order, attempt).await?;
        let (state, payment) = (CheckoutState::Processing, PaymentProgress::Unknown);
        checkouts::set_payment(tx, order.into(), state, payment, None).await?;
        KEYS.advance(tx, lease, ASK, app.timing.lease).await
    })
}

/// The payment is authorised.
pub async fn authorized(app: &App, lease: &Lease, intent: &Intent) -> Result<(), Problem> {
    run_tx!(&app.pool, "payment authorized", async |tx| {
        let order = intent.order_id;
        checkouts::lock(tx, order.into()).await?;
        attempts::take_over(tx, intent).await?;
        let step = Move {
            trigger: Trigger::PaymentAuthorized,
            actor: Actor::Payments,
            reason: None,
            event: Event::OrderPaymentAuthorized(OrderRef { order_id: order }),
        };
        app.transitions.apply(tx, order, step).await?;
        let (state, payment) = (CheckoutState::Processing, PaymentProgress::Authorized);
        checkouts::set_payment(tx, order.into(), state, payment, None).await?;
        KEYS.advance(tx, lease, COMMIT, app.timing.lease).await
    })?;
    funnel::reached(FunnelStep::Paid, &Subject::customer(lease.owner()));
    Ok(())
}

/// The bank asks the customer. The key is free again: the next request to complete goes on.
/// `None` when the customer has answered in the meantime.
pub async fn challenged(
    app: &App,
    lease: &Lease,
    intent: &Intent,
) -> Result<Option<Answer>, Problem> {
    let challenge = intent
        .challenge_id
        .ok_or_else(|| Problem::internal("a challenged intent has no challenge"))?;
    run_tx!(&app.pool, "payment challenged", async |tx| {
        let id = CheckoutId::from(intent.order_id);
        checkouts::lock(tx, id).await?;
        if !attempts::take_over(tx, intent).await? {
            return Ok(None);
        }
        checkouts::set_challenge(tx, id, challenge).await?;
        KEYS.forget(tx, lease).await?;
        Answer::new(StatusCode::ACCEPTED, &Challenged::new(challenge, id)).map(Some)
    })
}

/// The card was declined: another one may be tried, or the order is given up.
pub async fn declined(app: &App, lease: &Lease, intent: &Intent) -> Result<Answer, Problem> {
    run_tx!(&app.pool, "payment declined", async |tx| {
        let order = intent.order_id;
        let checkout = checkouts::lock(tx, order.into()).await?;
        attempts::take_over(tx, intent).await?;
        checkouts::count_decline(tx, checkout.id).await?;
        let left = ATTEMPTS.saturating_sub(checkout.declines + 1);
        let reason = intent.decline_reason.as_deref().unwrap_or("declined");
        let ended = OrderEnded {
            order_id: order,
            reason: reason.to_owned(),
        };
        let (trigger, event, state) = if left > 0 {
            let event = Event::OrderPaymentDeclined(ended);
            (
                Trigger::PaymentDeclined,
                event,
                CheckoutState::AwaitingPayment,
            )
        } else {
            let event = Event::OrderCancelled(ended);
            (
                Trigger::PaymentDeclinedForGood,
                event,
                CheckoutState::Cancelled,
            )
        };
        let step = Move {
            trigger,
            actor: Actor::Payments,
            reason: Some(reason),
            event,
        };
        app.transitions.apply(tx, order, step).await?;
        let payment = PaymentProgress::Declined;
        checkouts::set_payment(tx, checkout.id, state, payment, Some(reason)).await?;
        let answer = Answer::refusal(&payment_declined(reason, left))?;
        answer.store(tx, lease).await?;
        Ok(answer)
    })
}

fn payment_declined(reason: &str, left: u16) -> Problem {
    let detail = if left > 0 {
        "The card was declined and nothing was charged. Try another card; your order is kept."
    } else {
        "The card was declined, and so were the ones before. Nothing was charged and the order is \
         given up; begin again from the cart."
    };
    Problem::new(Code::PaymentDeclined, detail)
        .with("reason", reason)
        .with("attempts_left", left)
}

/// The provider never heard of the attempt and will refuse it: the purchase is as if it had not
/// been tried, and the same key may try again.
pub async fn abandoned(app: &App, lease: &Lease, intent: &Intent) -> Result<Problem, Problem> {
    run_tx!(&app.pool, "attempt abandoned", async |tx| {
        let id = CheckoutId::from(intent.order_id);
        checkouts::lock(tx, id).await?;
        attempts::take_over(tx, intent).await?;
        let (state, payment) = (CheckoutState::PaymentReady, PaymentProgress::Ready);
        checkouts::set_payment(tx, id, state, payment, None).await?;
        KEYS.forget(tx, lease).await
    })?;
    Ok(Problem::new(
        Code::Timeout,
        "The payment could not be made: the provider did not get the request, and nothing was \
         charged. Try again.",
    ))
}

/// The reservation is final: the order is placed. Everything that makes it one is written at once.
pub async fn placed(app: &App, lease: &Lease, order: OrderId) -> Result<Answer, Problem> {
    let answer = run_tx!(&app.pool, "order placed", async |tx| {
        checkouts::lock(tx, order.into()).await?;
        let number = give_number(app, tx, order).await?;
        let lines = orders::lines(tx, order, app.currency).await?;
        let head = orders::head(tx, order.into())
            .await?
            .ok_or_else(|| Problem::internal("an order that is being placed is gone"))?;
        let step = Move {
            trigger: Trigger::ReservationCommitted,
            actor: Actor::Catalog,
            reason: None,
            event: Event::OrderPlaced(OrderPlaced {
                order_id: order,
                number: number.to_string(),
                total: head.total,
                lines: line::stock(&lines),
            }),
        };
        app.transitions.apply(tx, order, step).await?;
        let (state, payment) = (CheckoutState::Completed, PaymentProgress::Authorized);
        checkouts::set_payment(tx, order.into(), state, payment, None).await?;
        let answer = Answer::new(StatusCode::CREATED, &orders::read(tx, order).await?)?;
        answer.store(tx, lease).await?;
        Ok(answer)
    })?;
    funnel::reached(FunnelStep::Placed, &Subject::customer(lease.owner()));
    Ok(answer)
}

/// A number that no other order has.
async fn give_number(
    app: &App,
    tx: &mut PgConnection,
    order: OrderId,
) -> Result<OrderNumber, Problem> {
    const TRIES: u32 = 16;
    for _ in 0..TRIES {
        let number = OrderNumber::from_entropy(u32::from_be_bytes(app.ids.bytes()));
        if orders::set_number(tx, order, &number).await? {
            return Ok(number);
        }
    }
    Err(Problem::internal("no free order number was found"))
}

/// The reservation is gone: the order ends, and the hold on the money is lifted by a follow-up.
pub async fn lost(app: &App, lease: &Lease, order: OrderId) -> Result<Answer, Problem> {
    const REASON: &str = "reservation_lost";
    run_tx!(&app.pool, "reservation lost", async |tx| {
        checkouts::lock(tx, order.into()).await?;
        let ended = OrderEnded {
            order_id: order,
            reason: REASON.to_owned(),
        };
        let step = Move {
            trigger: Trigger::ReservationLost,
            actor: Actor::Catalog,
            reason: Some(REASON),
            event: Event::OrderCancelled(ended),
        };
        app.transitions.apply(tx, order, step).await?;
        let (state, payment) = (CheckoutState::Expired, PaymentProgress::None);
        checkouts::set_payment(tx, order.into(), state, payment, Some(REASON)).await?;
        let answer = Answer::refusal(&lapsed())?;
        answer.store(tx, lease).await?;
        Ok(answer)
    })
}
