//! One service as a process of its own.

use std::{
    fs::OpenOptions,
    net::{Ipv4Addr, TcpListener},
    ops::RangeInclusive,
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use chassis::{Running, Service, config::Settings, program, telemetry};
use payments::Delays;
use topology::settings;

use super::hurried;

/// Time for a service to become ready.
const START: Duration = Duration::from_secs(20);

/// The ports of a service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    pub(super) api: u16,
    admin: u16,
}

/// Ports that Linux gives to nobody who does not ask for them: a port of a service that is killed
/// and started again must not become the near end of some connection in between.
const PORTS: RangeInclusive<u16> = 10_000..=29_999;

impl Ports {
    /// Two that nobody listens on.
    pub(super) fn free() -> Result<Self> {
        Ok(Self {
            api: free_port()?,
            admin: free_port()?,
        })
    }
}

/// Goes once through [`PORTS`], each process from a place of its own.
fn free_port() -> Result<u16> {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    let count = u32::from(*PORTS.end() - *PORTS.start()) + 1;
    for _ in 0..count {
        let place = std::process::id()
            .wrapping_mul(97)
            .wrapping_add(TAKEN.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start() + u16::try_from(place % count)?;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!(
        "all ports from {} to {} are taken",
        PORTS.start(),
        PORTS.end()
    )
}

/// A service that can be started again and again at the same ports.
#[derive(Debug)]
pub(super) struct Process {
    program: PathBuf,
    service: Service,
    ports: Ports,
    settings: Vec<(String, String)>,
    log: PathBuf,
    child: Mutex<Option<Child>>,
}

impl Process {
    pub(super) fn new(
        program: &Path,
        service: Service,
        ports: Ports,
        settings: Vec<(String, String)>,
        log: PathBuf,
    ) -> Self {
        Self {
            program: program.to_owned(),
            service,
            ports,
            settings,
            log,
            child: Mutex::default(),
        }
    }

    pub(super) async fn begin(&self) -> Result<()> {
        let log = || OpenOptions::new().create(true).append(true).open(&self.log);
        let mut command = Command::new(&self.program);
        command
            .args(["serve", self.service.name()])
            .envs(self.settings.iter().cloned())
            .env(settings::LISTEN, format!("127.0.0.1:{}", self.ports.api))
            .env(
                settings::ADMIN_LISTEN,
                format!("127.0.0.1:{}", self.ports.admin),
            )
            .env(settings::LOG_LEVEL, "warn")
            .stdin(Stdio::null())
            .stdout(log()?)
            .stderr(log()?);
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        *self.child.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        let ready = format!("http://127.0.0.1:{}/readyz", self.ports.admin);
        let http = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .build()?;
        let began = Instant::now();
        while began.elapsed() < START {
            let answer = http.get(&ready).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        bail!("{} is not ready within {START:?}: {log}", self.service)
    }

    pub(super) fn kill(&self) -> Result<()> {
        let child = self
            .child
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(mut child) = child {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A process that is gone already is what is wanted.
        let _ = self.kill();
    }
}

/// Serves one of the shop's services until it is killed: the same code as in production, with
/// [`hurried`] times.
pub fn serve(service: Service) -> Result<ExitCode> {
    program::install_crypto();
    let from = Settings::from_environment();
    telemetry::start_for(
        service,
        "verify",
        from.optional(settings::LOG_LEVEL).unwrap_or("warn"),
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        end_with_parent();
        start(service, &from).await?.until_signal().await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Ends the process when the one that started it is gone, however that ended.
fn end_with_parent() {
    let parent = nix::unistd::getppid();
    tokio::spawn(async move {
        while nix::unistd::getppid() == parent {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        std::process::exit(1);
    });
}

async fn start(service: Service, from: &Settings) -> Result<Running> {
    let timing = hurried();
    match service {
        Service::Catalog => {
            let mut config = catalog::Config::from_settings(from)?;
            config.sweep_every = Duration::from_millis(100);
            config.cache_for = Duration::from_millis(100);
            catalog::run(config).await
        }
        Service::Cart => cart::run(cart::Config::from_settings(from)?).await,
        Service::Orders => {
            let mut config = orders::Config::from_settings(from)?;
            config.timing = timing;
            orders::run(config).await
        }
        Service::Payments => {
            let mut config = payments::Config::from_settings(from)?;
            config.delays = Delays {
                slow: timing.authorize / 2,
                timeout: timing.authorize * 2,
            };
            payments::run(config).await
        }
        Service::Storefront => Ok(storefront::run(storefront::Config::from_settings(from)?).await?),
    }
}
