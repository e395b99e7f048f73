//! An order as its customer sees it.

use chrono::{DateTime, Utc};
use contracts::{Money, OrderId, quote::Totals};
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
    state::{OrderState, Trigger, step},
};

named! {
    /// What the customer may do with an order now.
    Action {
        Cancel = "cancel",
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
    pub shipments: Vec<Shipment>,
    #[serde(default)]
    pub refunds: Vec<Refund>,
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

/// What the customer may do with an order in this state, from the state machine.
pub fn allowed(state: OrderState) -> Vec<Action> {
    step(Some(state), Trigger::CustomerCancels)
        .map(|_| Action::Cancel)
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_can_be_cancelled_until_it_is_packed() {
        assert_eq!(allowed(OrderState::Placed), [Action::Cancel]);
        assert!(allowed(OrderState::Fulfilling).is_empty());
        assert!(allowed(OrderState::Cancelled).is_empty());
    }
}
