//! Carts of guests and of who is signed in, on a real Redis and a real Postgres, while the other
//! services are away. Adding to a cart needs the catalog and is tested with the whole shop.
#![allow(clippy::unwrap_used)]

mod changing;
mod closing;
mod fixture;
mod merging;
mod opening;
mod stores;
