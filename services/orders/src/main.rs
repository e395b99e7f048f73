//! Starts the orders service.

fn main() {}
