//! Carts without I/O.

mod cart;
mod view;

pub(crate) use cart::{Cart, Details, Line};
pub(crate) use view::{CartView, Prices, present, priced_lines};
