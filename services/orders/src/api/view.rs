//! A checkout as its customer sees it.

use chrono::{DateTime, Utc};
use contracts::{CartId, CheckoutId, discount::AppliedCode, quote::Totals};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    domain::{
        checkout::{ATTEMPTS, Challenge, CheckoutState, PaymentProgress},
        contact::Address,
        line::Line,
    },
    store::checkouts::Checkout,
};

/// A checkout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Checkout)]
pub(super) struct CheckoutView {
    id: CheckoutId,
    state: CheckoutState,
    cart: CheckoutCart,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<Address>,
    /// Id of the chosen shipping rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rate: Option<String>,
    totals: Totals,
    /// The codes that count: none or one.
    #[serde(default)]
    discount_codes: Vec<AppliedCode>,
    expires_at: DateTime<Utc>,
    /// Until when the stock is set aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reservation_expires_at: Option<DateTime<Utc>>,
    payment: CheckoutPaymentView,
    /// The checkout to go on with, after address, delivery or cart changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaced_by: Option<CheckoutId>,
    /// The order that it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order_number: Option<String>,
}

/// The cart as it is being ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
struct CheckoutCart {
    id: CartId,
    /// The version that is being ordered; another one of the cart means that it has changed since.
    version: u64,
    lines: Vec<Line>,
}

/// Where the payment stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CheckoutPayment)]
struct CheckoutPaymentView {
    state: PaymentProgress,
    /// Cards that may still be tried.
    attempts_left: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    card: Option<CheckoutCard>,
    /// Why the last card was declined: `declined`, `insufficient_funds` or `challenge_failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The question of the bank, while the state is `challenge`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    challenge: Option<Challenge>,
}

/// The card given last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
struct CheckoutCard {
    brand: String,
    last4: String,
}

impl From<Checkout> for CheckoutView {
    fn from(checkout: Checkout) -> Self {
        Self {
            discount_codes: checkout.applied_code().into_iter().collect(),
            id: checkout.id,
            state: checkout.state,
            cart: CheckoutCart {
                id: checkout.cart_id,
                version: checkout.cart_version,
                lines: checkout.lines,
            },
            email: checkout.details.email,
            address: checkout.details.address,
            rate: checkout.details.rate,
            totals: checkout.totals,
            expires_at: checkout.expires_at,
            reservation_expires_at: checkout.reservation_expires_at,
            payment: CheckoutPaymentView {
                state: checkout.payment_state,
                attempts_left: ATTEMPTS.saturating_sub(checkout.declines),
                card: checkout.card.map(|card| CheckoutCard {
                    brand: card.brand,
                    last4: card.last4,
                }),
                reason: checkout.payment_reason,
                challenge: checkout
                    .challenge_id
                    .filter(|_| {
                        checkout.state == CheckoutState::Processing
                            && checkout.payment_state == PaymentProgress::Challenge
                    })
                    .map(|challenge| Challenge::new(challenge, checkout.id)),
            },
            replaced_by: checkout.replaced_by,
            order_number: checkout.order_number,
        }
    }
}
