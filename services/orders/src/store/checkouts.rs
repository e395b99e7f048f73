//! Checkouts.

use chassis::Problem;
use chrono::{DateTime, Utc};
use contracts::{
    CartId, ChallengeId, CheckoutId, Currency, DiscountCode,
    discount::{AppliedCode, QuotedCode},
    quote::Totals,
};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::domain::{
    checkout::{CheckoutState, Details, PaymentProgress},
    contact::Address,
    discount::Offer,
    line::Line,
    quote::QuoteError,
    tax::TaxRule,
};

mod moves;

pub use moves::{
    NewCheckout, count_decline, give_extension_back, insert, replace, set_card, set_challenge,
    set_email, set_payment, set_reservation, set_state, take_extension, update_open,
};

/// A checkout.
#[derive(Clone, Debug)]
pub struct Checkout {
    pub id: CheckoutId,
    pub owner: String,
    pub cart_id: CartId,
    pub cart_version: u64,
    pub state: CheckoutState,
    pub details: Details,
    pub currency: Currency,
    pub lines: Vec<Line>,
    pub totals: Totals,
    /// What the quote said of the cart's code.
    pub code: Option<QuotedCode>,
    pub expires_at: DateTime<Utc>,
    pub reservation_expires_at: Option<DateTime<Utc>>,
    pub payment_state: PaymentProgress,
    pub payment_reason: Option<String>,
    /// The bank's question, open or not.
    pub challenge_id: Option<ChallengeId>,
    /// Cards that were declined.
    pub declines: u16,
    pub card: Option<Card>,
    pub replaced_by: Option<CheckoutId>,
    /// Given when the order was placed.
    pub order_number: Option<String>,
}

impl Checkout {
    /// The code that the customer has given, whether or not it counts.
    pub fn given_code(&self) -> Option<&DiscountCode> {
        self.code.as_ref().map(|quoted| &quoted.code)
    }

    /// The code that counts.
    pub fn applied_code(&self) -> Option<AppliedCode> {
        self.code.as_ref().and_then(QuotedCode::applied)
    }

    /// Computes anew what the lines come to. `offer` is what is known of the code.
    pub fn reprice(&mut self, rules: &[TaxRule], offer: Option<&Offer>) -> Result<(), QuoteError> {
        let priced = self
            .details
            .price(&mut self.lines, self.currency, rules, offer)?;
        self.totals = priced.totals;
        self.code = priced.code;
        Ok(())
    }
}

/// The card given last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub token: String,
    pub brand: String,
    pub last4: String,
}

struct Row {
    id: Uuid,
    owner: String,
    cart_id: Uuid,
    cart_version: i64,
    state: String,
    email: Option<String>,
    address: Option<Json<Address>>,
    rate: Option<String>,
    currency: String,
    lines: Json<Vec<Line>>,
    totals: Json<Totals>,
    discount_code: Option<Json<QuotedCode>>,
    expires_at: DateTime<Utc>,
    reservation_expires_at: Option<DateTime<Utc>>,
    payment_state: String,
    payment_reason: Option<String>,
    challenge_id: Option<Uuid>,
    declines: i16,
    card_token: Option<String>,
    card_brand: Option<String>,
    card_last4: Option<String>,
    replaced_by: Option<Uuid>,
    order_number: Option<String>,
}

impl TryFrom<Row> for Checkout {
    type Error = Problem;

    fn try_from(row: Row) -> Result<Self, Problem> {
        let card = match (row.card_token, row.card_brand, row.card_last4) {
            (Some(token), Some(brand), Some(last4)) => Some(Card {
                token,
                brand,
                last4,
            }),
            _ => None,
        };
        Ok(Self {
            id: row.id.into(),
            owner: row.owner,
            cart_id: row.cart_id.into(),
            cart_version: u64::try_from(row.cart_version).map_err(Problem::internal)?,
            state: row.state.parse().map_err(Problem::internal)?,
            details: Details {
                email: row.email,
                address: row.address.map(|Json(address)| address),
                rate: row.rate,
            },
            currency: row.currency.parse().map_err(Problem::internal)?,
            lines: row.lines.0,
            totals: row.totals.0,
            code: row.discount_code.map(|Json(code)| code),
            expires_at: row.expires_at,
            reservation_expires_at: row.reservation_expires_at,
            payment_state: row.payment_state.parse().map_err(Problem::internal)?,
            payment_reason: row.payment_reason,
            challenge_id: row.challenge_id.map(Into::into),
            declines: u16::try_from(row.declines).map_err(Problem::internal)?,
            card,
            replaced_by: row.replaced_by.map(Into::into),
            order_number: row.order_number,
        })
    }
}

macro_rules! checkouts_where {
    ($condition:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"SELECT c.id, c.owner, c.cart_id, c.cart_version, c.state, c.email,
                      c.address AS "address: Json<Address>", c.rate, c.currency,
                      c.lines AS "lines: Json<Vec<Line>>", c.totals AS "totals: Json<Totals>",
                      c.discount_code AS "discount_code: Json<QuotedCode>",
                      c.expires_at, c.reservation_expires_at, c.payment_state, c.payment_reason,
                      c.challenge_id, c.declines, c.card_token, c.card_brand, c.card_last4, c.replaced_by,
                      o.number AS "order_number?"
               FROM orders.checkout c LEFT JOIN orders.sales_order o ON o.id = c.id
               WHERE "# + $condition,
            $($argument),*
        )
    };
}

/// A customer's checkout.
pub async fn find(
    connection: &mut PgConnection,
    owner: &str,
    id: CheckoutId,
) -> Result<Option<Checkout>, Problem> {
    let row = checkouts_where!("c.id = $1 AND c.owner = $2", id.uuid(), owner)
        .fetch_optional(connection)
        .await?;
    row.map(Checkout::try_from).transpose()
}

/// Locks a checkout, and with it its order, until the transaction ends.
pub async fn lock(tx: &mut PgConnection, id: CheckoutId) -> Result<Checkout, Problem> {
    lock_if_any(tx, id)
        .await?
        .ok_or_else(|| Problem::internal(format!("checkout {id} is gone")))
}

/// As [`lock`], for an id that comes from elsewhere.
pub async fn lock_if_any(
    tx: &mut PgConnection,
    id: CheckoutId,
) -> Result<Option<Checkout>, Problem> {
    let row = checkouts_where!("c.id = $1 FOR UPDATE OF c", id.uuid())
        .fetch_optional(tx)
        .await?;
    row.map(Checkout::try_from).transpose()
}

/// The checkout of a cart that was begun last.
pub async fn latest_of_cart(
    connection: &mut PgConnection,
    owner: &str,
    cart: CartId,
) -> Result<Option<Checkout>, Problem> {
    let row = checkouts_where!(
        "c.cart_id = $1 AND c.owner = $2 ORDER BY c.created_at DESC, c.id DESC LIMIT 1",
        cart.uuid(),
        owner
    )
    .fetch_optional(connection)
    .await?;
    row.map(Checkout::try_from).transpose()
}
