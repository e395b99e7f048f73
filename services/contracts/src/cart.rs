//! What carts and orders tell each other.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{CartId, OrderId, catalog::StockLine, discount::DiscountCode};

/// Whether a cart still takes lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CartState {
    Open,
    /// An order came out of it.
    Closed,
}

/// `GET /internal/v1/carts/{id}`: a cart without prices and titles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CartForOrders {
    pub id: CartId,
    /// Subject that the cart belongs to.
    pub owner: String,
    /// Grows with each change.
    pub version: u64,
    pub state: CartState,
    /// The order that closed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_number: Option<String>,
    pub lines: Vec<StockLine>,
    /// The discount code that the customer has given, whether or not it counts now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount_code: Option<DiscountCode>,
}

/// `POST /internal/v1/carts/{id}/close`: the cart became an order. What the cart holds beyond
/// `lines` was added since and moves into a new open cart of the same owner. The same order
/// again changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseCart {
    pub order_id: OrderId,
    pub order_number: String,
    /// Version of the cart that was ordered.
    pub version: u64,
    /// What was ordered.
    pub lines: Vec<StockLine>,
}

/// Answer to closing a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClosedCart {
    pub id: CartId,
    pub state: CartState,
    /// The new cart, when lines had been added since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<CartId>,
}
