//! The shop's sample data: a small market with ten stalls and four discount codes, the same on
//! every machine.
//!
//! Everything here is plain data and pure functions; what writes it to a database is elsewhere.

mod catalogue;
mod codes;
pub mod print;
mod stalls;

#[cfg(test)]
mod tests;

pub use catalogue::{Catalogue, Category, Picture, Product, Variant, catalogue};
pub use codes::{CODES, Code, Effect};
