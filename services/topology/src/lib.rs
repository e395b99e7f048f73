//! The shop as one table: its services, what each of them needs, and who calls whom.
//!
//! The operator builds workloads from it and the services find each other through it, so a port,
//! a mount path or an environment variable is written down once. No dependencies: both sides of
//! the house can afford to read it.

mod encryption;
mod layout;
mod redis;
mod service;
pub mod settings;

pub use encryption::{DatabaseEncryption, UnknownEncryption};
pub use layout::{DatabaseLayout, UnknownLayout};
pub use redis::RedisPlace;
pub use service::{Service, UnknownService};

/// Port of a service's API.
pub const API_PORT: u16 = 8080;
/// Port of `/livez`, `/readyz`, `/metrics` and `/version`; never routed by an ingress.
pub const ADMIN_PORT: u16 = 9090;
/// Port of Postgres.
pub const POSTGRES_PORT: u16 = 5432;
/// Port of Redis.
pub const REDIS_PORT: u16 = 6379;
/// Database of the shop unless it is told otherwise; see [`DatabaseLayout::database`].
pub const SHARED_DATABASE: &str = "localmart";
/// The Redis user of lifecycle Jobs.
pub const REDIS_LIFECYCLE_USER: &str = "lifecycle";
/// What it may do, as the words of an ACL rule: change the passwords of the others.
pub const REDIS_LIFECYCLE_RIGHTS: &str = "resetchannels -@all +acl|setuser +ping";
/// User and group that every container runs as.
pub const RUN_AS: i64 = 65532;
/// Image name of the program that lifecycle Jobs run.
pub const MIGRATE_IMAGE: &str = "localmart/migrate";
/// Image name of the operator.
pub const OPERATOR_IMAGE: &str = "localmart/operator";
/// Image name of the managed Postgres built from Debian packages.
pub const POSTGRES_IMAGE: &str = "localmart/postgres";
/// Image name of the managed Redis built from Debian packages.
pub const REDIS_IMAGE: &str = "localmart/redis";
