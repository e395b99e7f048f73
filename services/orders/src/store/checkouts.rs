//! Checkouts.

use chassis::Problem;
use chrono::{DateTime, Utc};
use contracts::{CartId, ChallengeId, CheckoutId, Currency, quote::Totals};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::json;
use crate::domain::{
    checkout::{CheckoutState, Details, PaymentProgress},
    contact::Address,
    line::Line,
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

/// A checkout to be made.
#[derive(Clone, Debug)]
pub struct NewCheckout<'a> {
    pub id: CheckoutId,
    pub owner: &'a str,
    pub cart_id: CartId,
    pub cart_version: u64,
    pub details: &'a Details,
    pub currency: Currency,
    pub lines: &'a [Line],
    pub totals: Totals,
    /// Seconds until it lapses if nothing happens.
    pub lifetime: f64,
}

/// Makes a checkout; `false` when the cart has an active one already.
pub async fn insert(tx: &mut PgConnection, new: NewCheckout<'_>) -> Result<bool, Problem> {
    let inserted = sqlx::query!(
        "INSERT INTO orders.checkout \
         (id, owner, cart_id, cart_version, state, email, address, rate, currency, lines, totals, expires_at) \
         VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, $8, $9, $10, now() + make_interval(secs => $11)) \
         ON CONFLICT (cart_id) \
         WHERE state IN ('open', 'awaiting_payment', 'payment_ready', 'processing') DO NOTHING",
        new.id.uuid(),
        new.owner,
        new.cart_id.uuid(),
        i64::try_from(new.cart_version).map_err(Problem::internal)?,
        new.details.email.as_deref(),
        new.details.address.as_ref().map(json).transpose()?,
        new.details.rate.as_deref(),
        new.currency.as_str(),
        json(&new.lines)?,
        json(&new.totals)?,
        new.lifetime,
    )
    .execute(tx)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Writes what an open checkout comes to after a change of cart, prices or details.
pub async fn update_open(tx: &mut PgConnection, checkout: &Checkout) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.checkout SET cart_version = $2, email = $3, address = $4, rate = $5, \
         lines = $6, totals = $7, updated_at = now() WHERE id = $1 AND state = 'open'",
        checkout.id.uuid(),
        i64::try_from(checkout.cart_version).map_err(Problem::internal)?,
        checkout.details.email.as_deref(),
        checkout.details.address.as_ref().map(json).transpose()?,
        checkout.details.rate.as_deref(),
        json(&checkout.lines)?,
        json(&checkout.totals)?,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes a new e-mail address, which changes neither stock nor sums.
pub async fn set_email(tx: &mut PgConnection, id: CheckoutId, email: &str) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.checkout SET email = $2, updated_at = now() WHERE id = $1",
        id.uuid(),
        email
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "UPDATE orders.sales_order SET email = $2, updated_at = now() WHERE id = $1",
        id.uuid(),
        email
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes the card given last.
pub async fn set_card(
    tx: &mut PgConnection,
    id: CheckoutId,
    state: CheckoutState,
    card: &Card,
) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.checkout SET state = $2, payment_state = 'ready', payment_reason = NULL, \
         card_token = $3, card_brand = $4, card_last4 = $5, updated_at = now() WHERE id = $1",
        id.uuid(),
        state.name(),
        card.token,
        card.brand,
        card.last4,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Moves a checkout.
pub async fn set_state(
    tx: &mut PgConnection,
    id: CheckoutId,
    state: CheckoutState,
) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.checkout SET state = $2, updated_at = now() WHERE id = $1",
        id.uuid(),
        state.name()
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Moves a checkout and its payment.
pub async fn set_payment(
    tx: &mut PgConnection,
    id: CheckoutId,
    state: CheckoutState,
    payment: PaymentProgress,
    reason: Option<&str>,
) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.checkout SET state = $2, payment_state = $3, payment_reason = $4, \
         updated_at = now() WHERE id = $1",
        id.uuid(),
        state.name(),
        payment.name(),
        reason
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes down that the bank asks the customer.
pub async fn set_challenge(
    tx: &mut PgConnection,
    id: CheckoutId,
    challenge: ChallengeId,
) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.checkout SET state = 'processing', payment_state = 'challenge', \
         payment_reason = NULL, challenge_id = $2, updated_at = now() WHERE id = $1",
        id.uuid(),
        challenge.uuid()
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Counts a declined card.
pub async fn count_decline(tx: &mut PgConnection, id: CheckoutId) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.checkout SET declines = declines + 1 WHERE id = $1",
        id.uuid()
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes until when stock is set aside.
pub async fn set_reservation(
    tx: &mut PgConnection,
    id: CheckoutId,
    until: DateTime<Utc>,
) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.checkout SET reservation_expires_at = $2, updated_at = now() WHERE id = $1",
        id.uuid(),
        until
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "UPDATE orders.sales_order SET reservation_expires_at = $2, updated_at = now() WHERE id = $1",
        id.uuid(),
        until
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes the right to prolong the reservation; `false` when it has been used.
pub async fn take_extension(tx: &mut PgConnection, id: CheckoutId) -> Result<bool, Problem> {
    let taken = sqlx::query!(
        "UPDATE orders.checkout SET extended = true WHERE id = $1 AND NOT extended",
        id.uuid()
    )
    .execute(tx)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Gives the right to prolong back: it came to nothing.
pub async fn give_extension_back(tx: &mut PgConnection, id: CheckoutId) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.checkout SET extended = false WHERE id = $1",
        id.uuid()
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Ends a checkout in favour of another; one that had ended stays as it was.
pub async fn replace(tx: &mut PgConnection, id: CheckoutId, by: CheckoutId) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.checkout SET replaced_by = $2, updated_at = now(), \
         state = CASE WHEN state IN ('rejected', 'expired') THEN state ELSE 'cancelled' END \
         WHERE id = $1",
        id.uuid(),
        by.uuid()
    )
    .execute(tx)
    .await?;
    Ok(())
}
