//! Ids: UUID version 7, one type per thing, so that a cart's id cannot be passed for an order's.
//!
//! Time and randomness are handed in; nothing here reads a clock.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::{Builder, Uuid};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
        )]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(Uuid);

        impl $name {
            /// The id for something made at `time`; `entropy` keeps ids of one millisecond apart.
            /// A time before 1970 counts as 1970.
            pub fn at(time: DateTime<Utc>, entropy: [u8; 10]) -> Self {
                let millis = u64::try_from(time.timestamp_millis()).unwrap_or(0);
                Self(Builder::from_unix_timestamp_millis(millis, &entropy).into_uuid())
            }

            /// The plain UUID, for SQL.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id! {
    /// A product: what a customer looks at.
    ProductId
}
id! {
    /// A variant of a product: what a customer buys and what has stock.
    VariantId
}
id! {
    /// A cart.
    CartId
}
id! {
    /// A checkout: the way from a cart to an order.
    CheckoutId
}
id! {
    /// An order. It has the same id as the checkout that it came from.
    OrderId
}
id! {
    /// A payment intent of the payments service.
    IntentId
}
id! {
    /// A parcel of an order.
    ShipmentId
}
id! {
    /// Money that goes back after an order was placed.
    RefundId
}
id! {
    /// Pieces of an order that come back.
    ReturnId
}
id! {
    /// A question of the bank to the holder of a card (3-D Secure).
    ChallengeId
}
id! {
    /// An event in an outbox.
    EventId
}

impl From<CheckoutId> for OrderId {
    fn from(checkout: CheckoutId) -> Self {
        Self(checkout.0)
    }
}

impl From<OrderId> for CheckoutId {
    fn from(order: OrderId) -> Self {
        Self(order.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_version_7_and_sorts_by_time() {
        let early = DateTime::from_timestamp_millis(1_700_000_000_000).expect("a valid time");
        let late = DateTime::from_timestamp_millis(1_700_000_000_001).expect("a valid time");
        let first = OrderId::at(early, [0xff; 10]);
        let second = OrderId::at(late, [0; 10]);
        assert_eq!(first.uuid().get_version_num(), 7);
        assert!(first < second);
    }

    #[test]
    fn an_id_reads_back_from_text_and_json() {
        let id = VariantId::at(DateTime::UNIX_EPOCH, [7; 10]);
        assert_eq!(id.to_string().parse(), Ok(id));
        let json = serde_json::to_string(&id).expect("an id is serialisable");
        assert_eq!(json, format!("\"{id}\""));
        assert_eq!(serde_json::from_str::<VariantId>(&json).ok(), Some(id));
    }
}
