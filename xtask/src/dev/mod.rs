//! `cargo xtask dev`: the shop as local processes, without Kubernetes, built and started anew
//! wherever a source changes.

mod local;
mod log;
mod process;
mod servers;
mod watch;

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result};
use clap::Args;
use topology::Service;

use self::{local::Local, process::Process, servers::Servers, watch::Watch};
use crate::{
    images::{self, Profile},
    paths, preflight,
    progress::Progress,
    web,
};

/// How often signals and ended processes are looked for.
const GLANCE: Duration = Duration::from_millis(200);

#[derive(Args, Debug)]
pub struct Options {
    /// Port of the storefront on the loopback interface; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Port of the web development server, which swaps modules in the open page; 0 takes a free one.
    #[arg(long, default_value_t = 5173)]
    web_port: u16,
    /// Throw the data of earlier runs away.
    #[arg(long)]
    fresh: bool,
}

/// Runs until a signal or Ctrl-C comes.
pub fn run(options: &Options, progress: &Progress) -> Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    preflight::check_build(progress)?;
    web::build(progress)?;
    compile(progress)?;
    let watch = Watch::begin()?;

    let servers = Servers::start(&directory(), options.fresh, progress)?;
    let local = Local::new(&directory(), &servers, options.port)?;
    prepare(&local, progress)?;
    let mut shop = Shop::start(local)?;
    shop.wait(&stop);
    let web = web_server(&shop.local.url(), options.web_port)?;
    progress.note(&format!(
        "\nShop      {}\nWeb       http://localhost:{}   (swaps modules as you save)\n\
         Postgres  {}\nTests     {} npm run e2e\nEdit a service, a migration or the web shop; Ctrl-C ends it all.\n",
        shop.local.url(),
        web.port,
        servers.psql(),
        shop.local.browser_tests(),
    ));

    while !stop.load(Ordering::Relaxed) {
        shop.report_ended();
        if !watch.changed(GLANCE)? {
            continue;
        }
        // A program that does not compile leaves the running one in place.
        match compile(progress) {
            Ok(()) => shop.renew(progress)?,
            Err(error) => progress.note(&format!("{error:#}")),
        }
    }
    progress.note("stopping");
    drop(web);
    drop(shop);
    servers.stop();
    Ok(())
}

/// Where the data, the passwords and the logs of the servers are kept between runs.
fn directory() -> PathBuf {
    paths::cache().join("dev")
}

fn compile(progress: &Progress) -> Result<()> {
    let step = progress.step("programs");
    images::compile(Profile::Dev, &step)?;
    step.done("compiled");
    Ok(())
}

/// Roles, schemas, migrations and sample data; what is there already stays.
fn prepare(local: &Local, progress: &Progress) -> Result<()> {
    let step = progress.step("database");
    for task in ["bootstrap", "migrate", "seed"] {
        step.say(task);
        step.run(&mut local.lifecycle(task)?, &format!("dev-{task}"))?;
    }
    step.done("ready");
    Ok(())
}

/// A running service and the build it runs.
struct Part {
    process: Process,
    built: SystemTime,
}

struct Shop {
    local: Local,
    parts: BTreeMap<Service, Part>,
    migrations: SystemTime,
}

impl Shop {
    fn start(local: Local) -> Result<Self> {
        let mut shop = Self {
            migrations: built_at(local::LIFECYCLE)?,
            local,
            parts: BTreeMap::new(),
        };
        for service in Service::ALL {
            shop.begin(service)?;
        }
        Ok(shop)
    }

    fn begin(&mut self, service: Service) -> Result<()> {
        let built = built_at(service.name())?;
        let process = Process::start(service.name(), self.local.service(service)?)?;
        self.parts.insert(service, Part { process, built });
        Ok(())
    }

    /// Until every service says that it is ready.
    fn wait(&mut self, stop: &AtomicBool) {
        for service in Service::ALL {
            while !self.local.is_ready(service) {
                self.report_ended();
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                std::thread::park_timeout(Duration::from_millis(20));
            }
        }
    }

    /// Starts again what was built anew; migrations come before the programs that need them.
    fn renew(&mut self, progress: &Progress) -> Result<()> {
        let migrations = built_at(local::LIFECYCLE)?;
        if migrations != self.migrations {
            self.migrations = migrations;
            if let Err(error) = prepare(&self.local, progress) {
                progress.note(&format!("{error:#}"));
            }
        }
        for service in Service::ALL {
            let built = built_at(service.name())?;
            if self
                .parts
                .get(&service)
                .is_none_or(|part| part.built != built)
            {
                // The old process goes first: both listen on the same port.
                drop(self.parts.remove(&service));
                self.begin(service)?;
                progress.note(&format!("{service} runs the new build"));
            }
        }
        Ok(())
    }

    fn report_ended(&mut self) {
        for (service, part) in &mut self.parts {
            if let Some(how) = part.process.ended() {
                eprintln!("{service} ended: {how}; it starts again with its next build");
            }
        }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        // All at once: each of them first waits for requests that are still on their way.
        for part in self.parts.values() {
            part.process.ask_to_end();
        }
    }
}

fn built_at(binary: &str) -> Result<SystemTime> {
    let path = images::built(Profile::Dev, binary)?;
    fs::metadata(&path)
        .and_then(|file| file.modified())
        .with_context(|| format!("cannot look at {}", path.display()))
}

struct WebServer {
    port: u16,
    _process: Process,
}

/// Vite's own server; it passes calls of the API to the storefront.
fn web_server(shop: &str, port: u16) -> Result<WebServer> {
    let port = local::port(port)?;
    let mut command = process::program(&web::directory().join("node_modules/.bin/vite"));
    command
        .args(["--port", &port.to_string(), "--strictPort"])
        .env("LOCALMART_URL", shop)
        .current_dir(web::directory());
    Ok(WebServer {
        port,
        _process: Process::start("web", command)?,
    })
}
