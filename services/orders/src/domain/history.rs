//! The history of an order in a customer's words.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{order::OrderEvent, state::OrderState};

/// Something that happened to an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HistoryEntry {
    /// Counts from 1.
    pub seq: u32,
    pub at: DateTime<Utc>,
    /// The state from then on.
    pub state: OrderState,
    /// For people.
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl From<OrderEvent> for HistoryEntry {
    fn from(event: OrderEvent) -> Self {
        let text = if event.from == Some(event.to) {
            unchanged(event.to)
        } else {
            words(event.to)
        };
        Self {
            seq: event.seq,
            at: event.at,
            state: event.to,
            text: text.to_owned(),
            reason: event.reason,
        }
    }
}

/// What reaching a state means to a customer.
fn words(state: OrderState) -> &'static str {
    match state {
        OrderState::Created => "You gave a card. We look whether everything is in stock.",
        OrderState::StockReserved => "Everything is in stock and set aside for you.",
        OrderState::Rejected => "Something was sold out. Nothing was charged.",
        OrderState::PaymentAuthorized => "Your payment was authorised.",
        OrderState::Placed => "We have your order.",
        OrderState::Fulfilling => "We are packing your order.",
        OrderState::Shipped => "Everything is on its way to you.",
        OrderState::Delivered => "Everything was delivered.",
        OrderState::Completed => "The time for returns is over. Thank you.",
        OrderState::Cancelled => "The order was cancelled. What was paid goes back to you.",
    }
}

/// What a step that changes no state means to a customer.
fn unchanged(state: OrderState) -> &'static str {
    if state.is_terminal() {
        "A late payment turned up and was lifted."
    } else {
        "The card was declined. Another one may be tried."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_states_are_told_alike_and_no_word_is_internal() {
        let mut told: Vec<_> = OrderState::ALL.iter().map(|&state| words(state)).collect();
        for text in &told {
            assert!(!text.contains('_') && text.ends_with('.'), "{text}");
        }
        told.sort_unstable();
        told.dedup();
        assert_eq!(told.len(), OrderState::ALL.len());
        assert_ne!(
            unchanged(OrderState::StockReserved),
            unchanged(OrderState::Cancelled)
        );
    }
}
