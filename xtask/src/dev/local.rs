//! What the local services are told: the settings that the operator gives to containers, with
//! addresses and files of this machine.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Read,
    net::TcpListener,
    ops::RangeInclusive,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU16, Ordering},
};

use anyhow::{Context, Result, bail};
use topology::{RedisPlace, Service, settings};

use super::{process, servers::Servers};
use crate::{
    cluster::answers_well,
    images::{self, Profile},
};

/// Superuser of the local Postgres, which trusts everybody on this machine.
pub(super) const ADMINISTRATOR: &str = "postgres";
/// The program that prepares the database.
pub(super) const LIFECYCLE: &str = "localmart-migrate";
/// Prefix of the roles; one shop, so the digits mean nothing.
const ROLE_PREFIX: &str = "lm_00000000";

pub(super) struct Local {
    secrets: PathBuf,
    ports: BTreeMap<Service, Ports>,
    postgres: u16,
    redis: u16,
}

#[derive(Clone, Copy)]
struct Ports {
    api: u16,
    admin: u16,
}

/// A login of the local Redis.
pub(super) struct RedisUser {
    pub(super) name: &'static str,
    pub(super) password: String,
    /// Words of an ACL rule.
    pub(super) rights: String,
}

/// The services' logins, as the ACL wants them.
pub(super) fn redis_users(directory: &Path) -> Result<Vec<RedisUser>> {
    let users = Service::ALL.into_iter().filter(|s| s.uses_redis());
    users
        .map(|service| {
            Ok(RedisUser {
                name: service.name(),
                password: secret(&directory.join("secrets/redis"), service.name())?,
                rights: RedisPlace::OWN.rights(service),
            })
        })
        .collect()
}

impl Local {
    /// Gives every service its ports and makes the secrets that are missing.
    pub(super) fn new(directory: &Path, servers: &Servers, storefront: u16) -> Result<Self> {
        let secrets = directory.join("secrets");
        let mut ports = BTreeMap::new();
        for service in Service::ALL {
            let wanted = if service == Service::Storefront {
                storefront
            } else {
                0
            };
            let api = port(wanted)?;
            ports.insert(
                service,
                Ports {
                    api,
                    admin: port(0)?,
                },
            );
            secret(&secrets.join("internal-keys"), service.name())?;
            for login in [
                settings::app_password(service),
                settings::migrator_password(service),
            ] {
                secret(&secrets.join("database"), &login)?;
            }
        }
        secret(
            &secrets.join("internal-keys"),
            settings::PAYMENT_WEBHOOKS_KEY,
        )?;
        secret(&secrets, ADMINISTRATOR)?;
        Ok(Self {
            secrets,
            ports,
            postgres: servers.postgres_port,
            redis: servers.redis_port,
        })
    }

    /// Where the shop is.
    pub(super) fn url(&self) -> String {
        format!("http://localhost:{}", self.ports[&Service::Storefront].api)
    }

    /// What the browser tests have to be told, as words of a command line: they act for those who
    /// run the shop, whom the storefront does not let in yet.
    pub(super) fn browser_tests(&self) -> String {
        format!(
            "LOCALMART_URL={} LOCALMART_ORDERS_URL=http://127.0.0.1:{} LOCALMART_INTERNAL_KEYS_DIR={}",
            self.url(),
            self.ports[&Service::Orders].api,
            self.secrets.join("internal-keys").display(),
        )
    }

    /// Whether a service says that it is ready.
    pub(super) fn is_ready(&self, service: Service) -> bool {
        answers_well(
            ([127, 0, 0, 1], self.ports[&service].admin).into(),
            "/readyz",
        )
    }

    /// A task of the lifecycle program, as the Job of the operator runs it.
    pub(super) fn lifecycle(&self, task: &str) -> Result<Command> {
        let mut command = process::program(&images::built(Profile::Dev, LIFECYCLE)?);
        self.database(&mut command);
        command
            .arg(task)
            .env(settings::DATABASE_USER, ADMINISTRATOR)
            .env(
                settings::DATABASE_PASSWORD_FILE,
                self.secrets.join(ADMINISTRATOR),
            )
            .env(settings::DATABASE_ROLE_PREFIX, ROLE_PREFIX)
            .env(
                settings::DATABASE_PASSWORDS_DIR,
                self.secrets.join("database"),
            )
            .env(settings::CURRENCY, "EUR");
        Ok(command)
    }

    /// A service.
    pub(super) fn service(&self, service: Service) -> Result<Command> {
        let mut command = process::program(&images::built(Profile::Dev, service.name())?);
        let Ports { api, admin } = self.ports[&service];
        command
            .env(settings::LISTEN, format!("127.0.0.1:{api}"))
            .env(settings::ADMIN_LISTEN, format!("127.0.0.1:{admin}"))
            .env(settings::VERSION, "dev")
            .env(settings::POD_NAME, service.name())
            .env(settings::CURRENCY, "EUR")
            .env(settings::TITLE, "LocalMart")
            .env(
                settings::INTERNAL_KEYS_DIR,
                self.secrets.join("internal-keys"),
            );
        if service.has_schema() {
            let login = settings::DatabaseRoles::new(ROLE_PREFIX, service).app_a;
            let file = self
                .secrets
                .join("database")
                .join(settings::app_password(service));
            self.database(&mut command);
            command
                .env(settings::DATABASE_USER, login)
                .env(settings::DATABASE_PASSWORD_FILE, file)
                .env(settings::DATABASE_CONNECTIONS, "4");
        }
        if service.uses_redis() {
            let file = self.secrets.join("redis").join(service.name());
            command
                .env(settings::REDIS_HOST, "127.0.0.1")
                .env(settings::REDIS_PORT, self.redis.to_string())
                .env(settings::REDIS_USER, service.name())
                .env(settings::REDIS_PASSWORD_FILE, file);
        }
        for callee in service.calls() {
            let url = format!("http://127.0.0.1:{}", self.ports[callee].api);
            command.env(callee.url_variable(), url);
        }
        Ok(command)
    }

    fn database(&self, command: &mut Command) {
        command
            .env(settings::DATABASE_HOST, "127.0.0.1")
            .env(settings::DATABASE_PORT, self.postgres.to_string())
            .env(settings::DATABASE_NAME, topology::SHARED_DATABASE);
    }
}

/// Ports that Linux gives to nobody who does not ask for them: while a service is built anew, its
/// port must not become the near end of some connection.
const PORTS: RangeInclusive<u16> = 10_000..=29_999;

/// `wanted` where it is free, or any free port for 0.
pub(super) fn port(wanted: u16) -> Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(*PORTS.start());
    if wanted != 0 {
        TcpListener::bind(("127.0.0.1", wanted)).with_context(|| {
            format!("port {wanted} is taken; end what uses it or choose another with --port")
        })?;
        return Ok(wanted);
    }
    for _ in PORTS {
        let port = NEXT.fetch_add(1, Ordering::Relaxed);
        if PORTS.contains(&port) && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!(
        "all ports from {} to {} are taken",
        PORTS.start(),
        PORTS.end()
    )
}

/// The content of the secret `name`, made on first use: 256 random bits in hex.
fn secret(folder: &Path, name: &str) -> Result<String> {
    let path = folder.join(name);
    if path.exists() {
        return fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()));
    }
    let mut bytes = [0; 32];
    File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut bytes))
        .context("the machine gives no random numbers")?;
    let value = hex::encode(bytes);
    fs::create_dir_all(folder)?;
    fs::write(&path, &value).with_context(|| format!("cannot write {}", path.display()))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    Ok(value)
}
