//! Applying a service's SQL files: forward only, each once, in order.
//!
//! Bookkeeping is the table `_migrations` in the service's own schema. A file that was applied
//! must never change; its checksum is compared at each run.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use topology::Service;

use super::roles::identifier;

/// When a file runs: before the new version starts, or after the last old pod is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Expand,
    Contract,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expand => "expand",
            Self::Contract => "contract",
        })
    }
}

/// One file of `migrations/<service>/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Number at the start of the file's name.
    pub number: u32,
    /// Text between number and phase.
    pub name: String,
    pub phase: Phase,
    pub sql: String,
}

/// A file name that does not follow `NNNN_<name>.expand.sql` or `.contract.sql`.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0:?} is no name of a migration; write it as 0001_what_it_does.expand.sql or .contract.sql"
)]
pub struct BadName(String);

impl Migration {
    /// A migration from the name of its file and its content.
    pub fn from_file(file: &str, sql: &str) -> Result<Self, BadName> {
        let bad = || BadName(file.to_owned());
        let stem = file.strip_suffix(".sql").ok_or_else(bad)?;
        let (stem, phase) = stem.rsplit_once('.').ok_or_else(bad)?;
        let phase = match phase {
            "expand" => Phase::Expand,
            "contract" => Phase::Contract,
            _ => return Err(bad()),
        };
        let (number, name) = stem.split_once('_').ok_or_else(bad)?;
        if number.len() != 4 || name.is_empty() {
            return Err(bad());
        }
        Ok(Self {
            number: u32::from_str(number).map_err(|_| bad())?,
            name: name.to_owned(),
            phase,
            sql: sql.to_owned(),
        })
    }

    fn checksum(&self) -> Vec<u8> {
        Sha256::digest(self.sql.as_bytes()).to_vec()
    }

    /// The file's name.
    pub fn file(&self) -> String {
        format!("{:04}_{}.{}.sql", self.number, self.name, self.phase)
    }
}

/// Why migrations stopped. Those before the named one have been applied and stay.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error("{service}: {file} failed and was rolled back: {reason}")]
    Failed {
        service: Service,
        file: String,
        reason: String,
    },
    #[error(
        "{service}: {file} was applied and has changed since; put it back as it was and write the \
         change as a new migration"
    )]
    Changed { service: Service, file: String },
    #[error("{service}: two migrations have the number {number:04}; renumber the newer one")]
    SameNumber { service: Service, number: u32 },
    #[error("{service}: the list of applied migrations cannot be read: {0}", .source)]
    Bookkeeping {
        service: Service,
        source: sqlx::Error,
    },
}

/// Applies what is missing of `migrations` with phase `phase`, in order of number, each in its own
/// transaction as role `owner`. Returns the files applied. Runs that overlap wait for each other.
pub async fn apply(
    connection: &mut PgConnection,
    service: Service,
    owner: &str,
    migrations: &[Migration],
    phase: Phase,
) -> Result<Vec<String>, MigrateError> {
    let bookkeeping = |source| MigrateError::Bookkeeping { service, source };
    let mut ordered: Vec<&Migration> = migrations.iter().collect();
    ordered.sort_by_key(|migration| migration.number);
    if let Some(pair) = ordered
        .windows(2)
        .find(|pair| pair[0].number == pair[1].number)
    {
        return Err(MigrateError::SameNumber {
            service,
            number: pair[0].number,
        });
    }
    begin_session(connection, service, owner)
        .await
        .map_err(bookkeeping)?;
    let applied = applied(connection, service).await.map_err(bookkeeping)?;
    let mut done = Vec::new();
    for migration in ordered {
        let number = i32::try_from(migration.number).unwrap_or(i32::MAX);
        if let Some((_, checksum)) = applied.iter().find(|(known, _)| *known == number) {
            if *checksum != migration.checksum() {
                return Err(MigrateError::Changed {
                    service,
                    file: migration.file(),
                });
            }
            continue;
        }
        if migration.phase != phase {
            continue;
        }
        apply_one(connection, service, migration)
            .await
            .map_err(|error| MigrateError::Failed {
                service,
                file: migration.file(),
                reason: told(&error, &migration.sql),
            })?;
        done.push(migration.file());
    }
    end_session(connection, service)
        .await
        .map_err(bookkeeping)?;
    Ok(done)
}

async fn begin_session(
    connection: &mut PgConnection,
    service: Service,
    owner: &str,
) -> Result<(), sqlx::Error> {
    run(connection, format!("SET ROLE {}", identifier(owner))).await?;
    sqlx::query("SELECT pg_advisory_lock(hashtext('localmart migrations'), hashtext($1))")
        .bind(service.name())
        .execute(&mut *connection)
        .await?;
    let schema = identifier(service.name());
    run(
        connection,
        format!(
            "CREATE TABLE IF NOT EXISTS {schema}._migrations (\
               number integer PRIMARY KEY, \
               file text NOT NULL, \
               checksum bytea NOT NULL, \
               applied_at timestamptz NOT NULL DEFAULT now())"
        ),
    )
    .await
}

async fn end_session(connection: &mut PgConnection, service: Service) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_advisory_unlock(hashtext('localmart migrations'), hashtext($1))")
        .bind(service.name())
        .execute(&mut *connection)
        .await?;
    run(connection, "RESET ROLE".to_owned()).await
}

async fn applied(
    connection: &mut PgConnection,
    service: Service,
) -> Result<Vec<(i32, Vec<u8>)>, sqlx::Error> {
    let schema = identifier(service.name());
    let list = format!("SELECT number, checksum FROM {schema}._migrations ORDER BY number");
    let rows = sqlx::query(AssertSqlSafe(list))
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
}

async fn apply_one(
    connection: &mut PgConnection,
    service: Service,
    migration: &Migration,
) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    // The files are part of the program.
    sqlx::raw_sql(AssertSqlSafe(migration.sql.clone()))
        .execute(&mut *transaction)
        .await?;
    let schema = identifier(service.name());
    let record =
        format!("INSERT INTO {schema}._migrations (number, file, checksum) VALUES ($1, $2, $3)");
    sqlx::query(AssertSqlSafe(record))
        .bind(i32::try_from(migration.number).unwrap_or(i32::MAX))
        .bind(migration.file())
        .bind(migration.checksum())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}

async fn run(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .map(drop)
}

/// Postgres's words, with the line of the file that they are about.
fn told(error: &sqlx::Error, sql: &str) -> String {
    let sqlx::Error::Database(database) = error else {
        return error.to_string();
    };
    let detail = database.try_downcast_ref::<sqlx::postgres::PgDatabaseError>();
    let mut text = database.message().to_owned();
    let Some(detail) = detail else { return text };
    if let Some(sqlx::postgres::PgErrorPosition::Original(position)) = detail.position() {
        let line = sql.chars().take(position).filter(|c| *c == '\n').count() + 1;
        text = format!("{text} (line {line})");
    }
    if let Some(hint) = detail.hint() {
        text = format!("{text}; {hint}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_says_number_name_and_phase() {
        let migration =
            Migration::from_file("0002_add_weight.expand.sql", "").expect("a good name");
        assert_eq!(
            (migration.number, migration.name.as_str()),
            (2, "add_weight")
        );
        assert_eq!(migration.phase, Phase::Expand);
        assert_eq!(migration.file(), "0002_add_weight.expand.sql");
        for wrong in [
            "1_x.expand.sql",
            "0001_x.sql",
            "0001_x.undo.sql",
            "0001.expand.sql",
            "x",
        ] {
            assert!(Migration::from_file(wrong, "").is_err(), "{wrong}");
        }
    }
}
