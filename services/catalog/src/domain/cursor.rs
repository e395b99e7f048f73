//! Where a page ended. Opaque to clients: base64url of the last row's place in the order.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::listing::Order;

/// The place of a row in an order of products.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    order: Order,
    /// A time in microseconds, a price in minor units, pieces sold or a rank, by the order.
    pub number: i64,
    /// A title, where titles decide.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Decides between rows that are equal otherwise.
    pub id: Uuid,
}

impl Place {
    /// The place of a row.
    pub fn new(order: Order, number: i64, text: String, id: Uuid) -> Self {
        Self {
            order,
            number,
            text,
            id,
        }
    }

    /// For the client.
    pub fn to_cursor(&self) -> String {
        // A struct of plain members is always serialisable.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// From the client; `None` when it is no cursor, or one of another order.
    pub fn from_cursor(cursor: &str, order: Order) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let place: Self = serde_json::from_slice(&bytes).ok()?;
        (place.order == order).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_place_in_its_own_order_only() {
        let place = Place::new(Order::Title, 0, "teapot".to_owned(), Uuid::from_u128(7));
        let cursor = place.to_cursor();
        assert_eq!(Place::from_cursor(&cursor, Order::Title), Some(place));
        assert_eq!(Place::from_cursor(&cursor, Order::Newest), None);
        assert_eq!(Place::from_cursor("not a cursor", Order::Title), None);
    }
}
