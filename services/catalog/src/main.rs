//! Starts the catalog service.

fn main() {}
