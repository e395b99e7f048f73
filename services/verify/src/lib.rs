//! The proof: what must hold whatever happens to the shop.

pub mod invariants;
