//! Returns: their states as one table, and what goes back to the customer.

use chrono::{DateTime, Utc};
use contracts::{Money, MoneyError, ReturnId, catalog::StockLine};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::named::named;

named! {
    /// Where a return stands.
    ReturnState {
        Requested = "requested",
        Approved = "approved",
        Rejected = "rejected",
        /// The pieces are here; the money is on its way.
        Received = "received",
        Refunded = "refunded",
    }
}

named! {
    /// What moves a return.
    ReturnTrigger {
        CustomerAsks = "customer_asks",
        Approved = "approved",
        Rejected = "rejected",
        PiecesReceived = "pieces_received",
        MoneyReturned = "money_returned",
    }
}

use self::{ReturnState as S, ReturnTrigger as T};

/// The state machine of returns: from, trigger, to, condition in words.
#[rustfmt::skip]
pub const TABLE: &[(Option<S>, T, S, &str)] = &[
    (None, T::CustomerAsks, S::Requested, "the order is delivered, its return window open, the pieces not in another return"),
    (Some(S::Requested), T::Approved, S::Approved, ""),
    (Some(S::Requested), T::Rejected, S::Rejected, "the pieces may be asked for again"),
    (Some(S::Approved), T::PiecesReceived, S::Received, "sets a refund and the way back to the shelf in motion"),
    (Some(S::Received), T::MoneyReturned, S::Refunded, "the catalog has the pieces, the provider sent the money"),
];

/// Where `trigger` leads from `from`; `None` when it is not admitted.
pub fn step(from: Option<S>, trigger: T) -> Option<S> {
    TABLE
        .iter()
        .find(|row| row.0 == from && row.1 == trigger)
        .map(|row| row.2)
}

/// A return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Return {
    pub id: ReturnId,
    pub state: ReturnState,
    pub lines: Vec<StockLine>,
    /// The customer's words.
    pub reason: String,
    /// The words of who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_reason: Option<String>,
    /// What goes back; known when the pieces are here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    pub requested_at: DateTime<Utc>,
}

/// What a line of an order is worth in a return.
#[derive(Clone, Copy, Debug)]
pub struct Worth {
    /// Line total less its share of the discount plus its share of the tax.
    pub paid: Money,
    pub ordered: u32,
    /// Pieces that came back before.
    pub received: u32,
}

/// What goes back for the next `pieces` of a line. The line is spread over its pieces by largest
/// remainder, so that all returns of a line together give exactly what was paid for it.
pub fn amount(worth: Worth, pieces: u32) -> Result<Money, MoneyError> {
    let ordered = usize::try_from(worth.ordered).unwrap_or(usize::MAX);
    let each = worth.paid.spread(&vec![1; ordered])?;
    let skipped = usize::try_from(worth.received).unwrap_or(usize::MAX);
    let taken = usize::try_from(pieces).unwrap_or(usize::MAX);
    Money::sum(
        worth.paid.currency(),
        each.into_iter().skip(skipped).take(taken),
    )
}

#[cfg(test)]
mod tests {
    use contracts::Currency;
    use proptest::prelude::*;

    use super::*;

    /// Every legal pair, written down a second time by hand.
    fn expected(from: Option<S>, trigger: T) -> Option<S> {
        match (from, trigger) {
            (None, T::CustomerAsks) => Some(S::Requested),
            (Some(S::Requested), T::Approved) => Some(S::Approved),
            (Some(S::Requested), T::Rejected) => Some(S::Rejected),
            (Some(S::Approved), T::PiecesReceived) => Some(S::Received),
            (Some(S::Received), T::MoneyReturned) => Some(S::Refunded),
            _ => None,
        }
    }

    #[test]
    fn every_state_answers_every_trigger_as_written() {
        let states = std::iter::once(None).chain(S::ALL.iter().copied().map(Some));
        let mut legal = 0;
        for from in states {
            for &trigger in T::ALL {
                let to = step(from, trigger);
                assert_eq!(to, expected(from, trigger), "{from:?} {trigger}");
                legal += usize::from(to.is_some());
            }
        }
        assert_eq!(legal, TABLE.len(), "a row stands twice");
    }

    proptest! {
        #[test]
        fn returns_of_a_line_give_back_exactly_what_was_paid(
            paid in 0_i64..1_000_000, parts in prop::collection::vec(1_u32..9, 1..6),
        ) {
            let paid = Money::new(paid, Currency::EUR);
            let ordered = parts.iter().sum();
            let mut received = 0;
            let mut back = 0;
            for pieces in parts {
                back += amount(Worth { paid, ordered, received }, pieces).expect("a sum").minor();
                received += pieces;
            }
            prop_assert_eq!(back, paid.minor());
        }
    }
}
