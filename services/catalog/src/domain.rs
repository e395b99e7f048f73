//! The rules, without I/O, clock or randomness.

pub mod cursor;
pub mod listing;
pub mod reservation;
pub mod search;
pub mod shelf;
