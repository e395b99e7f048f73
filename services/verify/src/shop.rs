//! A shop of its own: every service a process, Postgres and Redis real, and on each way out of a
//! process something that numbers what passes and can stop it.

mod calls;
mod commits;
mod process;
mod steps;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use chassis::{
    Service,
    testkit::{self, TestDatabase, TestRedis, database},
};
use orders::Timing;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tempfile::TempDir;

use crate::{buyer::Outside, races::Track};
use process::Process;

pub use process::serve;
pub use steps::{Moment, Step, Steps};

/// Time for Postgres to recover from its log.
const RECOVERY: Duration = Duration::from_secs(30);

/// Times that let leases expire and answers get lost without waiting long.
pub fn hurried() -> Timing {
    Timing {
        complete: Duration::from_secs(3),
        authorize: Duration::from_secs(1),
        arrival: Duration::from_millis(500),
        lease: Duration::from_secs(2),
        reap: Duration::from_millis(50),
        watch: Duration::from_millis(20),
        heartbeat: Duration::from_millis(100),
        unreserved: Duration::from_millis(500),
        ..Timing::default()
    }
}

/// A running shop; its processes end with it.
#[derive(Debug)]
pub struct Shop {
    pub track: Track,
    pub steps: Arc<Steps>,
    processes: HashMap<Service, Process>,
    redis: TestRedis,
    folder: TempDir,
}

impl Shop {
    /// Starts `program serve <service>` for each service; `program` is `localmart-verify`.
    pub async fn start(program: &Path) -> Result<Self> {
        let owners: Vec<Service> = Service::ALL
            .into_iter()
            .filter(|service| service.has_schema())
            .collect();
        let database = database(&owners).await;
        let redis = testkit::redis().await;
        let pool = onlooker(&database);
        // What is acknowledged must be on disk, as in production.
        sqlx::raw_sql(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = on', \
             current_database()); END $$",
        )
        .execute(&pool)
        .await?;
        let folder = tempfile::tempdir()?;
        let mut shop = Self {
            track: Track {
                outside: Outside::new("http://127.0.0.1:9")?,
                pool,
            },
            steps: Arc::default(),
            processes: HashMap::new(),
            redis,
            folder,
        };
        let addresses: HashMap<Service, process::Ports> = Service::ALL
            .into_iter()
            .map(|service| Ok((service, process::Ports::free()?)))
            .collect::<Result<_>>()?;
        for service in Service::ALL {
            let settings = shop.settings(service, &database, &addresses).await?;
            let log: PathBuf = shop.folder.path().join(format!("{service}.log"));
            let process = Process::new(program, service, addresses[&service], settings, log);
            shop.processes.insert(service, process);
        }
        for service in Service::ALL {
            shop.begin(service).await?;
        }
        let front = addresses[&Service::Storefront].api;
        shop.track.outside = Outside::new(&format!("http://127.0.0.1:{front}"))?;
        Ok(shop)
    }

    /// The variables of a service: its ways out lead through what numbers them.
    async fn settings(
        &self,
        service: Service,
        database: &TestDatabase,
        addresses: &HashMap<Service, process::Ports>,
    ) -> Result<Vec<(String, String)>> {
        use topology::settings as name;
        let mut settings = Vec::new();
        let mut set = |name: &str, value: String| settings.push((name.to_owned(), value));
        for &callee in service.calls() {
            let to = format!("http://127.0.0.1:{}", addresses[&callee].api);
            let through = calls::open(service, callee, to, Arc::clone(&self.steps)).await?;
            set(callee.url_variable(), through);
        }
        let password = |name: &str, secret: &str| -> Result<String> {
            let path = self.folder.path().join(name);
            std::fs::write(&path, secret)?;
            let path = path.to_str().context("a folder with a name in UTF-8")?;
            Ok(path.to_owned())
        };
        if service.has_schema() {
            let login = database.config(service);
            let through = commits::open(service, login.port, Arc::clone(&self.steps)).await?;
            set(name::DATABASE_HOST, "127.0.0.1".to_owned());
            set(name::DATABASE_PORT, through.to_string());
            set(name::DATABASE_NAME, login.name);
            set(name::DATABASE_USER, login.user);
            let file = password(&format!("{service}-postgres"), login.password.expose())?;
            set(name::DATABASE_PASSWORD_FILE, file);
        }
        let login = self.redis.config(service);
        set(name::REDIS_HOST, login.host);
        set(name::REDIS_PORT, login.port.to_string());
        set(name::REDIS_USER, login.user);
        let file = password(&format!("{service}-redis"), login.password.expose())?;
        set(name::REDIS_PASSWORD_FILE, file);
        let keys = testkit::keys().directory().to_str();
        let keys = keys.context("a folder with a name in UTF-8")?;
        set(name::INTERNAL_KEYS_DIR, keys.to_owned());
        set(name::CURRENCY, "EUR".to_owned());
        Ok(settings)
    }

    /// Starts a service and waits until it is ready.
    pub async fn begin(&self, service: Service) -> Result<()> {
        self.processes[&service].begin().await
    }

    /// `kill -9`.
    pub fn kill(&self, service: Service) -> Result<()> {
        self.processes[&service].kill()
    }

    /// Kills a server process of Postgres: all connections break, what was not yet on disk is
    /// gone, and Postgres recovers from its log.
    pub async fn crash_postgres(&self) -> Result<()> {
        let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
            .fetch_one(&self.track.pool)
            .await?;
        nix::sys::signal::kill(
            nix::unistd::Pid::from_raw(pid),
            nix::sys::signal::Signal::SIGKILL,
        )?;
        let began = Instant::now();
        loop {
            let answer = sqlx::query("SELECT 1").execute(&self.track.pool).await;
            match answer {
                Ok(_) => return Ok(()),
                Err(error) if began.elapsed() > RECOVERY => return Err(error.into()),
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// `FLUSHALL`.
    pub async fn flush_redis(&self) -> Result<()> {
        let mut admin = self.redis.admin().await;
        redis::cmd("FLUSHALL").exec_async(&mut admin).await?;
        Ok(())
    }
}

/// A pool of the superuser that survives broken connections.
pub fn onlooker(database: &TestDatabase) -> PgPool {
    let login = database.login("postgres", "");
    let options = PgConnectOptions::new_without_pgpass()
        .host(&login.host)
        .port(login.port)
        .database(&login.name)
        .username(&login.user);
    PgPoolOptions::new()
        .max_connections(2)
        .test_before_acquire(true)
        .connect_lazy_with(options)
}
