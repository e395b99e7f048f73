//! An order as its customer sees it.

use chrono::{DateTime, Utc};
use contracts::{Money, OrderId, discount::AppliedCode, quote::Totals};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    contact::Address,
    delivery::Rate,
    fulfilment::{FulfillmentStatus, Shipment},
    line::Line,
    named::named,
    payment::PaymentStatus,
    refund::Refund,
    returns::Return,
    state::{OrderState, Trigger, step},
};

named! {
    /// What the customer may do with an order now.
    Action {
        Cancel = "cancel",
        Return = "return",
    }
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Order {
    pub id: OrderId,
    /// The number that people use.
    pub number: String,
    pub state: OrderState,
    pub payment_status: PaymentStatus,
    pub fulfillment_status: FulfillmentStatus,
    pub email: String,
    pub address: Address,
    /// Id of the shipping rate.
    pub rate: String,
    pub lines: Vec<Line>,
    pub totals: Totals,
    /// The codes that count: none or one.
    #[serde(default)]
    pub discount_codes: Vec<AppliedCode>,
    pub shipments: Vec<Shipment>,
    #[serde(default)]
    pub refunds: Vec<Refund>,
    #[serde(default)]
    pub returns: Vec<Return>,
    /// Until when something may be sent back; known once everything is delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_until: Option<DateTime<Utc>>,
    /// The history, oldest first.
    pub events: Vec<OrderEvent>,
    /// What the customer may do now.
    pub allowed: Vec<Action>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placed_at: Option<DateTime<Utc>>,
}

/// An order in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderSummary {
    pub id: OrderId,
    pub number: String,
    pub state: OrderState,
    /// Pieces of all lines together.
    pub count: u32,
    pub total: Money,
    pub placed_at: DateTime<Utc>,
}

/// An order in the list of those who run the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AdminOrderSummary {
    pub id: OrderId,
    pub number: String,
    pub state: OrderState,
    pub fulfillment_status: FulfillmentStatus,
    pub email: String,
    /// Pieces of all lines together.
    pub count: u32,
    pub total: Money,
    pub placed_at: DateTime<Utc>,
}

/// A transition of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderEvent {
    /// Counts from 1.
    pub seq: u32,
    pub at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<OrderState>,
    pub to: OrderState,
    /// `customer`, or the part of the shop that did it.
    pub actor: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Finds the request in logs and traces.
    pub trace_id: String,
}

/// The delivery as it was when the order was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChosenRate {
    pub id: String,
    pub title: String,
    /// Working days.
    pub min_days: u16,
    pub max_days: u16,
}

impl From<&Rate> for ChosenRate {
    fn from(rate: &Rate) -> Self {
        Self {
            id: rate.id.to_owned(),
            title: rate.title.to_owned(),
            min_days: rate.min_days,
            max_days: rate.max_days,
        }
    }
}

/// What the customer may do with an order in this state, from the state machine; `may_come_back` says
/// that the time for returns is not over and pieces are left for one.
pub fn allowed(state: OrderState, may_come_back: bool) -> Vec<Action> {
    let cancel = step(Some(state), Trigger::CustomerCancels).is_ok();
    let comes_back = state == OrderState::Delivered && may_come_back;
    [
        cancel.then_some(Action::Cancel),
        comes_back.then_some(Action::Return),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_can_be_cancelled_until_it_is_packed() {
        assert_eq!(allowed(OrderState::Placed, false), [Action::Cancel]);
        assert!(allowed(OrderState::Fulfilling, true).is_empty());
        assert!(allowed(OrderState::Cancelled, false).is_empty());
    }

    #[test]
    fn something_can_be_sent_back_once_it_was_delivered_and_in_time() {
        assert_eq!(allowed(OrderState::Delivered, true), [Action::Return]);
        assert!(allowed(OrderState::Delivered, false).is_empty());
        assert!(allowed(OrderState::Completed, true).is_empty());
    }
}
