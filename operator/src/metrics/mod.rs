//! What the operator counts, in the text form that Prometheus reads.
//!
//! Counters and histograms move when something happens. What is true *now* of the LocalMarts, see
//! [`known`], is worked out when somebody asks.

mod known;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use localmart_api::Phase;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};

use crate::{error::Failure, reconcile::plan::Wave, releases::OWN_VERSION};
use known::Known;

type Label = &'static str;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByResult {
    result: Label,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByReason {
    reason: Label,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByKind {
    kind: Label,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByWave {
    wave: Label,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByPhase {
    phase: String,
}

/// The operator's metrics; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    shared: Arc<Shared>,
    /// Writes of the pass that this clone was made for.
    written: Arc<AtomicU32>,
}

#[derive(Debug)]
struct Shared {
    registry: Registry,
    passes: Family<ByResult, Counter>,
    duration: Histogram,
    errors: Family<ByReason, Counter>,
    writes: Family<ByKind, Counter>,
    writes_in_pass: Histogram,
    running: Gauge,
    limit: Gauge,
    in_backoff: Gauge,
    last_success: Gauge,
    oldest_success: Gauge,
    gate_wait: Family<ByWave, Histogram, fn() -> Histogram>,
    gate_waiting: Family<ByWave, Gauge>,
    localmarts: Family<ByPhase, Gauge>,
    leading: Gauge,
    known: Mutex<Known>,
}

impl Default for Shared {
    fn default() -> Self {
        let waits: fn() -> Histogram =
            || Histogram::new([1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 600.0]);
        let mut shared = Self {
            registry: Registry::with_prefix("localmart_operator"),
            passes: Family::default(),
            duration: Histogram::new([0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0]),
            errors: Family::default(),
            writes: Family::default(),
            writes_in_pass: Histogram::new([0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0]),
            running: Gauge::default(),
            limit: Gauge::default(),
            in_backoff: Gauge::default(),
            last_success: Gauge::default(),
            oldest_success: Gauge::default(),
            gate_wait: Family::new_with_constructor(waits),
            gate_waiting: Family::default(),
            localmarts: Family::default(),
            leading: Gauge::default(),
            known: Mutex::default(),
        };
        shared.register();
        shared
    }
}

impl Shared {
    fn register(&mut self) {
        let registry = &mut self.registry;
        let build = Info::new([("version", OWN_VERSION)]);
        registry.register("build", "The operator that runs", build);
        let passes = self.passes.clone();
        registry.register("reconcile", "Passes, by result", passes);
        let duration = self.duration.clone();
        let help = "How long a pass took";
        registry.register_with_unit("reconcile_duration", help, Unit::Seconds, duration);
        let errors = self.errors.clone();
        registry.register("reconcile_errors", "Failed passes, by reason", errors);
        let help = "Requests of one pass that changed something; 0 while nothing happens";
        registry.register("reconcile_writes", help, self.writes_in_pass.clone());
        let help = "Requests that changed something, by kind; Leases do not count";
        registry.register("writes", help, self.writes.clone());
        let running = self.running.clone();
        registry.register("reconcile_running", "Passes under way", running);
        let help = "Passes that may be under way at once; more have to wait";
        registry.register("reconcile_limit", help, self.limit.clone());
        let help = "LocalMarts that failed last and wait for their next try";
        registry.register("objects_in_backoff", help, self.in_backoff.clone());
        let help = "When a pass last succeeded, since 1970";
        let gauge = self.last_success.clone();
        registry.register_with_unit("last_success_timestamp", help, Unit::Seconds, gauge);
        let help = "When a pass last succeeded for the LocalMart for which that is longest ago, \
                    since 1970; for one that never succeeded, when it was first seen";
        let gauge = self.oldest_success.clone();
        registry.register_with_unit("oldest_success_timestamp", help, Unit::Seconds, gauge);
        let help = "How long a wave waited for its gate, once it opened";
        let wait = self.gate_wait.clone();
        registry.register_with_unit("gate_wait", help, Unit::Seconds, wait);
        let help = "How long the gate of a wave has been closed now, longest of all LocalMarts";
        let waiting = self.gate_waiting.clone();
        registry.register_with_unit("gate_waiting", help, Unit::Seconds, waiting);
        let localmarts = self.localmarts.clone();
        registry.register("localmarts", "LocalMarts, by phase", localmarts);
        let help = "1 for the process that works, 0 for one that stands by";
        registry.register("leading", help, self.leading.clone());
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // The map is whole even if a thread died holding it.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Metrics {
    /// Notes the start of a pass; the clone counts its writes.
    #[must_use]
    pub fn of_pass(&self) -> Self {
        self.shared.running.inc();
        Self {
            shared: self.shared.clone(),
            written: Arc::default(),
        }
    }

    /// Notes a pass that went through.
    pub fn succeeded(&self, namespace: &str, name: &str, took: Duration) {
        self.ended("success", took);
        let now = now();
        self.shared.last_success.set(now);
        self.shared.known().succeeded(namespace, name, now);
    }

    /// Notes a pass that failed.
    pub fn failed(&self, failure: &Failure, took: Duration) {
        self.ended("error", took);
        let reason = failure.reason.as_str();
        self.shared.errors.get_or_create(&ByReason { reason }).inc();
    }

    fn ended(&self, result: Label, took: Duration) {
        let shared = &self.shared;
        shared.running.dec();
        shared.passes.get_or_create(&ByResult { result }).inc();
        shared.duration.observe(took.as_secs_f64());
        let written = self.written.swap(0, Ordering::Relaxed);
        shared.writes_in_pass.observe(f64::from(written));
    }

    /// Notes one request that changed something.
    pub fn written(&self, kind: Label) {
        self.written.fetch_add(1, Ordering::Relaxed);
        self.shared.writes.get_or_create(&ByKind { kind }).inc();
    }

    /// Notes how many passes may be under way at once.
    pub fn limit(&self, passes: u16) {
        self.shared.limit.set(i64::from(passes));
    }

    /// Notes whether this process works or stands by.
    pub fn leading(&self, leads: bool) {
        self.shared.leading.set(i64::from(leads));
    }

    /// Notes how many LocalMarts wait for their next try.
    pub fn in_backoff(&self, count: usize) {
        self.shared.in_backoff.set(whole(count));
    }

    /// Notes what is reported of a LocalMart.
    pub fn reported(&self, namespace: &str, name: &str, phase: Option<Phase>) {
        self.shared.known().reported(namespace, name, phase, now());
    }

    /// Notes which gates are closed, and measures those that opened.
    pub fn gates(&self, namespace: &str, name: &str, waves: &[Wave]) {
        let opened = self.shared.known().gates(namespace, name, waves, now());
        for (wave, waited) in opened {
            let histogram = self.shared.gate_wait.get_or_create(&ByWave { wave });
            histogram.observe(waited.as_secs_f64());
        }
    }

    /// Forgets a LocalMart that is gone.
    pub fn forget(&self, namespace: &str, name: &str) {
        self.shared.known().forget(namespace, name);
    }

    /// The text that Prometheus reads.
    pub fn text(&self) -> String {
        let shared = &self.shared;
        let now_known = shared.known().summary();
        shared.localmarts.clear();
        for (phase, count) in now_known.phases {
            let gauge = shared.localmarts.get_or_create(&ByPhase { phase });
            gauge.set(whole(count));
        }
        shared.gate_waiting.clear();
        for (wave, waited) in now_known.waiting {
            let gauge = shared.gate_waiting.get_or_create(&ByWave { wave });
            gauge.set(i64::try_from(waited.as_secs()).unwrap_or(i64::MAX));
        }
        // Without a LocalMart nothing is overdue.
        let oldest = now_known.oldest_success.unwrap_or_else(now);
        shared.oldest_success.set(oldest);
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = encode(&mut text, &shared.registry);
        text
    }
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}
