//! What every service stands on.
//!
//! A service's `main.rs` is one call of [`program::run`]; its `run` builds a router, hands it to
//! [`serve::Server`] and gets back a [`serve::Running`] that tests can talk to and stop.

pub mod auth;
pub mod client;
pub mod clock;
pub mod config;
pub mod events;
pub mod extract;
pub mod funnel;
pub mod idempotency;
pub mod ids;
pub mod metrics;
pub mod openapi;
pub mod outbox;
pub mod postgres;
pub mod problem;
pub mod program;
pub mod redis;
pub mod serve;
pub mod telemetry;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod webhook;

pub use auth::{Caller, InternalKeys};
pub use clock::Clock;
pub use ids::Ids;
pub use problem::{Code, FieldErrors, Problem};
pub use serve::{Running, Server};
pub use topology::Service;
