//! Who may log in: the logins that there is a password for, with that password, and no others.
//!
//! While secrets are exchanged there are passwords for both logins of a service; before and after,
//! for one.

use anyhow::{Context, Result, ensure};
use sqlx::{Connection, PgConnection};
use topology::{
    Service,
    settings::{Login, migrator_password},
};

use crate::{
    bootstrap::{LOCK, run_formatted},
    server::Server,
};

/// Longest wait for a session to be gone, in milliseconds.
const GOODBYE_MILLIS: i64 = 5000;

/// Sets every login to what the files say. Repeating it changes nothing.
///
/// Whoever is logged in with a login that is closed now is sent away: what was kept open with an
/// old password ends with it.
pub async fn run(server: &Server) -> Result<String> {
    let (mut open, mut shut, mut ended) = (0, 0, 0);
    for (database, services) in server.databases() {
        let mut connection = server.connect_to_bootstrap(&database).await?;
        let closed = set_all(&mut connection, server, &services).await?;
        let gone: i64 = sqlx::query_scalar(
            "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, $2)) \
             FROM pg_stat_activity WHERE usename = ANY($1)",
        )
        .bind(&closed)
        .bind(GOODBYE_MILLIS)
        .fetch_one(&mut connection)
        .await?;
        connection.close().await?;
        open += 2 * services.len() - closed.len();
        shut += closed.len();
        ended += gone;
    }
    Ok(format!(
        "rotate: {open} logins are open, {shut} are closed, {ended} of their sessions were ended"
    ))
}

/// Sets the logins of services that share a database, all or none, and says which are closed.
async fn set_all(
    connection: &mut PgConnection,
    server: &Server,
    services: &[Service],
) -> Result<Vec<String>> {
    let mut transaction = connection.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .execute(&mut *transaction)
        .await?;
    let mut closed = Vec::new();
    for service in services {
        let shut = set(&mut transaction, server, *service)
            .await
            .with_context(|| format!("cannot set the logins of {service}"))?;
        for role in &shut {
            // An administrator who is no superuser may end only the sessions of roles that it is
            // a member of.
            run_formatted(&mut transaction, "GRANT %I TO CURRENT_USER", &[role]).await?;
        }
        closed.extend(shut);
    }
    transaction.commit().await?;
    Ok(closed)
}

/// Sets the logins of one service and says which are closed.
pub(crate) async fn set(
    connection: &mut PgConnection,
    server: &Server,
    service: Service,
) -> Result<Vec<String>> {
    let roles = server.roles(service);
    let mut closed = Vec::new();
    for login in Login::BOTH {
        let role = roles.login(login);
        if let Some(password) = server.login_password(service, login)? {
            let values = [role, &password];
            run_formatted(connection, "ALTER ROLE %I LOGIN PASSWORD %L", &values).await?;
        } else {
            run_formatted(connection, "ALTER ROLE %I NOLOGIN PASSWORD NULL", &[role]).await?;
            closed.push(role.to_owned());
        }
    }
    ensure!(
        closed.len() < Login::BOTH.len(),
        "there is no password for any login of {service} in {}",
        server.passwords.display()
    );
    let password = server.password(&migrator_password(service))?;
    let values = [roles.migrator.as_str(), &password];
    run_formatted(connection, "ALTER ROLE %I LOGIN PASSWORD %L", &values).await?;
    Ok(closed)
}
