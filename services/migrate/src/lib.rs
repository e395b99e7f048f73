//! Prepares the shop's databases: roles and schemas, migrations, sample data.

pub mod bootstrap;
pub mod logins;
pub mod migrate;
pub mod program;
pub mod redis_logins;
pub mod redis_users;
pub mod sample;
pub mod seed;
pub mod server;
