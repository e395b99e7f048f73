//! What the operator counts, in the text form that Prometheus reads.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use crate::{
    error::Failure,
    reconcile::{gates::Gate, plan::Wave},
};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByResult {
    result: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByReason {
    reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByKind {
    kind: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByWave {
    wave: String,
}

/// When each closed gate was first seen closed, by namespace, name and wave.
type ClosedGates = HashMap<(String, String, &'static str), Instant>;

/// The operator's metrics; clones share them.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Registry>,
    passes: Family<ByResult, Counter>,
    duration: Histogram,
    errors: Family<ByReason, Counter>,
    writes: Family<ByKind, Counter>,
    in_backoff: Gauge,
    last_success: Gauge,
    gate_wait: Family<ByWave, Histogram, fn() -> Histogram>,
    closed: Arc<Mutex<ClosedGates>>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("localmart_operator");
        let passes = Family::default();
        registry.register("reconcile", "Passes, by result", passes.clone());
        let duration = Histogram::new([0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0]);
        registry.register(
            "reconcile_duration_seconds",
            "How long a pass took",
            duration.clone(),
        );
        let errors = Family::default();
        registry.register(
            "reconcile_errors",
            "Failed passes, by reason",
            errors.clone(),
        );
        let writes = Family::default();
        registry.register(
            "writes",
            "Requests that changed something, by kind; none of them while nothing happens",
            writes.clone(),
        );
        let in_backoff = Gauge::default();
        registry.register(
            "objects_in_backoff",
            "LocalMarts that failed last and wait for their next try",
            in_backoff.clone(),
        );
        let last_success = Gauge::default();
        registry.register(
            "last_success_timestamp_seconds",
            "When a pass last succeeded",
            last_success.clone(),
        );
        let waits: fn() -> Histogram =
            || Histogram::new([1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 600.0]);
        let gate_wait = Family::new_with_constructor(waits);
        registry.register(
            "gate_wait_seconds",
            "How long a wave waited for its gate",
            gate_wait.clone(),
        );
        Self {
            registry: Arc::new(registry),
            passes,
            duration,
            errors,
            writes,
            in_backoff,
            last_success,
            gate_wait,
            closed: Arc::default(),
        }
    }
}

impl Metrics {
    /// Notes a pass that went through.
    pub fn succeeded(&self, took: Duration) {
        self.pass("success", took);
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |since| since.as_secs());
        self.last_success
            .set(i64::try_from(now).unwrap_or(i64::MAX));
    }

    /// Notes a pass that failed.
    pub fn failed(&self, failure: &Failure, took: Duration) {
        self.pass("error", took);
        let reason = failure.reason.as_str().to_owned();
        self.errors.get_or_create(&ByReason { reason }).inc();
    }

    fn pass(&self, result: &str, took: Duration) {
        let result = result.to_owned();
        self.passes.get_or_create(&ByResult { result }).inc();
        self.duration.observe(took.as_secs_f64());
    }

    /// Notes one request that changed something.
    pub fn written(&self, kind: &str) {
        let kind = kind.to_owned();
        self.writes.get_or_create(&ByKind { kind }).inc();
    }

    /// Notes how many LocalMarts wait for their next try.
    pub fn in_backoff(&self, count: usize) {
        self.in_backoff
            .set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Notes which gates are closed, and measures those that opened.
    pub fn gates(&self, namespace: &str, name: &str, waves: &[Wave]) {
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        for wave in waves {
            let key = (namespace.to_owned(), name.to_owned(), wave.name);
            match wave.gate {
                Gate::Closed(_) => {
                    closed.entry(key).or_insert_with(Instant::now);
                }
                Gate::Open => {
                    if let Some(since) = closed.remove(&key) {
                        let wave = wave.name.to_owned();
                        self.gate_wait
                            .get_or_create(&ByWave { wave })
                            .observe(since.elapsed().as_secs_f64());
                    }
                }
            }
        }
    }

    /// Forgets a LocalMart that is gone.
    pub fn forget(&self, namespace: &str, name: &str) {
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        closed.retain(|(of_namespace, of_name, _), _| of_namespace != namespace || of_name != name);
    }

    /// The text that Prometheus reads.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
