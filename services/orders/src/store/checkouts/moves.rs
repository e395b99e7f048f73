//! Writing checkouts. Except for a new one the caller has locked what it changes.

use chassis::Problem;
use chrono::{DateTime, Utc};
use contracts::{CartId, ChallengeId, CheckoutId, Currency};
use sqlx::PgConnection;

use super::{Card, Checkout};
use crate::{
    domain::{
        checkout::{CheckoutState, Details, PaymentProgress},
        line::{Line, Priced},
    },
    store::json,
};

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
    pub priced: &'a Priced,
    /// Seconds until it lapses if nothing happens.
    pub lifetime: f64,
}

/// Makes a checkout; `false` when the cart has an active one already.
pub async fn insert(tx: &mut PgConnection, new: NewCheckout<'_>) -> Result<bool, Problem> {
    let inserted = sqlx::query!(
        "INSERT INTO orders.checkout \
         (id, owner, cart_id, cart_version, state, email, address, rate, currency, lines, totals, \
          discount_code, expires_at) \
         VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, $8, $9, $10, $11, \
                 now() + make_interval(secs => $12)) \
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
        json(&new.priced.totals)?,
        new.priced.code.as_ref().map(json).transpose()?,
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
         lines = $6, totals = $7, discount_code = $8, updated_at = now() \
         WHERE id = $1 AND state = 'open'",
        checkout.id.uuid(),
        i64::try_from(checkout.cart_version).map_err(Problem::internal)?,
        checkout.details.email.as_deref(),
        checkout.details.address.as_ref().map(json).transpose()?,
        checkout.details.rate.as_deref(),
        json(&checkout.lines)?,
        json(&checkout.totals)?,
        checkout.code.as_ref().map(json).transpose()?,
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
