//! The purchase as a saga: each step is one transaction here or one call elsewhere, and whatever
//! stands still is finished or undone.

pub mod basket;
pub mod cancel;
pub mod complete;
pub mod follow_up;
pub mod fulfil;
pub mod hear;
pub mod reaper;
pub mod refund;
pub mod reserve;
pub mod returns;
pub mod standing;
pub mod steps;
pub mod supersede;
