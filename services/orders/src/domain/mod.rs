//! The rules of ordering. Pure: no I/O, no clock, no randomness; they are handed in.

pub mod checkout;
pub mod contact;
pub mod country;
pub mod delivery;
pub mod diagram;
pub mod discount;
pub mod fulfilment;
pub mod history;
pub mod line;
pub mod named;
pub mod number;
pub mod order;
pub mod payment;
pub mod quote;
pub mod refund;
pub mod returns;
pub mod state;
pub mod tax;
