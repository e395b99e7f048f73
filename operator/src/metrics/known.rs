//! What is true now of each LocalMart that is looked after.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use localmart_api::Phase;

use crate::reconcile::{gates::Gate, plan::Wave};

/// Every LocalMart, by namespace and name.
#[derive(Debug, Default)]
pub struct Known(HashMap<(String, String), Now>);

#[derive(Debug)]
struct Now {
    phase: Option<Phase>,
    /// Of the last pass that succeeded, else when it was first seen; seconds since 1970.
    success: i64,
    /// When each closed gate was first seen closed, by wave.
    closed: BTreeMap<&'static str, Instant>,
}

/// All of them together.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub phases: BTreeMap<String, usize>,
    /// For how long the gate of a wave has been closed, at most.
    pub waiting: BTreeMap<&'static str, Duration>,
    pub oldest_success: Option<i64>,
}

impl Known {
    fn of(&mut self, namespace: &str, name: &str, now: i64) -> &mut Now {
        let key = (namespace.to_owned(), name.to_owned());
        self.0.entry(key).or_insert(Now {
            phase: None,
            success: now,
            closed: BTreeMap::new(),
        })
    }

    pub fn reported(&mut self, namespace: &str, name: &str, phase: Option<Phase>, now: i64) {
        self.of(namespace, name, now).phase = phase;
    }

    /// A pass that found no LocalMart succeeds as well, so this adds none.
    pub fn succeeded(&mut self, namespace: &str, name: &str, now: i64) {
        let key = (namespace.to_owned(), name.to_owned());
        if let Some(known) = self.0.get_mut(&key) {
            known.success = now;
        }
    }

    /// Notes which gates are closed; gives those that opened and how long that took.
    pub fn gates(
        &mut self,
        namespace: &str,
        name: &str,
        waves: &[Wave],
        now: i64,
    ) -> Vec<(&'static str, Duration)> {
        let closed = &mut self.of(namespace, name, now).closed;
        let mut opened = Vec::new();
        for wave in waves {
            if let Gate::Closed(_) = wave.gate {
                closed.entry(wave.name).or_insert_with(Instant::now);
            } else if let Some(since) = closed.remove(wave.name) {
                opened.push((wave.name, since.elapsed()));
            }
        }
        opened
    }

    pub fn forget(&mut self, namespace: &str, name: &str) {
        self.0.remove(&(namespace.to_owned(), name.to_owned()));
    }

    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for now in self.0.values() {
            let phase = now
                .phase
                .map_or_else(String::new, |phase| format!("{phase:?}"));
            *summary.phases.entry(phase).or_default() += 1;
            for (wave, since) in &now.closed {
                let longest = summary.waiting.entry(wave).or_default();
                *longest = (*longest).max(since.elapsed());
            }
        }
        summary.oldest_success = self.0.values().map(|now| now.success).min();
        summary
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(gate: Gate) -> Wave {
        Wave {
            name: "stores",
            gate,
            objects: Vec::new(),
        }
    }

    #[test]
    fn the_one_that_succeeded_longest_ago_counts() {
        let mut known = Known::default();
        known.reported("a", "failing", Some(Phase::Degraded), 10);
        known.reported("a", "good", Some(Phase::Ready), 10);
        known.succeeded("a", "good", 90);
        known.succeeded("a", "gone", 5);
        assert_eq!(known.summary().oldest_success, Some(10));
        assert_eq!(known.summary().phases["Ready"], 1);
        known.forget("a", "failing");
        assert_eq!(known.summary().oldest_success, Some(90));
        known.forget("a", "good");
        assert_eq!(known.summary(), Summary::default());
    }

    #[test]
    fn a_gate_is_timed_from_when_it_was_first_seen_closed() {
        let mut known = Known::default();
        let closed = [wave(Gate::Closed("waits".to_owned()))];
        assert!(known.gates("a", "shop", &closed, 0).is_empty());
        let since = known.summary().waiting["stores"];
        assert!(known.gates("a", "shop", &closed, 0).is_empty());
        assert!(known.summary().waiting["stores"] >= since);
        let opened = known.gates("a", "shop", &[wave(Gate::Open)], 0);
        assert_eq!(opened.len(), 1);
        assert!(opened[0].1 >= since);
        assert!(known.summary().waiting.is_empty());
    }
}
