//! Events: what a service tells whoever listens, written to its outbox with the change itself.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    EventId, IntentId, Money, OrderId, ReturnId, VariantId,
    catalog::{ShortLine, StockLine},
};

/// What surrounds every event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Envelope {
    pub id: EventId,
    /// The thing that changed: an order, a variant, an intent.
    pub aggregate_id: Uuid,
    /// Counts from 1 without gaps for each aggregate.
    pub sequence: i64,
    pub time: DateTime<Utc>,
    /// W3C trace context of the request that caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// Version of the payload's shape; changes are compatible within one.
    pub version: u16,
    #[serde(flatten)]
    pub event: Event,
}

/// Writes the enum and the names of its variants from one table.
macro_rules! events {
    ($($name:literal => $variant:ident($payload:ident),)*) => {
        /// Every event of the shop: `type` and `payload` of the envelope.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(tag = "type", content = "payload")]
        pub enum Event {
            $(
                #[serde(rename = $name)]
                $variant($payload),
            )*
        }

        impl Event {
            /// The value of `type`, for example `order.placed`.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)*
                }
            }
        }
    };
}

events! {
    "order.created" => OrderCreated(OrderCreated),
    "order.stock_reserved" => OrderStockReserved(OrderRef),
    "order.rejected" => OrderRejected(OrderRejected),
    "order.payment_authorized" => OrderPaymentAuthorized(OrderRef),
    "order.payment_declined" => OrderPaymentDeclined(OrderEnded),
    "order.placed" => OrderPlaced(OrderPlaced),
    "order.cancelled" => OrderCancelled(OrderEnded),
    "order.fulfilling" => OrderFulfilling(OrderRef),
    "order.shipped" => OrderShipped(OrderRef),
    "order.delivered" => OrderDelivered(OrderRef),
    "order.completed" => OrderCompleted(OrderRef),
    "order.returned" => OrderReturned(OrderReturned),
    "stock.reserved" => StockReserved(StockMoved),
    "stock.committed" => StockCommitted(StockMoved),
    "stock.released" => StockReleased(StockMoved),
    "stock.expired" => StockExpired(StockMoved),
    "stock.restocked" => StockRestocked(StockMoved),
    "stock.adjusted" => StockAdjusted(StockAdjusted),
    "stock.low" => StockLow(StockLow),
    "payment.challenged" => PaymentChallenged(PaymentMoved),
    "payment.authorized" => PaymentAuthorized(PaymentMoved),
    "payment.declined" => PaymentDeclined(PaymentMoved),
    "payment.abandoned" => PaymentAbandoned(PaymentMoved),
    "payment.captured" => PaymentCaptured(PaymentMoved),
    "payment.voided" => PaymentVoided(PaymentMoved),
    "payment.refunded" => PaymentRefunded(PaymentMoved),
}

/// An order came into being.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderCreated {
    pub order_id: OrderId,
    pub total: Money,
    pub lines: Vec<StockLine>,
}

/// Something happened to an order that its id says enough about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderRef {
    pub order_id: OrderId,
}

/// There was not enough stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderRejected {
    pub order_id: OrderId,
    pub lines: Vec<ShortLine>,
}

/// The customer has bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderPlaced {
    pub order_id: OrderId,
    /// The number that people use.
    pub number: String,
    pub total: Money,
    pub lines: Vec<StockLine>,
}

/// Pieces of an order came back. The aggregate is the return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderReturned {
    pub order_id: OrderId,
    pub return_id: ReturnId,
    /// What goes back to the customer.
    pub amount: Money,
    pub lines: Vec<StockLine>,
}

/// A payment was declined, or the order ended before it was placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderEnded {
    pub order_id: OrderId,
    pub reason: String,
}

/// Pieces of a variant changed hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StockMoved {
    /// For whom; absent when the shop itself put something on an empty shelf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    pub variant_id: VariantId,
    pub qty: u32,
    /// Pieces that nobody has reserved or bought, afterwards.
    pub available: u32,
}

/// An administrator took stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StockAdjusted {
    pub variant_id: VariantId,
    /// Pieces that came, or that are gone when negative.
    pub qty: i32,
    /// Pieces that nobody has reserved or bought, afterwards.
    pub available: u32,
}

/// A variant is nearly sold out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StockLow {
    pub variant_id: VariantId,
    pub available: u32,
}

/// An intent changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentMoved {
    pub intent_id: IntentId,
    pub order_id: OrderId,
    pub attempt: u16,
    pub amount: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Event {
    /// The payload alone, for the outbox.
    pub fn payload(&self) -> Result<serde_json::Value, serde_json::Error> {
        let mut whole = serde_json::to_value(self)?;
        Ok(whole["payload"].take())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn an_event_reads_back_from_its_flat_wire_form() {
        let order_id = OrderId::from(Uuid::nil());
        let envelope = Envelope {
            id: EventId::from(Uuid::nil()),
            aggregate_id: order_id.uuid(),
            sequence: 1,
            time: DateTime::UNIX_EPOCH,
            traceparent: None,
            version: 1,
            event: Event::OrderCancelled(OrderEnded {
                order_id,
                reason: "reservation_expired".to_owned(),
            }),
        };
        let json = serde_json::to_value(&envelope).expect("an envelope is serialisable");
        assert_eq!(json["type"], envelope.event.name());
        assert_eq!(json["payload"]["reason"], "reservation_expired");
        assert_eq!(
            envelope.event.payload().ok().as_ref(),
            Some(&json["payload"])
        );
        assert_eq!(
            serde_json::from_value::<Envelope>(json).ok(),
            Some(envelope)
        );
    }
}
