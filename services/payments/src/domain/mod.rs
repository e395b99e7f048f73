//! The rules of the simulated payment provider. Pure: no I/O, no clock, no randomness.

pub mod card;
pub mod ledger;
