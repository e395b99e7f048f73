//! The LocalMart operator: turns one `LocalMart` object into a running shop and keeps it right.
//!
//! Start reading at [`reconcile`], which explains the loop.

pub mod backoff;
pub mod build;
pub mod certificate;
pub mod cli;
pub mod context;
pub mod controller;
pub mod error;
pub mod inspect;
pub mod leader;
pub mod lifecycle;
pub mod metrics;
pub mod planted;
pub mod reconcile;
pub mod reference;
pub mod releases;
pub mod render;
pub mod server;
pub mod telemetry;
#[cfg(test)]
mod testing;
mod unknown;
pub mod watches;
pub mod yaml;
