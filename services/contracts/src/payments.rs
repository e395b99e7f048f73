//! What orders and the payments service tell each other.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ChallengeId, EventId, IntentId, Money, OrderId};

/// A card as a customer types it. Its `Debug` form shows nothing of it, so it cannot reach a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PaymentCard)]
pub struct Card {
    /// Starts with 9999, a range that no card scheme issues; spaces are allowed.
    #[schema(examples("9999 0000 1000 0002"))]
    pub number: String,
    /// `MM/YY`.
    #[schema(examples("12/30"))]
    pub expiry: String,
    /// Three or four digits.
    #[schema(examples("123"))]
    pub cvc: String,
    /// Name on the card.
    pub holder: String,
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Card(hidden)")
    }
}

/// `POST /internal/v1/tokens`: hands a card over; it is never stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tokenize {
    pub card: Card,
}

/// What stands for a card from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CardToken {
    /// `tok_` and 32 hex digits; says nothing about the card.
    pub token: String,
    pub brand: String,
    pub last4: String,
}

/// `POST /internal/v1/intents`, with an `Idempotency-Key`: ask for an authorisation. There is one
/// intent per order and attempt, whatever the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Authorize {
    pub order_id: OrderId,
    /// Counts from 1; a new card is a new attempt.
    #[schema(minimum = 1)]
    pub attempt: u16,
    pub amount: Money,
    pub token: String,
}

/// `POST /internal/v1/intents/settle`: what became of an attempt whose answer was lost. When
/// nothing has arrived yet, the attempt is abandoned: one that arrives later is refused, so the
/// answer is final either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settle {
    pub order_id: OrderId,
    #[schema(minimum = 1)]
    pub attempt: u16,
    pub amount: Money,
}

/// Where an intent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IntentState {
    /// The bank asks the holder of the card; nothing is held yet.
    Challenged,
    /// Money is held for the order.
    Authorized,
    Declined,
    /// Money has moved to the shop.
    Captured,
    PartiallyRefunded,
    Refunded,
    /// The hold was lifted.
    Voided,
    /// Settled before it arrived or before the bank had its answer; nothing was ever held.
    Abandoned,
}

/// An attempt to be paid for an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Intent {
    pub id: IntentId,
    pub order_id: OrderId,
    pub attempt: u16,
    pub state: IntentState,
    pub amount: Money,
    pub captured: Money,
    pub refunded: Money,
    /// Why it was declined: `declined`, `insufficient_funds`, `challenge_failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decline_reason: Option<String>,
    /// The bank's question, answered or not; absent when it asked none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge_id: Option<ChallengeId>,
    pub created_at: DateTime<Utc>,
}

/// Answer of `GET /internal/v1/intents?order_id=&attempt=`: none or one with both parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Intents {
    pub items: Vec<Intent>,
}

/// Body of `capture`, `void` and `refund` under `/internal/v1/intents/{id}/`, each with an
/// `Idempotency-Key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveMoney {
    /// A void takes the whole authorised amount.
    pub amount: Money,
}

/// How the holder of a card answers the bank's question; the simulated bank lets them choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeOutcome {
    Pass,
    Fail,
}

/// `POST /internal/v1/intents/{id}/challenge`: the answer, authorised or declined by it. The same
/// answer may be given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerChallenge {
    pub outcome: ChallengeOutcome,
}

/// `POST /internal/v1/payment-webhooks` of orders: an intent changed. Signed, sent at least once
/// and in any order. Members may be added, so those that are not known are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentWebhook {
    /// Stays the same when it is sent again.
    pub id: EventId,
    /// For example `payment.authorized`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The intent right after the change.
    pub intent: Intent,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_does_not_show_itself() {
        let card = Card {
            number: "9999000010000002".to_owned(),
            expiry: "12/30".to_owned(),
            cvc: "737".to_owned(),
            holder: "Ada Byron".to_owned(),
        };
        let shown = format!("{:?}", Tokenize { card });
        assert_eq!(shown, "Tokenize { card: Card(hidden) }");
    }
}
