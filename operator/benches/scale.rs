//! What the operator costs with many LocalMarts: memory, time of a pass, writes, and that there are
//! none while nothing happens. `cargo xtask bench --operator` runs it and writes the page.
//!
//! The API server and its controllers are real; pods become ready by the tests' kubelet.

#![allow(
    clippy::unwrap_used,
    reason = "a measurement that cannot be taken ends"
)]
#![allow(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::as_conversions,
    clippy::print_stdout,
    reason = "figures of a report"
)]

#[path = "../tests/kit/mod.rs"]
mod kit;
mod scale_report;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::Parser;
use k8s_openapi::jiff::Timestamp;
use kit::{Cluster, Operator, Space, kubelet::Kubelet, operator::Options, scrape::Scrape};
use kube::api::ListParams;
use localmart_api::{LocalMart, Phase};
use localmart_operator::build::Kind;
use scale_report::{Machine, Row};

/// The shops are spread over so many namespaces.
const NAMESPACES: usize = 10;
/// How long nothing happens.
const IDLE: Duration = Duration::from_mins(1);
/// How long all of it may take.
const LONGEST: Duration = Duration::from_mins(40);

#[derive(Parser)]
struct Arguments {
    /// How many LocalMarts; several numbers, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "100")]
    shops: Vec<usize>,
    /// The folder with the API server's audit logs.
    #[arg(long)]
    audit: PathBuf,
    /// Where the page goes.
    #[arg(long)]
    report: PathBuf,
    /// What is measured, for example a commit.
    #[arg(long)]
    source: String,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments = Arguments::parse();
    let mut rows = Vec::new();
    for shops in &arguments.shops {
        rows.push(measure(*shops, &arguments).await);
        // After each: a larger number may not be reached.
        let page = scale_report::page(&rows, &arguments.source, &Machine::read());
        std::fs::write(&arguments.report, page).unwrap();
    }
}

async fn measure(shops: usize, arguments: &Arguments) -> Row {
    let cluster = Cluster::connect().await;
    cluster.clear().await;
    let mut spaces = Vec::new();
    for _ in 0..NAMESPACES {
        spaces.push(cluster.space("scale").await);
    }
    let kubelets: Vec<_> = spaces.iter().map(Kubelet::start).collect();
    let options = Options {
        cluster_wide: true,
        beside: spaces[1..].iter().map(|space| space.name.clone()).collect(),
        ..Options::default()
    };
    let operator = Operator::start_with(&spaces[0], options).await;

    let started = Instant::now();
    for shop in 0..shops {
        let space = &spaces[shop % NAMESPACES];
        let spec = "{ingress: {host: localmart.localhost}, sampleData: Enabled}";
        space.apply(&format!("shop{shop}"), spec).await.unwrap();
    }
    let ready = until_ready(&spaces, shops, started).await;
    println!("{shops} LocalMarts ready after {ready:?}");
    // What was on its way arrives.
    quiet(&operator).await;
    let scrape = Scrape::of(&operator).await;
    let memory = memory(&operator);
    let user = format!("system:serviceaccount:{}:operator", spaces[0].name);
    let writes = scale_report::writes(&arguments.audit, &user, None);

    let since = Timestamp::now();
    tokio::time::sleep(IDLE).await;
    let memory_later = memory.max(self::memory(&operator));
    // A new process looks at each of them, and finds all as it should be.
    operator.kill().await;
    operator.resume();
    let passes = looked(&operator, shops, Instant::now()).await;
    let idle_writes = scale_report::writes(&arguments.audit, &user, Some(since));
    let again = Scrape::of(&operator).await;
    let row = Row {
        shops,
        ready,
        memory: memory_later,
        memory_of_restart: self::memory(&operator),
        passes: scrape.sum("localmart_operator_reconcile_total"),
        median: scale_report::quantile(&scrape, 0.5),
        p95: scale_report::quantile(&scrape, 0.95),
        idle_median: scale_report::quantile(&again, 0.5),
        idle_p95: scale_report::quantile(&again, 0.95),
        writes,
        idle_passes: passes,
        idle_seconds: since.duration_until(Timestamp::now()).as_secs(),
        idle_writes,
    };
    println!("{row:?}");
    drop(kubelets);
    cluster.clear().await;
    until_gone(&spaces).await;
    row
}

/// Waits until the garbage collector has taken the shops' workloads, so that it does not work
/// during the next measurement.
async fn until_gone(spaces: &[Space]) {
    let started = Instant::now();
    for space in spaces {
        let deployments = space.kind(Kind::Deployment);
        while !deployments
            .list(&ListParams::default())
            .await
            .unwrap()
            .items
            .is_empty()
        {
            assert!(started.elapsed() < LONGEST, "{} is not empty", space.name);
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// Waits until every shop is ready.
async fn until_ready(spaces: &[Space], shops: usize, started: Instant) -> Duration {
    loop {
        let mut ready = 0;
        for space in spaces {
            let list = space.api::<LocalMart>().list(&ListParams::default()).await;
            let list = list.unwrap();
            let phases = list.iter().map(|shop| shop.status.as_ref()?.phase);
            ready += phases.filter(|phase| *phase == Some(Phase::Ready)).count();
        }
        if ready == shops {
            return started.elapsed();
        }
        assert!(started.elapsed() < LONGEST, "{ready} of {shops} are ready");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Waits until the operator has sent nothing for ten seconds.
async fn quiet(operator: &Operator) {
    let mut seen = operator.proxy.exchanges().len();
    loop {
        tokio::time::sleep(Duration::from_secs(10)).await;
        let now = operator.proxy.exchanges().len();
        // Watches are renewed all the time.
        if now < seen + 200 {
            return;
        }
        seen = now;
    }
}

/// Waits until a new process has made a pass for each shop.
async fn looked(operator: &Operator, shops: usize, started: Instant) -> f64 {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let scrape = Scrape::of(operator).await;
        let passes = scrape.sum("localmart_operator_reconcile_total");
        if passes >= shops as f64 && scrape.sum("localmart_operator_reconcile_running") < 0.5 {
            return passes;
        }
        assert!(started.elapsed() < LONGEST, "{passes} passes");
    }
}

/// The most memory the process had, in KiB.
fn memory(operator: &Operator) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", operator.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.unwrap().parse().unwrap()
}
