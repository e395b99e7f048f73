//! What crosses a service boundary: ids, money, the bodies of internal calls, events.
//!
//! No I/O and no web framework, so that both ends of a call compile the same types and a change
//! that breaks one of them does not build.

pub mod cart;
pub mod catalog;
pub mod discount;
pub mod events;
pub mod ids;
pub mod money;
pub mod payments;
pub mod quote;

pub use discount::DiscountCode;
pub use ids::{
    CartId, ChallengeId, CheckoutId, EventId, IntentId, OrderId, ProductId, RefundId, ReturnId,
    ShipmentId, VariantId,
};
pub use money::{Currency, Money, MoneyError};
