//! Plain SQL over the schema `payments`.

mod intents;
mod tokens;
pub mod webhooks;

pub use intents::{Conclusion, Found, Intents, NewIntent};
pub use tokens::Tokens;

/// Keys of requests that may be repeated.
pub const KEYS: chassis::idempotency::Idempotency = chassis::idempotency!("payments");
/// Events about intents.
pub const OUTBOX: chassis::outbox::Outbox = chassis::outbox!("payments");
