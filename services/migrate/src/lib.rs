//! Prepares the shop's databases: roles and schemas, migrations, sample data.

pub mod bootstrap;
pub mod migrate;
pub mod program;
pub mod sample;
pub mod seed;
pub mod server;
