//! Starts the cart service.

fn main() {}
