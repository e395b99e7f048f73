//! The shop that is measured: Postgres, Redis and every service as processes, set up as the
//! operator sets up their containers, with nothing between them.

mod process;
mod servers;

use std::{
    cell::Cell,
    collections::BTreeMap,
    fmt, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    rc::Rc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use chassis::{Clock, Ids, Service};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
};
use tempfile::TempDir;
use topology::settings;

use self::process::{Process, free_port};
use crate::{
    cores::{Cores, Placement},
    usage::{self, Memory},
};

/// Prefix of the roles; one shop, so the digits mean nothing.
const ROLE_PREFIX: &str = "lm_00000000";
/// Of every login. Who can read it can reach nothing but this shop, for as long as it runs.
const PASSWORD: &str = "bench";
const ADMINISTRATOR: &str = "postgres";
/// As the operator has it.
const CONNECTIONS: &str = "4";

/// Something whose share is told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Service(Service),
    Postgres,
    Redis,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(service) => service.fmt(f),
            Self::Postgres => f.write_str("Postgres"),
            Self::Redis => f.write_str("Redis"),
        }
    }
}

/// CPU time of each part.
pub type Cpu = BTreeMap<Part, Duration>;

/// A running shop; its processes end with it.
#[derive(Debug)]
pub struct Shop {
    pub pool: PgPool,
    parts: BTreeMap<Part, Process>,
    addresses: BTreeMap<Service, Addresses>,
    programs: PathBuf,
    cores: Cores,
    placement: Placement,
    /// Counts what must not come again.
    pub numbers: Rc<Cell<usize>>,
    folder: TempDir,
    /// Goes when the process that uses it is gone.
    _data: TempDir,
}

#[derive(Clone, Copy, Debug)]
struct Addresses {
    api: SocketAddr,
    admin: SocketAddr,
}

impl Shop {
    /// Starts everything, with the sample data, from the programs in a folder.
    pub fn start(programs: &Path, cores: Cores, placement: Placement) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let secrets = folder.path().join("secrets");
        write_secrets(&secrets)?;
        let data = tempfile::tempdir()?;
        let postgres_port = free_port()?;
        let redis_port = free_port()?;
        let (postgres, redis) = cores.place(placement, || {
            Ok((
                servers::postgres(
                    data.path(),
                    postgres_port,
                    &folder.path().join("postgres.log"),
                )?,
                servers::redis(folder.path(), redis_port, PASSWORD)?,
            ))
        })?;
        let mut addresses = BTreeMap::new();
        for service in Service::ALL {
            let place = || Ok::<_, anyhow::Error>(SocketAddr::from(([127, 0, 0, 1], free_port()?)));
            let (api, admin) = (place()?, place()?);
            addresses.insert(service, Addresses { api, admin });
        }
        let options = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(postgres_port)
            .database(topology::SHARED_DATABASE)
            .username(ADMINISTRATOR)
            .ssl_mode(PgSslMode::Disable);
        let mut shop = Self {
            pool: PgPoolOptions::new()
                .max_connections(1)
                .connect_lazy_with(options),
            parts: BTreeMap::from([(Part::Postgres, postgres), (Part::Redis, redis)]),
            addresses,
            programs: programs.to_owned(),
            cores,
            placement,
            numbers: Rc::default(),
            folder,
            _data: data,
        };
        for task in ["bootstrap", "migrate", "seed"] {
            shop.lifecycle(task, postgres_port)?;
        }
        for service in Service::ALL {
            let command = shop.command(service, postgres_port, redis_port)?;
            let log = shop.folder.path().join(format!("{service}.log"));
            let process = Process::new(service.name(), command, log);
            shop.parts.insert(Part::Service(service), process);
            shop.begin(service)?;
        }
        Ok(shop)
    }

    /// Where a service answers.
    pub fn api(&self, service: Service) -> SocketAddr {
        self.addresses[&service].api
    }

    /// The folder with the internal keys.
    pub fn keys(&self) -> PathBuf {
        self.folder.path().join("secrets/keys")
    }

    /// Kills a service and starts it anew. Gives the time from starting the program to being ready.
    pub fn restart(&mut self, service: Service) -> Result<Duration> {
        self.part(Part::Service(service))?.kill()?;
        self.begin(service)
    }

    fn begin(&mut self, service: Service) -> Result<Duration> {
        let (cores, placement) = (self.cores, self.placement);
        let admin = self.addresses[&service].admin;
        let process = self.part(Part::Service(service))?;
        cores.place(placement, || process.begin())?;
        process.ready(admin)
    }

    fn part(&mut self, part: Part) -> Result<&mut Process> {
        self.parts.get_mut(&part).context("every part is there")
    }

    /// CPU time that each part has used so far.
    pub fn cpu(&self) -> Result<Cpu> {
        let used = self.parts.iter();
        used.map(|(part, process)| Ok((*part, usage::cpu(process.id()?)?)))
            .collect()
    }

    /// Memory of each part.
    pub fn memory(&self) -> Result<BTreeMap<Part, Memory>> {
        let taken = self.parts.iter().map(|(part, process)| {
            let memory = match part {
                Part::Postgres => usage::shared_memory(process.id()?)?,
                Part::Service(_) | Part::Redis => usage::memory(process.id()?)?,
            };
            Ok((*part, memory))
        });
        taken.collect()
    }

    /// Process ids of a part, for a profiler.
    pub fn processes(&self, part: Part) -> Result<Vec<u32>> {
        let own = self.parts[&part].id()?;
        let mut all = usage::children(own)?;
        all.push(own);
        Ok(all)
    }

    /// Empties the log files: the disk need not hold the lines of a million requests.
    pub fn empty_logs(&self) -> Result<()> {
        self.parts.values().try_for_each(Process::empty_log)
    }

    /// A task of the lifecycle program, as the Job of the operator runs it.
    fn lifecycle(&self, task: &str, postgres: u16) -> Result<()> {
        let program = self.programs.join("localmart-migrate");
        let secrets = self.folder.path().join("secrets");
        let mut command = Command::new(&program);
        database(&mut command, postgres);
        let output = command
            .arg(task)
            .env(settings::DATABASE_USER, ADMINISTRATOR)
            .env(settings::DATABASE_PASSWORD_FILE, secrets.join("password"))
            .env(settings::DATABASE_ROLE_PREFIX, ROLE_PREFIX)
            .env(settings::DATABASE_PASSWORDS_DIR, secrets.join("database"))
            .env(settings::CURRENCY, "EUR")
            .output()
            .with_context(|| format!("cannot start {}", program.display()))?;
        if !output.status.success() {
            bail!("{task}: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }

    /// A service with the settings that the operator gives it.
    fn command(&self, service: Service, postgres: u16, redis: u16) -> Result<Command> {
        let program = self.programs.join(service.name());
        if !program.is_file() {
            bail!(
                "{} is not there: build the programs, or start this with `cargo xtask bench`",
                program.display()
            );
        }
        let secrets = self.folder.path().join("secrets");
        let Addresses { api, admin } = self.addresses[&service];
        let mut command = servers::program(&program);
        command
            .env(settings::LISTEN, api.to_string())
            .env(settings::ADMIN_LISTEN, admin.to_string())
            .env(settings::VERSION, env!("CARGO_PKG_VERSION"))
            .env(settings::POD_NAME, service.name())
            .env(settings::LOG_LEVEL, "info")
            .env(settings::CURRENCY, "EUR")
            .env(settings::TITLE, "LocalMart")
            .env(settings::INTERNAL_KEYS_DIR, secrets.join("keys"));
        if service.has_schema() {
            let login = settings::DatabaseRoles::new(ROLE_PREFIX, service).app_a;
            let password = secrets
                .join("database")
                .join(settings::app_password(service));
            database(&mut command, postgres);
            command
                .env(settings::DATABASE_USER, login)
                .env(settings::DATABASE_PASSWORD_FILE, password)
                .env(settings::DATABASE_CONNECTIONS, CONNECTIONS);
        }
        if service.uses_redis() {
            command
                .env(settings::REDIS_HOST, "127.0.0.1")
                .env(settings::REDIS_PORT, redis.to_string())
                .env(settings::REDIS_USER, service.name())
                .env(settings::REDIS_PASSWORD_FILE, secrets.join("password"));
        }
        for callee in service.calls() {
            let url = format!("http://{}", self.addresses[callee].api);
            command.env(callee.url_variable(), url);
        }
        Ok(command)
    }
}

fn database(command: &mut Command, port: u16) {
    command
        .env(settings::DATABASE_HOST, "127.0.0.1")
        .env(settings::DATABASE_PORT, port.to_string())
        .env(settings::DATABASE_NAME, topology::SHARED_DATABASE);
}

/// Passwords and the keys of internal tokens.
fn write_secrets(folder: &Path) -> Result<()> {
    let (keys, database) = (folder.join("keys"), folder.join("database"));
    fs::create_dir_all(&keys)?;
    fs::create_dir_all(&database)?;
    fs::write(folder.join("password"), PASSWORD)?;
    let ids = Ids::random(Clock::system());
    let names = Service::ALL.map(Service::name);
    for name in names.into_iter().chain([settings::PAYMENT_WEBHOOKS_KEY]) {
        let key: String = ids.bytes::<16>().map(|byte| format!("{byte:02x}")).concat();
        fs::write(keys.join(name), key)?;
    }
    for service in Service::ALL {
        fs::write(database.join(settings::app_password(service)), PASSWORD)?;
        fs::write(
            database.join(settings::migrator_password(service)),
            PASSWORD,
        )?;
    }
    Ok(())
}
