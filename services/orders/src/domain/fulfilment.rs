//! What has left the house and what has come back.

use chrono::{DateTime, Utc};
use contracts::{ShipmentId, VariantId, catalog::StockLine};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::named::named;

/// Longest tracking number, in characters.
pub const LONGEST_TRACKING: usize = 100;

named! {
    /// How much of an order has left the house; derived from the pieces of its lines.
    FulfillmentStatus {
        None = "none",
        Partial = "partial",
        All = "all",
        /// Everything has come back.
        Returned = "returned",
    }
}

/// A parcel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shipment {
    pub id: ShipmentId,
    pub lines: Vec<StockLine>,
    /// The carrier's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking: Option<String>,
    pub shipped_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<DateTime<Utc>>,
}

/// Pieces of one line of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pieces {
    pub variant_id: VariantId,
    pub ordered: u32,
    pub shipped: u32,
    /// In returns that were not rejected.
    pub claimed: u32,
    pub received: u32,
}

/// The status of an order with these lines.
pub fn status(lines: &[Pieces]) -> FulfillmentStatus {
    let sum = |of: fn(&Pieces) -> u32| lines.iter().map(of).map(u64::from).sum::<u64>();
    let (ordered, shipped) = (sum(|line| line.ordered), sum(|line| line.shipped));
    if shipped == 0 {
        FulfillmentStatus::None
    } else if shipped < ordered {
        FulfillmentStatus::Partial
    } else if sum(|line| line.received) < ordered {
        FulfillmentStatus::All
    } else {
        FulfillmentStatus::Returned
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn line(ordered: u32, shipped: u32, received: u32) -> Pieces {
        Pieces {
            variant_id: Uuid::nil().into(),
            ordered,
            shipped,
            claimed: received,
            received,
        }
    }

    #[test]
    fn the_status_follows_from_the_pieces() {
        use FulfillmentStatus as F;
        assert_eq!(status(&[line(2, 0, 0), line(1, 0, 0)]), F::None);
        assert_eq!(status(&[line(2, 2, 0), line(1, 0, 0)]), F::Partial);
        assert_eq!(status(&[line(2, 2, 2), line(1, 0, 0)]), F::Partial);
        assert_eq!(status(&[line(2, 2, 1), line(1, 1, 0)]), F::All);
        assert_eq!(status(&[line(2, 2, 2), line(1, 1, 1)]), F::Returned);
    }
}
