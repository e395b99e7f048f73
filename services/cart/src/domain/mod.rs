//! Carts without I/O.

mod cart;
mod code;
mod view;

#[cfg(test)]
pub(crate) use cart::tests as testing;
pub(crate) use cart::{Cart, Details, Line};
pub(crate) use view::{CartView, Notice, NoticeCode, Prices, present, priced_lines};
