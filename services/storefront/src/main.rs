//! Starts the storefront service.

fn main() {}
