//! What the event plumbing tells about itself.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
};
use std::sync::atomic::AtomicU64;
use topology::Service;

use crate::metrics::Metrics;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StreamLabel {
    stream: &'static str,
}

/// Counters of relay and consumers. Cheap to clone; registered once a service.
#[derive(Clone, Debug, Default)]
pub struct EventMetrics {
    published: Counter,
    lag: Gauge<f64, AtomicU64>,
    consumed: Family<StreamLabel, Counter>,
    repeated: Family<StreamLabel, Counter>,
    failed: Family<StreamLabel, Counter>,
}

impl EventMetrics {
    /// Adds them to the metrics of a service.
    pub fn register(metrics: &Metrics) -> Self {
        let events = Self::default();
        metrics.register(
            "outbox_published",
            "Events written to the stream, repeats among them",
            events.published.clone(),
        );
        metrics.register(
            "outbox_lag_seconds",
            "Age of the oldest event that waits in the outbox; 0 on a replica that stands by",
            events.lag.clone(),
        );
        metrics.register(
            "events_consumed",
            "Events that had their effect",
            events.consumed.clone(),
        );
        metrics.register(
            "events_repeated",
            "Events that came again and had no effect",
            events.repeated.clone(),
        );
        metrics.register(
            "events_failed",
            "Attempts at an effect that failed and will be repeated",
            events.failed.clone(),
        );
        events
    }

    pub(super) fn published(&self, events: usize) {
        self.published
            .inc_by(u64::try_from(events).unwrap_or(u64::MAX));
    }

    pub(super) fn lag(&self, seconds: f64) {
        self.lag.set(seconds);
    }

    pub(super) fn consumed(&self, stream: Service, fresh: bool) {
        let family = if fresh {
            &self.consumed
        } else {
            &self.repeated
        };
        family.get_or_create(&label(stream)).inc();
    }

    pub(super) fn failed(&self, stream: Service) {
        self.failed.get_or_create(&label(stream)).inc();
    }
}

fn label(stream: Service) -> StreamLabel {
    StreamLabel {
        stream: stream.name(),
    }
}
