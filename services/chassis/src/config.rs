//! What the process was told: the variables of [`topology::settings`], read once at the start.

use std::{
    collections::HashMap, fmt, fs, net::SocketAddr, num::NonZeroU32, path::PathBuf, str::FromStr,
};

use contracts::Currency;
use topology::{DatabaseEncryption, RedisPlace, Service, settings};

/// A setting that is missing or makes no sense. The text names the variable, says what is wrong
/// and what to set.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{variable} is not set; set it to {expected}")]
    Missing {
        variable: &'static str,
        expected: &'static str,
    },
    #[error("{variable} is {value:?}, which is not {expected}: {reason}")]
    Invalid {
        variable: &'static str,
        value: String,
        expected: &'static str,
        reason: String,
    },
    #[error("{variable} names the file {path}, which cannot be read: {source}")]
    File {
        variable: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
}

/// Where settings come from: the environment, or a table in tests.
#[derive(Clone, Debug, Default)]
pub struct Settings(HashMap<String, String>);

impl Settings {
    /// The environment of this process.
    pub fn from_environment() -> Self {
        Self(std::env::vars().collect())
    }

    /// From pairs of name and value.
    pub fn from_pairs<K: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(k, v)| (k.into(), v.into()))
                .collect(),
        )
    }

    /// The text of a variable; empty counts as not set.
    pub fn optional(&self, variable: &str) -> Option<&str> {
        self.0
            .get(variable)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The text of a variable that must be set; `expected` completes "set it to …".
    pub fn text(
        &self,
        variable: &'static str,
        expected: &'static str,
    ) -> Result<String, ConfigError> {
        self.optional(variable)
            .map(str::to_owned)
            .ok_or(ConfigError::Missing { variable, expected })
    }

    /// A variable that must be set, as a `T`.
    pub fn parsed<T>(
        &self,
        variable: &'static str,
        expected: &'static str,
    ) -> Result<T, ConfigError>
    where
        T: FromStr<Err: fmt::Display>,
    {
        let value = self.text(variable, expected)?;
        value
            .parse()
            .map_err(|reason: T::Err| ConfigError::Invalid {
                variable,
                value,
                expected,
                reason: reason.to_string(),
            })
    }

    /// A variable as a `T`, or `default` when it is not set.
    pub fn parsed_or<T>(
        &self,
        variable: &'static str,
        expected: &'static str,
        default: T,
    ) -> Result<T, ConfigError>
    where
        T: FromStr<Err: fmt::Display>,
    {
        if self.optional(variable).is_none() {
            return Ok(default);
        }
        self.parsed(variable, expected)
    }

    /// The content of the file that a variable names, without the line end.
    pub fn secret_file(&self, variable: &'static str) -> Result<Secret, ConfigError> {
        let path = PathBuf::from(self.text(variable, "the path of a file with the password")?);
        let content = fs::read_to_string(&path).map_err(|source| ConfigError::File {
            variable,
            path,
            source,
        })?;
        Ok(Secret::new(content.trim_end_matches(['\r', '\n'])))
    }

    /// Base URL of a service that this one calls, without a slash at the end.
    pub fn url(&self, callee: Service) -> Result<String, ConfigError> {
        const EXPECTED: &str = "the base URL of that service, for example http://catalog:8080";
        let variable = callee.url_variable();
        let value = self.text(variable, EXPECTED)?;
        let invalid = |reason: &str| ConfigError::Invalid {
            variable,
            value: value.clone(),
            expected: EXPECTED,
            reason: reason.to_owned(),
        };
        let uri: http::Uri = value
            .parse()
            .map_err(|error: http::uri::InvalidUri| invalid(&error.to_string()))?;
        if uri.scheme_str() != Some("http") && uri.scheme_str() != Some("https") {
            return Err(invalid("it must begin with http:// or https://"));
        }
        if uri.path() != "/" {
            return Err(invalid("it must not have a path"));
        }
        Ok(value.trim_end_matches('/').to_owned())
    }

    /// The shop's currency.
    pub fn currency(&self) -> Result<Currency, ConfigError> {
        self.parsed(settings::CURRENCY, "an ISO 4217 code such as EUR")
    }
}

/// Text that must not be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Where to listen and what to call oneself.
#[derive(Clone, Debug)]
pub struct Listeners {
    /// Address of the API; port 0 takes a free one.
    pub api: SocketAddr,
    /// Address of health, metrics and version; port 0 takes a free one.
    pub admin: SocketAddr,
    /// Release, for logs and `/version`.
    pub version: String,
}

impl Listeners {
    /// From `LISTEN`, `ADMIN_LISTEN` and `LOCALMART_VERSION`.
    pub fn from_settings(from: &Settings) -> Result<Self, ConfigError> {
        const ADDRESS: &str = "an address and a port such as 0.0.0.0:8080";
        let any = |port| SocketAddr::from(([0, 0, 0, 0], port));
        Ok(Self {
            api: from.parsed_or(settings::LISTEN, ADDRESS, any(topology::API_PORT))?,
            admin: from.parsed_or(settings::ADMIN_LISTEN, ADDRESS, any(topology::ADMIN_PORT))?,
            version: from.optional(settings::VERSION).unwrap_or("dev").to_owned(),
        })
    }
}

/// Connections of a pod unless it is told otherwise.
const CONNECTIONS: NonZeroU32 = NonZeroU32::new(4).unwrap();

/// How to reach Postgres.
#[derive(Clone, Debug)]
pub struct Database {
    pub host: String,
    pub port: u16,
    pub name: String,
    pub user: String,
    pub password: Secret,
    /// What connections insist on.
    pub encryption: DatabaseEncryption,
    /// Certificates of the authorities that may vouch for the server.
    pub authority: Option<PathBuf>,
    /// Connections kept open.
    pub connections: u32,
}

impl Database {
    /// From the `DATABASE_…` variables.
    pub fn from_settings(from: &Settings) -> Result<Self, ConfigError> {
        Ok(Self {
            host: from.text(settings::DATABASE_HOST, "the host name of Postgres")?,
            port: from.parsed_or(
                settings::DATABASE_PORT,
                "a port number",
                topology::POSTGRES_PORT,
            )?,
            name: from.text(settings::DATABASE_NAME, "the name of the database")?,
            user: from.text(settings::DATABASE_USER, "the role to log in with")?,
            password: from.secret_file(settings::DATABASE_PASSWORD_FILE)?,
            encryption: from.parsed_or(
                settings::DATABASE_ENCRYPTION,
                "Offered, Disable, Require or VerifyFull",
                DatabaseEncryption::Offered,
            )?,
            authority: from.optional(settings::DATABASE_CA_FILE).map(PathBuf::from),
            connections: from
                .parsed_or(
                    settings::DATABASE_CONNECTIONS,
                    "a number of connections, 1 or more",
                    CONNECTIONS,
                )?
                .get(),
        })
    }
}

/// How to reach Redis.
#[derive(Clone, Debug)]
pub struct Redis {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: Secret,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// Which keys are the shop's.
    pub place: RedisPlace,
}

impl Redis {
    /// From the `REDIS_…` variables.
    pub fn from_settings(from: &Settings) -> Result<Self, ConfigError> {
        Ok(Self {
            host: from.text(settings::REDIS_HOST, "the host name of Redis")?,
            port: from.parsed_or(settings::REDIS_PORT, "a port number", topology::REDIS_PORT)?,
            user: from.text(settings::REDIS_USER, "the ACL user to log in with")?,
            password: from.secret_file(settings::REDIS_PASSWORD_FILE)?,
            tls: from.optional(settings::REDIS_TLS) == Some("on"),
            place: from
                .optional(settings::REDIS_PREFIX)
                .map_or(RedisPlace::OWN, RedisPlace::shared),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_setting_is_named_with_what_to_set() {
        let error = Database::from_settings(&Settings::default()).expect_err("nothing is set");
        assert_eq!(
            error.to_string(),
            "DATABASE_HOST is not set; set it to the host name of Postgres"
        );
    }

    #[test]
    fn a_wrong_setting_is_quoted() {
        let settings = Settings::from_pairs([("LISTEN", "eight thousand")]);
        let error = Listeners::from_settings(&settings).expect_err("no address");
        assert!(
            error.to_string().contains("LISTEN is \"eight thousand\""),
            "{error}"
        );
        let settings = Settings::from_pairs([("CATALOG_URL", "catalog:8080")]);
        let error = settings.url(Service::Catalog).expect_err("no scheme");
        assert!(error.to_string().contains("http://"), "{error}");
    }

    #[test]
    fn a_pool_without_connections_is_refused() {
        let password = tempfile::NamedTempFile::new().expect("a temporary file");
        let settings = Settings::from_pairs([
            ("DATABASE_HOST", "db"),
            ("DATABASE_NAME", "localmart"),
            ("DATABASE_USER", "lm_00000000_catalog_app_a"),
            ("DATABASE_PASSWORD_FILE", &password.path().to_string_lossy()),
            ("DATABASE_CONNECTIONS", "0"),
        ]);
        let error = Database::from_settings(&settings).expect_err("nothing could be asked");
        assert!(error.to_string().contains("1 or more"), "{error}");
    }

    #[test]
    fn a_secret_comes_from_a_file_and_is_not_printed() {
        let settings = Settings::from_pairs([("REDIS_PASSWORD_FILE", "/nowhere/at/all")]);
        let error = settings
            .secret_file(settings::REDIS_PASSWORD_FILE)
            .expect_err("no file");
        assert!(error.to_string().contains("/nowhere/at/all"), "{error}");
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "[secret]");
    }
}
