//! The pool and the transaction.

mod transaction;

use std::time::Duration;

use sqlx::{
    PgPool,
    error::DatabaseError,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::config;

#[doc(hidden)]
pub use transaction::Runs;

/// Longest wait for a free connection: longer, and the request is better refused.
const ACQUIRE: Duration = Duration::from_secs(2);

/// Postgres error codes that this house treats by name.
/// <https://www.postgresql.org/docs/15/errcodes-appendix.html>
pub mod sqlstate {
    pub const SERIALIZATION_FAILURE: &str = "40001";
    pub const DEADLOCK_DETECTED: &str = "40P01";
    pub const LOCK_NOT_AVAILABLE: &str = "55P03";
    pub const QUERY_CANCELED: &str = "57014";
    pub const ADMIN_SHUTDOWN: &str = "57P01";
    pub const CRASH_SHUTDOWN: &str = "57P02";
    pub const CANNOT_CONNECT_NOW: &str = "57P03";
    pub const TOO_MANY_CONNECTIONS: &str = "53300";
    pub const CHECK_VIOLATION: &str = "23514";
    pub const UNIQUE_VIOLATION: &str = "23505";
}

/// Opens a pool without waiting for Postgres; connections are made in the background, as many as
/// the pool may hold, so that no request pays for one.
///
/// Statements are planned once per connection (`force_generic_plan`): array parameters would
/// otherwise be planned again at each call. A pooled connection is not tested before use, which
/// saves a round trip; [`run_tx!`](crate::run_tx) repeats a transaction that met a dead one.
///
/// In `pg_stat_activity` the connections carry the name of the program and its release.
pub fn connect(to: &config::Database, program: &str, release: &str) -> PgPool {
    let mode = to.encryption.ssl_mode().parse();
    let mut options = PgConnectOptions::new_without_pgpass()
        .host(&to.host)
        .port(to.port)
        .database(&to.name)
        .username(&to.user)
        .password(to.password.expose())
        .ssl_mode(mode.expect("a word of Postgres"))
        .application_name(&format!("{program} {release}"))
        .options([
            ("plan_cache_mode", "force_generic_plan"),
            ("statement_timeout", "5s"),
            ("lock_timeout", "3s"),
            ("idle_in_transaction_session_timeout", "10s"),
            ("timezone", "UTC"),
        ]);
    if let Some(authority) = &to.authority {
        options = options.ssl_root_cert(authority);
    }
    PgPoolOptions::new()
        .min_connections(to.connections)
        .max_connections(to.connections)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .idle_timeout(None)
        .connect_lazy_with(options)
}

/// Whether Postgres answers.
pub async fn ping(pool: &PgPool) -> Result<(), String> {
    sqlx::query("SELECT 1")
        .execute(pool)
        .await
        .map(drop)
        .map_err(|error| format!("postgres does not answer: {error}"))
}

/// Whether the statement failed for what else was going on, so that the same again may succeed.
pub fn is_transient(error: &dyn DatabaseError) -> bool {
    matches!(
        error.code().as_deref(),
        Some(
            sqlstate::SERIALIZATION_FAILURE
                | sqlstate::DEADLOCK_DETECTED
                | sqlstate::LOCK_NOT_AVAILABLE
                | sqlstate::QUERY_CANCELED
                | sqlstate::ADMIN_SHUTDOWN
                | sqlstate::CRASH_SHUTDOWN
                | sqlstate::CANNOT_CONNECT_NOW
                | sqlstate::TOO_MANY_CONNECTIONS
        )
    )
}
