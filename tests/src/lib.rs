//! A whole shop in one process, for tests of what its services do together.

pub mod shop;
