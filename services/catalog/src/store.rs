//! The tables of the schema `catalog`.

mod cards;
mod products;
mod reservations;
mod returns;
mod shelf;
mod stock;
mod variants;

pub use cards::Card;
pub use products::{Product, ProductVariant};
pub use shelf::Shelf;
pub use stock::Stock;
