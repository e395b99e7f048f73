//! The proof: what must hold whatever happens to the shop, and what happens to it.

pub mod buyer;
#[cfg(feature = "shop")]
pub mod crash;
pub mod goods;
pub mod invariants;
pub mod planted;
pub mod races;
pub mod report;
#[cfg(feature = "shop")]
pub mod shop;
