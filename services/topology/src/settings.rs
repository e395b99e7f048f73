//! What a container is told: environment variables and mounted files.
//!
//! The operator writes these, the chassis and the lifecycle program read them. Secrets are files,
//! never variables.

/// Address of the API listener, for example `0.0.0.0:8080`.
pub const LISTEN: &str = "LISTEN";
/// Address of the listener for health and metrics, for example `0.0.0.0:9090`.
pub const ADMIN_LISTEN: &str = "ADMIN_LISTEN";
/// Release that the container belongs to; shown in logs and at `/version`.
pub const VERSION: &str = "LOCALMART_VERSION";
/// Name of the pod, from the downward API; shown in logs.
pub const POD_NAME: &str = "POD_NAME";
/// `tracing` filter, for example `info` or `info,catalog=debug`.
pub const LOG_LEVEL: &str = "LOG_LEVEL";

/// Host name of Postgres.
pub const DATABASE_HOST: &str = "DATABASE_HOST";
/// Port of Postgres.
pub const DATABASE_PORT: &str = "DATABASE_PORT";
/// Database to connect to.
pub const DATABASE_NAME: &str = "DATABASE_NAME";
/// Where the schemas are: `Shared`, in [`DATABASE_NAME`], unless it is `PerService`, in databases
/// whose names begin with it; lifecycle Jobs only.
pub const DATABASE_LAYOUT: &str = "DATABASE_LAYOUT";
/// Role to log in with.
pub const DATABASE_USER: &str = "DATABASE_USER";
/// File that holds the password of [`DATABASE_USER`].
pub const DATABASE_PASSWORD_FILE: &str = "DATABASE_PASSWORD_FILE";
/// What connections to Postgres insist on, a word of [`crate::DatabaseEncryption`]; `Offered` unless
/// it is set.
pub const DATABASE_ENCRYPTION: &str = "DATABASE_ENCRYPTION";
/// File with the certificates of the authorities that may vouch for Postgres; those that browsers
/// trust unless it is set.
pub const DATABASE_CA_FILE: &str = "DATABASE_CA_FILE";
/// Connections that a pod keeps open.
pub const DATABASE_CONNECTIONS: &str = "DATABASE_CONNECTIONS";
/// Prefix of this shop's roles, `lm_` and eight hex digits of a hash of `namespace/name`;
/// lifecycle Jobs only.
pub const DATABASE_ROLE_PREFIX: &str = "DATABASE_ROLE_PREFIX";
/// Directory with one password file per role (see [`login_password`], [`migrator_password`]);
/// lifecycle Jobs only. A login without a file may not log in.
pub const DATABASE_PASSWORDS_DIR: &str = "DATABASE_PASSWORDS_DIR";

/// Host name of Redis.
pub const REDIS_HOST: &str = "REDIS_HOST";
/// Port of Redis.
pub const REDIS_PORT: &str = "REDIS_PORT";
/// ACL user to log in with; see [`crate::RedisPlace::user`].
pub const REDIS_USER: &str = "REDIS_USER";
/// File that holds the password of [`REDIS_USER`].
pub const REDIS_PASSWORD_FILE: &str = "REDIS_PASSWORD_FILE";

/// `on`: the connection is encrypted, and the server shows a certificate for [`REDIS_HOST`] that a
/// public authority vouches for.
pub const REDIS_TLS: &str = "REDIS_TLS";
/// Start of the names of this shop's users and keys in a Redis that others use, too: `lm_` and
/// eight hex digits. Not set: the Redis is this shop's own.
pub const REDIS_PREFIX: &str = "REDIS_PREFIX";
/// File with the URL of a Redis and of a login that may make users; lifecycle Jobs only.
pub const REDIS_URL_FILE: &str = "REDIS_URL_FILE";

/// Directory with one password file per Redis user, perhaps with a second one ([`beside`]);
/// lifecycle Jobs only.
pub const REDIS_PASSWORDS_DIR: &str = "REDIS_PASSWORDS_DIR";

/// Directory with one HS256 key per file, named after the callee: the service's own (to verify)
/// and those of the services it calls (to sign).
pub const INTERNAL_KEYS_DIR: &str = "INTERNAL_KEYS_DIR";

/// File in [`INTERNAL_KEYS_DIR`] with the key of the webhooks that payments sends to orders; for
/// the services of [`crate::Service::has_webhook_key`] only.
pub const PAYMENT_WEBHOOKS_KEY: &str = "payment-webhooks";

/// File with a second value that counts beside the one in the file `name`, while secrets are
/// exchanged.
pub fn beside(name: &str) -> String {
    format!("{name}.beside")
}

/// ISO 4217 code of the shop's currency.
pub const CURRENCY: &str = "SHOP_CURRENCY";
/// Days after delivery in which a customer may send something back; orders only, 14 unless set.
pub const RETURN_WINDOW_DAYS: &str = "RETURN_WINDOW_DAYS";
/// Name shown by the storefront.
pub const TITLE: &str = "SHOP_TITLE";
/// `on`: the storefront tells browsers to come back encrypted only. Not where nobody but this shop
/// vouches for its certificate: a browser that was told so and loses its trust is locked out.
pub const STRICT_TRANSPORT: &str = "STRICT_TRANSPORT";

/// Where the operator mounts a service's own secrets; the `*_FILE` variables point into it.
pub const SECRETS_MOUNT: &str = "/etc/localmart/secrets";
/// Where the operator mounts the directory of [`INTERNAL_KEYS_DIR`].
pub const INTERNAL_KEYS_MOUNT: &str = "/etc/localmart/internal-keys";
/// Where the operator mounts the file of [`DATABASE_CA_FILE`].
pub const DATABASE_CA_MOUNT: &str = "/etc/localmart/database-ca";
/// Where the operator mounts the directory of [`DATABASE_PASSWORDS_DIR`].
pub const DATABASE_PASSWORDS_MOUNT: &str = "/etc/localmart/database-passwords";

/// The roles of one service in Postgres, built from [`DATABASE_ROLE_PREFIX`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseRoles {
    /// Owns the schema and everything in it; cannot log in.
    pub owner: String,
    /// May read and write data, through default privileges; cannot log in.
    pub app: String,
    /// First login of the service, member of `app`. The second exists for rotation.
    pub app_a: String,
    /// Second login of the service, member of `app`.
    pub app_b: String,
    /// Login of the migrations, acts as `owner`.
    pub migrator: String,
}

/// Where the operator mounts the directory of [`REDIS_PASSWORDS_DIR`].
pub const REDIS_PASSWORDS_MOUNT: &str = "/etc/localmart/redis-passwords";

/// The two logins of a service. One is in use; the other takes its place at a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    A,
    B,
}

impl Login {
    /// Both, in order.
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    /// The login that the passwords of a generation belong to; the first generation is 1.
    pub const fn of_generation(generation: u32) -> Self {
        if generation % 2 == 1 {
            Self::A
        } else {
            Self::B
        }
    }
}

impl DatabaseRoles {
    /// Names for `service` under `prefix`, for example `lm_0a1b2c3d_catalog_app_a`.
    pub fn new(prefix: &str, service: crate::Service) -> Self {
        let name = |suffix: &str| format!("{prefix}_{service}_{suffix}");
        Self {
            owner: name("owner"),
            app: name("app"),
            app_a: name("app_a"),
            app_b: name("app_b"),
            migrator: name("migrator"),
        }
    }

    /// One of the service's logins.
    pub fn login(&self, login: Login) -> &str {
        match login {
            Login::A => &self.app_a,
            Login::B => &self.app_b,
        }
    }
}

/// File (and Secret key) with the password of a service's first login.
pub fn app_password(service: crate::Service) -> String {
    login_password(service, Login::A)
}

/// File with the password of one of a service's logins.
pub fn login_password(service: crate::Service, login: Login) -> String {
    let letter = match login {
        Login::A => 'a',
        Login::B => 'b',
    };
    format!("{service}-app-{letter}")
}

/// File (and Secret key) with the password of a service's migrator.
pub fn migrator_password(service: crate::Service) -> String {
    format!("{service}-migrator")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Service;

    #[test]
    fn roles_carry_prefix_and_service() {
        let roles = DatabaseRoles::new("lm_0a1b2c3d", Service::Catalog);
        assert_eq!(roles.app_a, "lm_0a1b2c3d_catalog_app_a");
        assert_eq!(roles.migrator, "lm_0a1b2c3d_catalog_migrator");
        assert_eq!(app_password(Service::Orders), "orders-app-a");
        assert_eq!(
            login_password(Service::Orders, Login::of_generation(2)),
            "orders-app-b"
        );
        assert_eq!(
            roles.login(Login::of_generation(3)),
            "lm_0a1b2c3d_catalog_app_a"
        );
    }
}
