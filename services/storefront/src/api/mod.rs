//! What the storefront answers itself.

pub(crate) mod carts;
pub(crate) mod session;
