//! The LocalMart API, `localmart.dev/v1alpha1`: what a platform engineer writes and reads.
//!
//! This crate holds the types, their validation rules and the closed set of conditions. It has no
//! client and does no I/O, so tools and tests can afford to depend on it.
//!
//! Where absence has a meaning (`replicas`, `postgres`, `version`, …) the schema carries no
//! default: the API server writes defaults before it runs the rules, and a rule such as "not both"
//! would then meet a value nobody wrote. The operator fills these in when it validates.

pub mod conditions;
pub mod names;
pub mod schema;
mod spec;
mod status;

pub use spec::*;
pub use status::*;
