//! The shop's sample data: a small market with ten stalls, the same on every machine.
//!
//! Everything here is plain data and pure functions; what writes it to a database is elsewhere.

mod catalogue;
pub mod print;
mod stalls;

#[cfg(test)]
mod tests;

pub use catalogue::{Catalogue, Category, Picture, Product, Variant, catalogue};
