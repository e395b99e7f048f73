//! A transaction with a name that is repeated when that is safe.

use std::time::Duration;

use rand::RngExt;
use sqlx::{PgConnection, PgPool};

use super::sqlstate;
use crate::problem::Problem;

/// Runs of one transaction before its error is handed on.
const ATTEMPTS: u32 = 6;

/// An error that a transaction's body may fail with.
pub trait TransactionError: From<sqlx::Error> {
    /// The database error behind it, if that is what it is.
    fn database_error(&self) -> Option<&sqlx::Error>;
}

impl TransactionError for sqlx::Error {
    fn database_error(&self) -> Option<&sqlx::Error> {
        Some(self)
    }
}

impl TransactionError for Problem {
    fn database_error(&self) -> Option<&sqlx::Error> {
        Problem::database_error(self)
    }
}

/// Runs `body` in a transaction and commits it. `Err` from `body` rolls everything back.
///
/// The transaction is repeated when it certainly had no effect: Postgres gave up on it
/// (serialization failure, deadlock), or the connection broke before `COMMIT` was sent. An error
/// of `COMMIT` itself is handed on unless Postgres says that it rolled back: whether it took
/// effect is not known then, and only an idempotency key can make a repetition safe. `body` must
/// therefore have no effect outside of the transaction, and a failed statement must end it:
/// Postgres answers a later `COMMIT` with a silent rollback.
pub async fn run_tx<T, E, F>(pool: &PgPool, name: &'static str, mut body: F) -> Result<T, E>
where
    E: TransactionError,
    F: AsyncFnMut(&mut PgConnection) -> Result<T, E>,
{
    let mut attempt = 1;
    loop {
        let error = match run_once(pool, &mut body).await {
            Ok(value) => return Ok(value),
            Err(Failed::ForGood(error)) => return Err(error),
            Err(Failed::WithoutEffect(error)) => error,
        };
        if attempt == ATTEMPTS {
            return Err(error);
        }
        if let Some(cause) = error.database_error() {
            tracing::info!(transaction = name, attempt, error = %cause, "transaction repeated");
        }
        tokio::time::sleep(pause(attempt)).await;
        attempt += 1;
    }
}

enum Failed<E> {
    /// Certainly rolled back, by something that may not happen again.
    WithoutEffect(E),
    ForGood(E),
}

async fn run_once<T, E, F>(pool: &PgPool, body: &mut F) -> Result<T, Failed<E>>
where
    E: TransactionError,
    F: AsyncFnMut(&mut PgConnection) -> Result<T, E>,
{
    let before_commit = |error: E| {
        if error
            .database_error()
            .is_some_and(|cause| gave_up(cause) || is_broken(cause))
        {
            Failed::WithoutEffect(error)
        } else {
            Failed::ForGood(error)
        }
    };
    let mut transaction = match pool.begin().await {
        Ok(transaction) => transaction,
        Err(error) => return Err(before_commit(error.into())),
    };
    let value = match body(&mut transaction).await {
        Ok(value) => value,
        Err(error) => {
            // The rollback frees the rows before a repetition asks for them. On a connection that
            // is gone there is nothing to roll back.
            let _ = transaction.rollback().await;
            return Err(before_commit(error));
        }
    };
    match transaction.commit().await {
        Ok(()) => Ok(value),
        Err(error) if gave_up(&error) => Err(Failed::WithoutEffect(error.into())),
        Err(error) => Err(Failed::ForGood(error.into())),
    }
}

/// Postgres rolled the transaction back in favour of another.
fn gave_up(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else {
        return false;
    };
    matches!(
        error.code().as_deref(),
        Some(sqlstate::SERIALIZATION_FAILURE | sqlstate::DEADLOCK_DETECTED)
    )
}

/// The connection is gone, and with it all that was not committed.
fn is_broken(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => matches!(
            error.code().as_deref(),
            Some(
                sqlstate::ADMIN_SHUTDOWN | sqlstate::CRASH_SHUTDOWN | sqlstate::CANNOT_CONNECT_NOW
            )
        ),
        _ => false,
    }
}

/// Grows with the attempts and differs between rivals, so that they do not meet again.
fn pause(attempt: u32) -> Duration {
    let longest = 5u64 << attempt.min(6);
    Duration::from_millis(rand::rng().random_range(1..=longest))
}
