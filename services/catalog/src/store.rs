//! The tables of the schema `catalog`.

mod adjustments;
mod cards;
mod products;
mod reservations;
mod returns;
mod sales;
mod shelf;
mod stock;
mod variants;

pub use adjustments::Entry;
pub use cards::Card;
pub use products::{Product, ProductVariant};
pub use sales::Sales;
pub use shelf::Shelf;
pub use stock::Stock;
