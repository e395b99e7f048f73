//! Database, schemas and roles. Repeating it changes nothing but the passwords, which it sets to
//! what the files say: that is how a lost Secret heals.

use anyhow::{Context, Result, ensure};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use topology::{DatabaseLayout, Service};

use crate::{logins, server::Server};

/// Key of the advisory lock that keeps two bootstraps apart; any constant does.
pub(crate) const LOCK: i64 = 0x6c6f_6361_6c6d_6172;

/// Creates what is missing. Needs a login that may create databases and roles.
pub async fn run(server: &Server) -> Result<String> {
    refuse_other_layout(server).await?;
    let databases = server.databases();
    let mut schemas = 0;
    for (database, services) in &databases {
        create_database(server, database).await?;
        prepare_database(server, database, services)
            .await
            .with_context(|| format!("database {database}"))?;
        schemas += services.len();
    }
    let names: Vec<_> = databases.into_keys().collect();
    Ok(format!(
        "bootstrap: {schemas} schemas with their roles are ready in {}",
        names.join(", ")
    ))
}

async fn prepare_database(server: &Server, database: &str, services: &[Service]) -> Result<()> {
    let mut connection = server.connect_to_bootstrap(database).await?;
    let mut transaction = connection.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .execute(&mut *transaction)
        .await?;
    // Only the shop's own roles may look into the database.
    run_formatted(
        &mut transaction,
        "REVOKE ALL ON DATABASE %I FROM PUBLIC",
        &[database],
    )
    .await?;
    for service in services {
        prepare(&mut transaction, server, *service)
            .await
            .with_context(|| format!("cannot prepare the schema {service}"))?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Refuses to begin anew where the shop's data is kept in the other way: a database to which one
/// of its roles was let in by name. The API refuses a change of the layout, but a shop that was
/// deleted and made again may find what it left behind.
async fn refuse_other_layout(server: &Server) -> Result<()> {
    let mut connection = server.connect_for_maintenance().await?;
    for layout in DatabaseLayout::ALL {
        if layout == server.layout {
            continue;
        }
        for service in Service::ALL.into_iter().filter(|it| it.has_schema()) {
            let database = layout.database(&server.database, service);
            let found: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM pg_database AS d, aclexplode(d.datacl) AS a \
                   JOIN pg_roles AS r ON r.oid = a.grantee \
                 WHERE d.datname = $1 AND r.rolname = $2)",
            )
            .bind(&database)
            .bind(server.roles(service).app)
            .fetch_one(&mut connection)
            .await?;
            ensure!(
                !found,
                "the data of this shop is in the database {database}, in the layout {layout}, and \
                 spec.postgres.layout is {}: delete the LocalMart and create it with the layout of \
                 its data, or remove that database if nobody needs it",
                server.layout
            );
        }
    }
    connection.close().await?;
    Ok(())
}

async fn create_database(server: &Server, database: &str) -> Result<()> {
    let mut connection = server.connect_for_maintenance().await?;
    let exists: Option<i32> = sqlx::query_scalar("SELECT 1 FROM pg_database WHERE datname = $1")
        .bind(database)
        .fetch_optional(&mut connection)
        .await?;
    if exists.is_none() {
        run_formatted(&mut connection, "CREATE DATABASE %I", &[database])
            .await
            .with_context(|| format!("cannot create the database {database}"))?;
    }
    connection.close().await?;
    Ok(())
}

/// Roles and schema of one service; what each role is for is told at [`DatabaseRoles`].
///
/// [`DatabaseRoles`]: topology::settings::DatabaseRoles
async fn prepare(connection: &mut PgConnection, server: &Server, service: Service) -> Result<()> {
    let roles = server.roles(service);
    for role in [
        &roles.owner,
        &roles.app,
        &roles.app_a,
        &roles.app_b,
        &roles.migrator,
    ] {
        create_role(connection, role).await?;
    }
    let schema = service.name();
    let database = server.database_of(service);
    let statements: [(&str, &[&str]); 11] = [
        // An administrator who is no superuser may act for a role only as its member.
        ("GRANT %I TO CURRENT_USER", &[&roles.owner]),
        ("GRANT %I TO %I", &[&roles.app, &roles.app_a]),
        ("GRANT %I TO %I", &[&roles.app, &roles.app_b]),
        ("GRANT %I TO %I", &[&roles.owner, &roles.migrator]),
        ("ALTER ROLE %I NOINHERIT", &[&roles.migrator]),
        (
            "GRANT CONNECT ON DATABASE %I TO %I",
            &[&database, &roles.app],
        ),
        (
            "GRANT CONNECT ON DATABASE %I TO %I",
            &[&database, &roles.migrator],
        ),
        (
            "CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I",
            &[schema, &roles.owner],
        ),
        ("GRANT USAGE ON SCHEMA %I TO %I", &[schema, &roles.app]),
        (
            "ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I \
             GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I",
            &[&roles.owner, schema, &roles.app],
        ),
        (
            "ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT USAGE ON SEQUENCES TO %I",
            &[&roles.owner, schema, &roles.app],
        ),
    ];
    for (template, values) in statements {
        run_formatted(connection, template, values)
            .await
            .with_context(|| format!("refused: {template}"))?;
    }
    logins::set(connection, server, service).await?;
    Ok(())
}

async fn create_role(connection: &mut PgConnection, role: &str) -> Result<()> {
    let exists: Option<i32> = sqlx::query_scalar("SELECT 1 FROM pg_roles WHERE rolname = $1")
        .bind(role)
        .fetch_optional(&mut *connection)
        .await?;
    if exists.is_none() {
        run_formatted(connection, "CREATE ROLE %I NOLOGIN", &[role]).await?;
    }
    Ok(())
}

/// Runs a statement whose names (`%I`) and literals (`%L`) Postgres itself has quoted: utility
/// statements take no bound parameters.
pub(crate) async fn run_formatted(
    connection: &mut PgConnection,
    template: &str,
    values: &[&str],
) -> Result<()> {
    let statement: String = sqlx::query_scalar("SELECT format($1, VARIADIC $2::text[])")
        .bind(template)
        .bind(values)
        .fetch_one(&mut *connection)
        .await?;
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(connection)
        .await?;
    Ok(())
}
