//! Which Postgres to prepare, and with whose rights.

use std::{collections::BTreeMap, env, fmt, fs, path::PathBuf};

use anyhow::{Context, Result, bail, ensure};
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use topology::{
    DatabaseEncryption, DatabaseLayout, Service,
    settings::{
        self, DATABASE_CA_FILE, DATABASE_ENCRYPTION, DATABASE_HOST, DATABASE_LAYOUT, DATABASE_NAME,
        DATABASE_PASSWORD_FILE, DATABASE_PASSWORDS_DIR, DATABASE_PORT, DATABASE_ROLE_PREFIX,
        DATABASE_USER, DatabaseRoles, Login,
    },
};

/// The database that every server has; used to create the shop's own.
const MAINTENANCE_DATABASE: &str = "postgres";

/// A Postgres server and what is known of this shop's place on it.
#[derive(Clone, Debug)]
pub struct Server {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The shop's database, or the start of the names of its databases.
    pub database: String,
    /// Which of the two.
    pub layout: DatabaseLayout,
    /// What connections insist on.
    pub encryption: DatabaseEncryption,
    /// Certificates of the authorities that may vouch for the server.
    pub authority: Option<PathBuf>,
    /// Start of this shop's role names, `lm_` and eight hex digits.
    pub role_prefix: String,
    /// Directory with one password file per login.
    pub passwords: PathBuf,
    /// Who may create databases and roles; only [`crate::bootstrap`] needs it.
    pub administrator: Option<Administrator>,
}

/// A login that may create databases and roles.
#[derive(Clone)]
pub struct Administrator {
    pub user: String,
    pub password: String,
}

impl fmt::Debug for Administrator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Administrator")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Reads the settings of [`topology::settings`].
    pub fn from_environment() -> Result<Self> {
        let port = variable(DATABASE_PORT)?;
        Self {
            host: variable(DATABASE_HOST)?,
            port: port
                .parse()
                .with_context(|| format!("{DATABASE_PORT} is {port:?}, which is no port number"))?,
            database: variable(DATABASE_NAME)?,
            layout: match env::var(DATABASE_LAYOUT) {
                Ok(layout) => layout.parse().context(DATABASE_LAYOUT)?,
                Err(_) => DatabaseLayout::Shared,
            },
            encryption: match env::var(DATABASE_ENCRYPTION) {
                Ok(word) => word.parse().context(DATABASE_ENCRYPTION)?,
                Err(_) => DatabaseEncryption::Offered,
            },
            authority: env::var_os(DATABASE_CA_FILE).map(PathBuf::from),
            role_prefix: variable(DATABASE_ROLE_PREFIX)?,
            passwords: variable(DATABASE_PASSWORDS_DIR)?.into(),
            administrator: administrator()?,
        }
        .checked()
    }

    /// Refuses a prefix that two shops could share, or that is no plain identifier.
    fn checked(self) -> Result<Self> {
        let digits = self.role_prefix.strip_prefix("lm_").unwrap_or_default();
        let hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        ensure!(
            digits.len() == 8 && digits.chars().all(hex),
            "{DATABASE_ROLE_PREFIX} is {:?}; it must be lm_ and eight lower-case hex digits",
            self.role_prefix
        );
        Ok(self)
    }

    /// The role names of `service` for this shop.
    pub fn roles(&self, service: Service) -> DatabaseRoles {
        DatabaseRoles::new(&self.role_prefix, service)
    }

    /// The password in the file called `name`.
    pub fn password(&self, name: &str) -> Result<String> {
        read_password(&self.passwords.join(name))
    }

    /// A connection to the server's own database, with the administrator's rights.
    pub async fn connect_for_maintenance(&self) -> Result<PgConnection> {
        self.connect_as_administrator(MAINTENANCE_DATABASE).await
    }

    /// The database with the schema of `service`.
    pub fn database_of(&self, service: Service) -> String {
        self.layout.database(&self.database, service)
    }

    /// Every database of the shop, with the services whose schemas are in it.
    pub fn databases(&self) -> BTreeMap<String, Vec<Service>> {
        let mut databases = BTreeMap::<_, Vec<_>>::new();
        for service in Service::ALL.into_iter().filter(|it| it.has_schema()) {
            let name = self.database_of(service);
            databases.entry(name).or_default().push(service);
        }
        databases
    }

    /// A connection to one of the shop's databases, with the administrator's rights.
    pub async fn connect_to_bootstrap(&self, database: &str) -> Result<PgConnection> {
        self.connect_as_administrator(database).await
    }

    /// A connection to the database of `service` that acts as the owner of its schema.
    pub async fn connect_to_migrate(&self, service: Service) -> Result<PgConnection> {
        let password = self.password(&settings::migrator_password(service))?;
        let database = self.database_of(service);
        self.connect(&database, &self.roles(service).migrator, &password)
            .await
    }

    /// The password of one of `service`'s logins, if there is a file for it.
    pub fn login_password(&self, service: Service, login: Login) -> Result<Option<String>> {
        let name = settings::login_password(service, login);
        if !self.passwords.join(&name).exists() {
            return Ok(None);
        }
        self.password(&name).map(Some)
    }

    /// A connection with the rights that `service` itself has, by the first login that there is a
    /// password for.
    pub async fn connect_as(&self, service: Service) -> Result<PgConnection> {
        for login in Login::BOTH {
            if let Some(password) = self.login_password(service, login)? {
                let roles = self.roles(service);
                return self
                    .connect(&self.database_of(service), roles.login(login), &password)
                    .await;
            }
        }
        bail!(
            "there is no password for {service} in {}",
            self.passwords.display()
        )
    }

    async fn connect_as_administrator(&self, database: &str) -> Result<PgConnection> {
        let administrator = self.administrator.as_ref().with_context(|| {
            format!("{DATABASE_USER} and {DATABASE_PASSWORD_FILE} are not set; this needs an administrator")
        })?;
        self.connect(database, &administrator.user, &administrator.password)
            .await
    }

    async fn connect(&self, database: &str, user: &str, password: &str) -> Result<PgConnection> {
        let mut options = PgConnectOptions::new_without_pgpass()
            .ssl_mode(self.encryption.ssl_mode().parse()?)
            .host(&self.host)
            .port(self.port)
            .database(database)
            .username(user)
            .password(password)
            .application_name("localmart-migrate");
        if let Some(authority) = &self.authority {
            options = options.ssl_root_cert(authority);
        }
        PgConnection::connect_with(&options).await.with_context(|| {
            let (host, port) = (&self.host, self.port);
            format!("cannot log in to Postgres at {host}:{port}, database {database}, as {user}")
        })
    }
}

fn administrator() -> Result<Option<Administrator>> {
    let Ok(user) = env::var(DATABASE_USER) else {
        return Ok(None);
    };
    let password = read_password(&PathBuf::from(variable(DATABASE_PASSWORD_FILE)?))?;
    Ok(Some(Administrator { user, password }))
}

/// ISO 4217 code of the shop's currency.
pub fn currency() -> Result<String> {
    variable(settings::CURRENCY)
}

fn variable(name: &str) -> Result<String> {
    env::var(name).with_context(|| format!("the environment variable {name} is not set"))
}

fn read_password(path: &std::path::Path) -> Result<String> {
    let password = fs::read_to_string(path)
        .with_context(|| format!("cannot read the password file {}", path.display()))?;
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    ensure!(
        !password.is_empty(),
        "the password file {} is empty",
        path.display()
    );
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(prefix: &str) -> Result<Server> {
        Server {
            host: "localhost".to_owned(),
            port: 5432,
            database: "localmart".to_owned(),
            layout: DatabaseLayout::Shared,
            encryption: DatabaseEncryption::Offered,
            authority: None,
            role_prefix: prefix.to_owned(),
            passwords: PathBuf::new(),
            administrator: None,
        }
        .checked()
    }

    #[test]
    fn the_prefix_must_be_plain() {
        assert!(server("lm_0a1b2c3d").is_ok());
        for wrong in [
            "",
            "lm_",
            "lm_0A1B2C3D",
            "lm_0a1b2c3d4",
            "pg_0a1b2c3d",
            "lm_0a1b\"c3d",
        ] {
            let error = server(wrong).unwrap_err().to_string();
            assert!(error.contains("eight"), "{wrong}: {error}");
        }
    }

    #[test]
    fn an_empty_password_is_refused() {
        let directory = env::temp_dir().join(format!("passwords-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let file = directory.join("catalog-app-a");
        fs::write(&file, "\n").unwrap();
        assert!(
            read_password(&file)
                .unwrap_err()
                .to_string()
                .contains("empty")
        );
        fs::write(&file, "secret\n").unwrap();
        assert_eq!(read_password(&file).unwrap(), "secret");
        fs::remove_dir_all(directory).unwrap();
    }
}
