//! Starts the payments service.

fn main() {}
