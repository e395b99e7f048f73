//! What the tests against a real control plane stand on.
//!
//! The API server and the controllers are the genuine ones. Three things are made up: there is no
//! kubelet, so [`kubelet`] writes the status of pods and of nothing else; there is no Gateway, so
//! [`gateway`] writes what its controller would say of a route; and the operator talks
//! to the API server through [`proxy`], which counts its requests, acts with the rights of the
//! chart and nothing more, and can kill it at a chosen request.

#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking; each test file uses a part of the kit"
)]

pub mod approval;
pub mod chart;
pub mod cluster;
pub mod exchange;
pub mod fault;
pub mod gateway;
pub mod kubelet;
pub mod look;
pub mod operator;
pub mod portrait;
pub mod proxy;
pub mod scrape;
pub mod shell;
pub mod wait;
pub mod wire;

pub use cluster::{Cluster, Space};
pub use operator::Operator;
pub use wait::eventually;
