//! The catalog against a real Postgres: every endpoint, every repeat, and buyers in a hurry.

mod adjusting;
mod browsing;
mod events;
mod fixture;
mod looking_up;
mod pictures;
mod racing;
mod reserving;
mod returning;
mod sweeping;
