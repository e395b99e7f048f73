//! Plain SQL over the schema `orders`.
//!
//! The row of a checkout is the lock of its order and all that belongs to it: whoever changes one
//! of them locks it first ([`checkouts::lock`]). The row of a coupon is locked last ([`redemptions`]).

use chassis::Problem;
use serde::Serialize;
use serde_json::Value;

pub mod all_orders;
pub mod attempts;
pub mod checkouts;
pub mod coupons;
pub mod follow_ups;
pub mod orders;
pub mod redemptions;
pub mod refunds;
pub mod return_window;
pub mod returns;
pub mod shipments;
pub mod stalled;
pub mod tax_rules;
pub mod transition;
pub mod watched;
pub mod webhooks;

/// Keys of requests that may be repeated.
pub const KEYS: chassis::idempotency::Idempotency = chassis::idempotency!("orders");
/// Events about orders.
const OUTBOX: chassis::outbox::Outbox = chassis::outbox!("orders");

/// A value for a `jsonb` column.
fn json(value: &impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(value).map_err(Problem::internal)
}
