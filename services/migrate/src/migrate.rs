//! Applies the files of `migrations/<service>/`, each once, in the order of their names.
//!
//! `NNNN_name.expand.sql` adds what the new version needs and the old one can live with;
//! `NNNN_name.contract.sql` takes away what only the old version needed. Forward only.

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use topology::Service;

use crate::{bootstrap::LOCK, server::Server};

/// One migration: service, file name, SQL.
pub type File = (&'static str, &'static str, &'static str);

/// The files of this release, in order.
pub const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// When a migration may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Before the new version starts.
    Expand,
    /// After the last pod of the old version is gone.
    Contract,
}

impl Kind {
    fn suffix(self) -> &'static str {
        match self {
            Self::Expand => ".expand.sql",
            Self::Contract => ".contract.sql",
        }
    }
}

/// Applies what is missing in every service's schema.
pub async fn run(server: &Server, files: &[File], kind: Kind) -> Result<String> {
    check_names(files)?;
    let mut applied = 0;
    let mut total = 0;
    for service in Service::ALL
        .into_iter()
        .filter(|service| service.has_schema())
    {
        let mut connection = server.connect_to_migrate(service).await?;
        let owner = server.roles(service).owner;
        let own = files.iter().filter(|(owner, ..)| *owner == service.name());
        let names: Vec<_> = own.clone().map(|(_, name, _)| *name).collect();
        refuse_downgrade(&mut connection, service, &owner, &names).await?;
        for (_, name, sql) in own.filter(|(_, name, _)| name.ends_with(kind.suffix())) {
            total += 1;
            let fresh = apply(&mut connection, service, &owner, name, sql)
                .await
                .with_context(|| format!("migration {service}/{name}"))?;
            applied += usize::from(fresh);
        }
        connection.close().await?;
    }
    Ok(format!(
        "migrate: {applied} of {total} migrations were new and are applied"
    ))
}

/// Refuses data from which a later release has taken away what this one may need. The operator asks
/// the same before it begins; here the data itself is asked, wherever it came from.
async fn refuse_downgrade(
    connection: &mut PgConnection,
    service: Service,
    owner: &str,
    known: &[&str],
) -> Result<()> {
    let mut transaction = connection.begin().await?;
    become_owner(&mut transaction, service, owner).await?;
    let select = format!(
        "SELECT name FROM {service}._migration WHERE name LIKE $1 AND name <> ALL ($2) ORDER BY name"
    );
    let unknown: Option<String> = sqlx::query_scalar(AssertSqlSafe(select))
        .bind(format!("%{}", Kind::Contract.suffix()))
        .bind(known)
        .fetch_optional(&mut *transaction)
        .await?;
    transaction.commit().await?;
    match unknown {
        None => Ok(()),
        Some(name) => bail!(
            "downgrade refused: the contract migration {service}/{name} has run on this data and \
             took away what this release may need; go back to a release that has this file, or \
             restore a backup that was made before"
        ),
    }
}

/// Applies one file unless it was applied before; both in one transaction with its record.
async fn apply(
    connection: &mut PgConnection,
    service: Service,
    owner: &str,
    name: &str,
    sql: &str,
) -> Result<bool> {
    let mut transaction = connection.begin().await?;
    become_owner(&mut transaction, service, owner).await?;
    let select = format!("SELECT checksum FROM {service}._migration WHERE name = $1");
    let known: Option<String> = sqlx::query_scalar(AssertSqlSafe(select))
        .bind(name)
        .fetch_optional(&mut *transaction)
        .await?;
    let checksum = hex::encode(Sha256::digest(sql));
    if let Some(known) = known {
        ensure!(
            known == checksum,
            "the file was changed after it was applied; put it back and add a new file instead"
        );
        return Ok(false);
    }
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut *transaction)
        .await?;
    let insert = format!("INSERT INTO {service}._migration (name, checksum) VALUES ($1, $2)");
    sqlx::query(AssertSqlSafe(insert))
        .bind(name)
        .bind(checksum)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(true)
}

/// Takes the role that owns the schema for the rest of the transaction, and makes the table of what
/// was applied where it is missing.
async fn become_owner(transaction: &mut PgConnection, service: Service, owner: &str) -> Result<()> {
    // One runner per server at a time; the lock goes with the transaction.
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .execute(&mut *transaction)
        .await?;
    sqlx::query("SELECT set_config('role', $1, true)")
        .bind(owner)
        .execute(&mut *transaction)
        .await?;
    let create = format!(
        "CREATE TABLE IF NOT EXISTS {service}._migration (\
           name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
    );
    sqlx::raw_sql(AssertSqlSafe(create))
        .execute(&mut *transaction)
        .await?;
    Ok(())
}

/// A file that no run would ever pick up is a mistake of whoever added it.
fn check_names(files: &[(&str, &str, &str)]) -> Result<()> {
    for (service, name, _) in files {
        let known = service.parse::<Service>().is_ok_and(Service::has_schema);
        ensure!(
            known,
            "migrations/{service}/ belongs to no service with a schema"
        );
        let numbered = name.split_once('_').is_some_and(|(number, _)| {
            number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        let kinds = [Kind::Expand, Kind::Contract];
        if !numbered || !kinds.iter().any(|kind| name.ends_with(kind.suffix())) {
            bail!(
                "migrations/{service}/{name} must be called NNNN_<what>.expand.sql or NNNN_<what>.contract.sql"
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_files_are_well_named() {
        check_names(FILES).unwrap();
    }

    #[test]
    fn a_badly_named_file_is_refused() {
        for (service, name) in [
            ("catalog", "0001_start.sql"),
            ("catalog", "start.expand.sql"),
            ("shoes", "0001_start.expand.sql"),
            ("storefront", "0001_start.expand.sql"),
        ] {
            assert!(
                check_names(&[(service, name, "")]).is_err(),
                "{service}/{name}"
            );
        }
    }
}
