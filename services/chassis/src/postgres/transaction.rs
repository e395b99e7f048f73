//! A transaction with a name that is repeated when that is safe.

use std::{ops::ControlFlow, time::Duration};

use rand::RngExt;
use sqlx::{PgPool, PgTransaction};

use super::sqlstate;
use crate::problem::Problem;

/// Runs of one transaction before its error is handed on.
const ATTEMPTS: u32 = 6;

/// Runs a body in a transaction and commits it; the body's `Err` rolls everything back. Gives
/// `Result<T, Problem>`:
///
/// ```text
/// let left = run_tx!(&pool, "reserve", async |tx| {
///     sqlx::query!("UPDATE …").execute(&mut *tx).await?;
///     Ok(left)
/// })?;
/// ```
///
/// The transaction is repeated when it certainly had no effect: Postgres gave up on it
/// (serialization failure, deadlock), or the connection broke before `COMMIT` was sent. An error
/// of `COMMIT` itself is handed on unless Postgres says that it rolled back: whether it took
/// effect is not known then, and only an idempotency key can make a repetition safe. The body must
/// therefore have no effect outside of the transaction, and a failed statement must end it:
/// Postgres answers a later `COMMIT` with a silent rollback.
///
/// A macro, because the future of an async closure that borrows cannot be shown to be `Send`,
/// which handlers have to be (rust-lang/rust issue 110338).
#[macro_export]
macro_rules! run_tx {
    ($pool:expr, $name:expr, async |$tx:ident| $body:expr) => {{
        let mut runs = $crate::postgres::Runs::new($pool, $name);
        loop {
            let begun = runs.begin().await;
            let ended = match begun {
                Ok(mut transaction) => {
                    let result: ::std::result::Result<_, $crate::Problem> = async {
                        let $tx: &mut ::sqlx::PgConnection = &mut transaction;
                        $body
                    }
                    .await;
                    runs.end(transaction, result).await
                }
                Err(problem) => runs.failed(problem).await,
            };
            if let ::std::ops::ControlFlow::Break(result) = ended {
                break result;
            }
        }
    }};
}

/// The runs of one transaction; made by [`run_tx!`](crate::run_tx).
#[doc(hidden)]
#[derive(Debug)]
pub struct Runs<'a> {
    pool: &'a PgPool,
    name: &'static str,
    attempt: u32,
}

/// `Break` with the result, or run again.
type Ended<T> = ControlFlow<Result<T, Problem>>;

impl<'a> Runs<'a> {
    #[doc(hidden)]
    pub fn new(pool: &'a PgPool, name: &'static str) -> Self {
        Self {
            pool,
            name,
            attempt: 1,
        }
    }

    #[doc(hidden)]
    pub async fn begin(&self) -> Result<PgTransaction<'static>, Problem> {
        Ok(self.pool.begin().await?)
    }

    /// Commits or rolls back.
    #[doc(hidden)]
    pub async fn end<T>(
        &mut self,
        transaction: PgTransaction<'static>,
        result: Result<T, Problem>,
    ) -> Ended<T> {
        let value = match result {
            Ok(value) => value,
            Err(problem) => {
                // The rollback frees the rows before a repetition asks for them. On a connection
                // that is gone there is nothing to roll back.
                let _ = transaction.rollback().await;
                return self.failed(problem).await;
            }
        };
        match transaction.commit().await {
            Ok(()) => ControlFlow::Break(Ok(value)),
            Err(error) if gave_up(&error) => self.again(error.into()).await,
            Err(error) => ControlFlow::Break(Err(error.into())),
        }
    }

    /// After an error before `COMMIT`.
    #[doc(hidden)]
    pub async fn failed<T>(&mut self, problem: Problem) -> Ended<T> {
        let without_effect = problem
            .database_error()
            .is_some_and(|cause| gave_up(cause) || is_broken(cause));
        if without_effect {
            self.again(problem).await
        } else {
            ControlFlow::Break(Err(problem))
        }
    }

    async fn again<T>(&mut self, problem: Problem) -> Ended<T> {
        if self.attempt == ATTEMPTS {
            return ControlFlow::Break(Err(problem));
        }
        let cause = problem.database_error().map(ToString::to_string);
        tracing::info!(
            transaction = self.name,
            attempt = self.attempt,
            cause,
            "transaction repeated"
        );
        tokio::time::sleep(pause(self.attempt)).await;
        self.attempt += 1;
        ControlFlow::Continue(())
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

#[cfg(all(test, feature = "testkit"))]
mod tests {
    use super::*;
    use crate::{problem::Code, testkit};

    #[tokio::test]
    async fn a_transaction_that_was_given_up_runs_again_and_an_error_undoes_everything() {
        let pool = testkit::database(&[]).await.superuser();
        sqlx::query("CREATE TABLE public.counter (value integer)")
            .execute(&pool)
            .await
            .expect("a table");
        let mut runs = 0;
        let value = run_tx!(&pool, "count", async |tx| {
            runs += 1;
            sqlx::query("INSERT INTO public.counter VALUES (1)")
                .execute(&mut *tx)
                .await?;
            if runs < 3 {
                let give_up = "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$";
                sqlx::query(give_up).execute(&mut *tx).await?;
            }
            Ok(runs)
        });
        assert_eq!(value.expect("the third run commits"), 3);
        let refused: Result<(), _> = run_tx!(&pool, "refuse", async |tx| {
            sqlx::query("INSERT INTO public.counter VALUES (2)")
                .execute(&mut *tx)
                .await?;
            Err(Problem::new(Code::InvalidState, "no"))
        });
        assert_eq!(
            refused.expect_err("the body's error").code(),
            Code::InvalidState
        );
        let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM public.counter")
            .fetch_one(&pool)
            .await
            .expect("a count");
        assert_eq!(rows, 1);
    }

    /// Handlers must be `Send` while they wait inside a transaction that borrows: this compiles.
    #[allow(dead_code, clippy::manual_async_fn)]
    fn a_transaction_that_borrows_is_send(
        pool: &PgPool,
        text: &str,
    ) -> impl Future<Output = Result<usize, Problem>> + Send {
        async move {
            run_tx!(pool, "borrow", async |tx| {
                sqlx::query("SELECT 1").execute(&mut *tx).await?;
                Ok(text.len())
            })
        }
    }
}
