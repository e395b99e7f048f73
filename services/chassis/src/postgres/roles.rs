//! The SQL that gives a service its roles and its schema.
//!
//! One owner that cannot log in, one group of data rights, logins that are members of either.
//! Run by the lifecycle program as superuser, and by the test kit, so that tests meet the rights
//! that production has.

use topology::{Service, settings::DatabaseRoles};

/// Statements for `service`, to be run in order by a superuser in the service's database. Each can
/// be run again. `login_passwords` is for the first app login and the migrator.
pub fn statements(
    service: Service,
    roles: &DatabaseRoles,
    database: &str,
    app_password: &str,
    migrator_password: &str,
) -> Vec<String> {
    let schema = identifier(service.name());
    let database = identifier(database);
    let owner = identifier(&roles.owner);
    let app = identifier(&roles.app);
    let app_a = identifier(&roles.app_a);
    let migrator = identifier(&roles.migrator);
    vec![
        create_role(&roles.owner),
        create_role(&roles.app),
        create_role(&roles.app_a),
        create_role(&roles.migrator),
        format!("ALTER ROLE {owner} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"),
        format!("ALTER ROLE {app} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"),
        login(&app_a, app_password),
        login(&migrator, migrator_password),
        format!("GRANT {app} TO {app_a}"),
        format!("GRANT {owner} TO {migrator}"),
        format!("GRANT CONNECT ON DATABASE {database} TO {app}, {migrator}"),
        format!("CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {owner}"),
        format!("ALTER SCHEMA {schema} OWNER TO {owner}"),
        format!("REVOKE ALL ON SCHEMA {schema} FROM PUBLIC"),
        format!("GRANT USAGE ON SCHEMA {schema} TO {app}"),
        format!(
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema} \
             GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}"
        ),
        format!(
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema} \
             GRANT USAGE, SELECT ON SEQUENCES TO {app}"
        ),
        format!(
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema} \
             GRANT EXECUTE ON FUNCTIONS TO {app}"
        ),
    ]
}

/// Takes from everybody what Postgres gives to everybody: connecting and the `public` schema.
pub fn close_database(database: &str) -> Vec<String> {
    let database = identifier(database);
    vec![
        format!("REVOKE ALL ON DATABASE {database} FROM PUBLIC"),
        "REVOKE ALL ON SCHEMA public FROM PUBLIC".to_owned(),
    ]
}

fn create_role(role: &str) -> String {
    // CREATE ROLE knows no IF NOT EXISTS.
    format!(
        "DO $do$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {}) \
         THEN CREATE ROLE {}; END IF; END $do$",
        literal(role),
        identifier(role)
    )
}

fn login(role: &str, password: &str) -> String {
    format!(
        "ALTER ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}",
        literal(password)
    )
}

/// Quotes a name (Postgres manual, 4.1.1).
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Quotes a text. Backslashes mean nothing: `standard_conforming_strings` is on by default.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_are_quoted() {
        assert_eq!(identifier("a\"b"), "\"a\"\"b\"");
        assert_eq!(literal("it's"), "'it''s'");
        let roles = DatabaseRoles::new("lm_00000000", Service::Catalog);
        let all = statements(Service::Catalog, &roles, "localmart", "p'w", "m").join(";\n");
        assert!(all.contains("PASSWORD 'p''w'"), "{all}");
    }
}
