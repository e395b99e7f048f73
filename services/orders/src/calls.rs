//! Calls to the other services. None happens inside a database transaction.

use std::time::Duration;

use chassis::{
    Code, InternalKeys, Problem, Service,
    client::{CallError, Client},
};
use contracts::{
    CartId, IntentId, Money, OrderId, RefundId,
    cart::{CartForOrders, CloseCart, ClosedCart},
    catalog::{
        Extend, Release, Reservation, Reserve, ShortLine, StockLine, TakeBack, TakenBack, Variant,
        VariantLookup, Variants,
    },
    payments::{
        AnswerChallenge, Authorize, Card, CardToken, Intent, Intents, MoveMoney, Settle, Tokenize,
    },
};

/// Most ids in one look-up.
const LOOKUP: usize = 100;

/// The services that orders calls. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Calls {
    cart: Client,
    catalog: Client,
    payments: Client,
    /// Time that an authorisation may take before its answer counts as lost.
    authorize_deadline: Duration,
}

/// Where the other services are.
#[derive(Clone, Debug)]
pub struct Addresses {
    pub cart: String,
    pub catalog: String,
    pub payments: String,
}

/// What became of asking for stock.
#[derive(Clone, Debug)]
pub enum Reserved {
    Held(Reservation),
    Short(Vec<ShortLine>),
}

/// What became of making a reservation final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    Yes,
    /// The reservation has lapsed, was given back or was never made.
    Lost,
}

impl Calls {
    pub fn new(
        to: &Addresses,
        keys: &InternalKeys,
        authorize_deadline: Duration,
    ) -> anyhow::Result<Self> {
        let client = |callee, base: &str| Client::new(callee, base, keys.clone());
        Ok(Self {
            cart: client(Service::Cart, &to.cart)?,
            catalog: client(Service::Catalog, &to.catalog)?,
            payments: client(Service::Payments, &to.payments)?,
            authorize_deadline,
        })
    }

    /// A cart; `None` when there is none.
    pub async fn cart(&self, id: CartId) -> Result<Option<CartForOrders>, Problem> {
        found(
            self.cart
                .get(format!("/internal/v1/carts/{id}"))
                .send()
                .await,
        )
    }

    /// Tells the cart that it became an order; `None` when the cart is gone.
    pub async fn close_cart(
        &self,
        id: CartId,
        order: &CloseCart,
    ) -> Result<Option<ClosedCart>, Problem> {
        let call = self
            .cart
            .post(format!("/internal/v1/carts/{id}/close"))
            .json(order)
            .idempotent();
        found(call.send().await)
    }

    /// The variants of these lines, as far as they exist.
    pub async fn variants(&self, lines: &[StockLine]) -> Result<Vec<Variant>, Problem> {
        let mut variants = Vec::with_capacity(lines.len());
        for part in lines.chunks(LOOKUP) {
            let ids = part.iter().map(|line| line.variant_id).collect();
            let answer: Variants = self
                .catalog
                .post("/internal/v1/variants/lookup")
                .json(&VariantLookup { ids })
                .idempotent()
                .send()
                .await?;
            variants.extend(answer.items);
        }
        Ok(variants)
    }

    /// Asks for stock: all lines or none, one reservation per order.
    pub async fn reserve(&self, request: &Reserve) -> Result<Reserved, Problem> {
        let call = self
            .catalog
            .post("/internal/v1/reservations")
            .json(request)
            .idempotent();
        match call.send::<Reservation>().await {
            Ok(reservation) => Ok(Reserved::Held(reservation)),
            Err(error) if error.code() == Some(Code::OutOfStock) => {
                let lines = error
                    .problem()
                    .and_then(|problem| problem.extra.get("lines"));
                let lines = lines.cloned().unwrap_or_default();
                serde_json::from_value(lines)
                    .map(Reserved::Short)
                    .map_err(Problem::internal)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a reservation final.
    pub async fn commit(&self, order: OrderId) -> Result<Committed, Problem> {
        let call = self
            .catalog
            .post(format!("/internal/v1/reservations/{order}/commit"))
            .idempotent();
        match call.send_for_status().await {
            Ok(_) => Ok(Committed::Yes),
            Err(error) => match error.code() {
                Some(Code::ReservationExpired | Code::NotFound | Code::InvalidState) => {
                    Ok(Committed::Lost)
                }
                _ => Err(error.into()),
            },
        }
    }

    /// Gives a reservation back; with `restock` also one that was made final. A reservation that
    /// was never made is given back already.
    pub async fn release(&self, order: OrderId, restock: bool) -> Result<(), Problem> {
        let call = self
            .catalog
            .post(format!("/internal/v1/reservations/{order}/release"))
            .json(&Release { restock })
            .idempotent();
        match call.send_for_status().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some(Code::NotFound) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Prolongs a reservation; `None` when it has lapsed.
    pub async fn extend(
        &self,
        order: OrderId,
        ttl_seconds: u32,
    ) -> Result<Option<Reservation>, Problem> {
        let call = self
            .catalog
            .post(format!("/internal/v1/reservations/{order}/extend"))
            .json(&Extend { ttl_seconds })
            .idempotent();
        match call.send().await {
            Ok(reservation) => Ok(Some(reservation)),
            Err(error) => match error.code() {
                Some(Code::ReservationExpired | Code::NotFound | Code::InvalidState) => Ok(None),
                _ => Err(error.into()),
            },
        }
    }

    /// Hands a card to payments. What is wrong with it is told with payments' own words: the
    /// pointers are those of the customer's body.
    pub async fn tokenize(&self, card: &Card) -> Result<CardToken, Problem> {
        let body = Tokenize { card: card.clone() };
        match self
            .payments
            .post("/internal/v1/tokens")
            .json(&body)
            .idempotent()
            .send()
            .await
        {
            Ok(token) => Ok(token),
            Err(error) => Err(match error.problem() {
                Some(problem) if problem.code == Code::ValidationFailed => {
                    let refused = Problem::new(Code::ValidationFailed, problem.detail.clone());
                    problem.errors.iter().fold(refused, |refused, wrong| {
                        refused.with_error(&wrong.pointer, &wrong.code, &wrong.detail)
                    })
                }
                _ => error.into(),
            }),
        }
    }

    /// Asks for an authorisation, once: when the answer gets lost, [`Calls::intent`] tells what
    /// became of it.
    pub async fn authorize(&self, request: &Authorize) -> Result<Intent, CallError> {
        self.payments
            .post("/internal/v1/intents")
            .json(request)
            .key(&format!(
                "authorize-{}-{}",
                request.order_id, request.attempt
            ))
            .once()
            .deadline(self.authorize_deadline)
            .send()
            .await
    }

    /// What payments knows of an attempt.
    pub async fn intent(&self, order: OrderId, attempt: u16) -> Result<Option<Intent>, Problem> {
        let path = format!("/internal/v1/intents?order_id={order}&attempt={attempt}");
        let intents: Intents = self.payments.get(path).send().await?;
        Ok(intents.items.into_iter().next())
    }

    /// What became of an attempt, for good: one that has not arrived is refused from now on.
    pub async fn settle(
        &self,
        order: OrderId,
        attempt: u16,
        amount: Money,
    ) -> Result<Intent, Problem> {
        let body = Settle {
            order_id: order,
            attempt,
            amount,
        };
        let call = self
            .payments
            .post("/internal/v1/intents/settle")
            .json(&body)
            .idempotent();
        Ok(call.send().await?)
    }

    /// Passes on the customer's answer to the bank. `None` when the bank waits for none.
    pub async fn answer_challenge(
        &self,
        intent: IntentId,
        answer: AnswerChallenge,
    ) -> Result<Option<Intent>, Problem> {
        let call = self
            .payments
            .post(format!("/internal/v1/intents/{intent}/challenge"))
            .json(&answer)
            .idempotent();
        match call.send().await {
            Ok(intent) => Ok(Some(intent)),
            Err(error) if error.code() == Some(Code::InvalidState) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes, lifts or returns money. `None` when the intent's state does not admit it.
    pub async fn move_money(
        &self,
        intent: IntentId,
        movement: &str,
        amount: Money,
    ) -> Result<Option<Intent>, Problem> {
        let call = self
            .payments
            .post(format!("/internal/v1/intents/{intent}/{movement}"))
            .json(&MoveMoney { amount })
            .key(&format!("{movement}-{intent}"));
        match call.send().await {
            Ok(intent) => Ok(Some(intent)),
            Err(error) if error.code() == Some(Code::InvalidState) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Calls {
    /// Puts the pieces of a return back on the shelf, once.
    pub async fn take_back(&self, request: &TakeBack) -> Result<(), Problem> {
        let call = self
            .catalog
            .post("/internal/v1/returns")
            .json(request)
            .idempotent();
        let _: TakenBack = call.send().await?;
        Ok(())
    }

    /// Sends captured money back, once per refund. `None` when the provider refuses: nothing, or
    /// less, is left of it.
    pub async fn refund(
        &self,
        intent: IntentId,
        refund: RefundId,
        amount: Money,
    ) -> Result<Option<Intent>, Problem> {
        let call = self
            .payments
            .post(format!("/internal/v1/intents/{intent}/refund"))
            .json(&MoveMoney { amount })
            .key(&format!("refund-{refund}"));
        match call.send().await {
            Ok(intent) => Ok(Some(intent)),
            Err(error) => match error.code() {
                Some(Code::InvalidState | Code::ValidationFailed) => Ok(None),
                _ => Err(error.into()),
            },
        }
    }
}

/// The answer, or `None` when the callee has no such thing.
fn found<T>(answer: Result<T, CallError>) -> Result<Option<T>, Problem> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.code() == Some(Code::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
