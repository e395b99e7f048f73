//! The page, and what it is made from: the audit log and the operator's own histogram.

use std::{
    fmt::Write,
    io::{BufRead, BufReader},
    path::Path,
    time::Duration,
};

use k8s_openapi::jiff::Timestamp;
use serde_json::Value;

use crate::kit::scrape::Scrape;

/// Budget of memory with a hundred LocalMarts, in MiB.
const BUDGET: f64 = 30.0;

/// One number of LocalMarts.
#[derive(Debug)]
pub struct Row {
    pub shops: usize,
    /// From the first apply until all were ready.
    pub ready: Duration,
    /// High-water marks in KiB.
    pub memory: u64,
    pub memory_of_restart: u64,
    pub passes: f64,
    pub median: f64,
    pub p95: f64,
    pub idle_median: f64,
    pub idle_p95: f64,
    pub writes: usize,
    pub idle_passes: f64,
    pub idle_seconds: i64,
    pub idle_writes: usize,
}

/// Where it was measured.
pub struct Machine {
    processor: String,
    cores: usize,
    kernel: String,
}

impl Machine {
    pub fn read() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let processors = read("/proc/cpuinfo");
        let mut models = processors
            .lines()
            .filter_map(|line| line.strip_prefix("model name")?.split_once(": "))
            .map(|(_, model)| model.to_owned());
        Self {
            processor: models.next().unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
        }
    }
}

/// Requests of `user` that changed something, Leases excepted, from `since` on.
pub fn writes(folder: &Path, user: &str, since: Option<Timestamp>) -> usize {
    let mut found = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_audit = path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with("audit");
        if !is_audit || path.extension().is_none_or(|extension| extension != "log") {
            continue;
        }
        let file = std::fs::File::open(&path).unwrap();
        let lines = BufReader::new(file).lines().map(Result::unwrap);
        for line in lines.filter(|line| line.contains(user)) {
            let event: Value = serde_json::from_str(&line).unwrap();
            let at: Timestamp = event["requestReceivedTimestamp"]
                .as_str()
                .unwrap()
                .parse()
                .unwrap();
            let reads = ["get", "list", "watch"]
                .iter()
                .any(|verb| event["verb"] == *verb);
            let counts = event["impersonatedUser"]["username"] == user
                && event["stage"] == "ResponseComplete"
                && event["objectRef"]["resource"] != "leases"
                && since.is_none_or(|since| at > since);
            found += usize::from(counts && !reads);
        }
    }
    found
}

/// A quantile of the operator's own histogram, in seconds; linear within a bucket.
pub fn quantile(scrape: &Scrape, quantile: f64) -> f64 {
    let buckets = scrape.of_name("localmart_operator_reconcile_duration_seconds_bucket");
    let total = scrape.sum("localmart_operator_reconcile_duration_seconds_count");
    let wanted = total * quantile;
    let (mut below, mut counted) = (0.0, 0.0);
    for bucket in buckets {
        let Ok(edge) = bucket.labels["le"].parse::<f64>() else {
            return below;
        };
        if bucket.value >= wanted && edge.is_finite() {
            let share = (wanted - counted) / (bucket.value - counted).max(1.0);
            return below + (edge - below) * share;
        }
        if edge.is_finite() {
            (below, counted) = (edge, bucket.value);
        }
    }
    below
}

fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

/// The page in Markdown.
pub fn page(rows: &[Row], source: &str, machine: &Machine) -> String {
    let mut page = format!(
        "<!-- Written by `cargo xtask bench --operator`; what it says is made in operator/benches. Do not edit. -->

# The operator with many LocalMarts

Each LocalMart is the shop of `examples/localmart.yaml`; they are spread over ten namespaces. etcd,
the API server and its controllers are real. Pods become ready at once, by writing their status, so
what is measured is the operator and the API server, both on one machine with everything else.

- Machine: {}, {} cores, Linux {}.
- Measured: {source}

| LocalMarts | ",
        machine.processor, machine.cores, machine.kernel
    );
    let columns: Vec<_> = rows.iter().map(|row| row.shops.to_string()).collect();
    writeln!(page, "{} |", columns.join(" | ")).unwrap();
    writeln!(page, "| --- |{}", " ---: |".repeat(rows.len())).unwrap();
    let mut line = |what: &str, of: &dyn Fn(&Row) -> String| {
        let cells: Vec<_> = rows.iter().map(of).collect();
        writeln!(page, "| {what} | {} |", cells.join(" | ")).unwrap();
    };
    line("memory at most (VmHWM), MiB", &|row| {
        format!("{:.1}", mib(row.memory))
    });
    line("the same of a process started later, MiB", &|row| {
        format!("{:.1}", mib(row.memory_of_restart))
    });
    line("all ready after, s", &|row| row.ready.as_secs().to_string());
    line("passes until then", &|row| format!("{:.0}", row.passes));
    line("a pass: median / 95 %, ms", &|row| {
        format!("{:.0} / {:.0}", row.median * 1000.0, row.p95 * 1000.0)
    });
    line("a pass with nothing to do: median / 95 %, ms", &|row| {
        format!(
            "{:.0} / {:.0}",
            row.idle_median * 1000.0,
            row.idle_p95 * 1000.0
        )
    });
    line("writes per LocalMart, from the audit log", &|row| {
        format!("{:.1}", row.writes as f64 / row.shops as f64)
    });
    line("idle: seconds watched", &|row| row.idle_seconds.to_string());
    line("idle: passes of a restarted operator", &|row| {
        format!("{:.0}", row.idle_passes)
    });
    line("idle: writes, from the audit log", &|row| {
        row.idle_writes.to_string()
    });
    let hundred = rows.iter().find(|row| row.shops == 100);
    if let Some(row) = hundred {
        let verdict = if mib(row.memory) <= BUDGET {
            "met"
        } else {
            "**missed**"
        };
        write!(
            page,
            "\nBudget: {BUDGET:.0} MiB with 100 LocalMarts: {verdict}. No write while nothing happens: {}.\n",
            if row.idle_writes == 0 { "met" } else { "**missed**" }
        )
        .unwrap();
    }
    page.push_str(
        "\nA write is a request that changes something; events and reports of status count, Leases do not.\nThe times of a pass are the operator's own, read from its histogram, with up to four passes at once.\n",
    );
    page
}
