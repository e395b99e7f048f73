//! The matrix: every connection between pods of a running shop is tried, and the outcome compared
//! with the call graph, with NetworkPolicies on and off.
//!
//! What should be open comes from [`topology`] alone ([`graph`]), not from the operator's policies.

mod graph;
mod pods;
mod probe;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use crate::{cluster::Cluster, kubernetes::Kubernetes, progress::Progress};
use graph::Party;
use pods::Pod;
use probe::{Attempt, Outcome};

/// How long the operator and the enforcer may take to put a change into force.
const SETTLE: Duration = Duration::from_mins(1);

/// A pair whose outcome is not what it should be.
struct Wrong {
    attempt: Attempt,
    from: Party,
    to: Party,
    outcome: Outcome,
}

/// Tries everything with policies on, then off, and leaves them on. The number of matrices.
pub(crate) fn run(cluster: &Cluster, kubernetes: &Kubernetes, progress: &Progress) -> Result<u32> {
    let stand_ins = pods::StandIns::start(kubernetes, progress)?;
    let outcome = phases(cluster, kubernetes, progress);
    let removed = stand_ins.remove();
    let counted = outcome?;
    removed?;
    Ok(counted)
}

fn phases(cluster: &Cluster, kubernetes: &Kubernetes, progress: &Progress) -> Result<u32> {
    settle(cluster, kubernetes, true, progress)?;
    pods::switch(kubernetes, "\"Disabled\"")?;
    let off = settle(cluster, kubernetes, false, progress);
    // Also after a failure: the shop is left as it was found.
    pods::switch(kubernetes, "null")?;
    off?;
    settle(cluster, kubernetes, true, progress)?;
    Ok(3)
}

/// Repeats the whole matrix until nothing is wrong, and fails with what is when time is up: a
/// change takes a moment to get from the LocalMart to the packets.
fn settle(
    cluster: &Cluster,
    kubernetes: &Kubernetes,
    policies: bool,
    progress: &Progress,
) -> Result<()> {
    let name = if policies { "on" } else { "off" };
    let step = progress.step(&format!("network policies {name}"));
    let deadline = Instant::now() + SETTLE;
    loop {
        let pods = pods::list(kubernetes)?;
        let (pairs, wrong) = attempt_all(cluster, &pods, policies)?;
        let allowed = pairs.values().filter(|allowed| **allowed).count();
        let counts = format!(
            "{} pairs tried, {allowed} allowed, {} denied, {} wrong",
            pairs.len(),
            pairs.len() - allowed,
            wrong.len()
        );
        if wrong.is_empty() {
            step.done(&counts);
            return Ok(());
        }
        if Instant::now() > deadline {
            let lines: Vec<_> = wrong.iter().map(describe).collect();
            bail!(
                "network policies {name}: {counts}:\n  {}",
                lines.join("\n  ")
            );
        }
        step.say(&counts);
    }
}

/// Every pair and whether it should be open, and those that are not as they should be.
fn attempt_all(
    cluster: &Cluster,
    pods: &[Pod],
    policies: bool,
) -> Result<(BTreeMap<Attempt, bool>, Vec<Wrong>)> {
    let mut wanted = BTreeMap::new();
    let party = |address| {
        pods.iter()
            .find(|pod| pod.address == address)
            .map(|pod| pod.party)
    };
    for from in pods {
        for to in pods.iter().filter(|to| to.address != from.address) {
            for port in to.party.ports() {
                let attempt = Attempt {
                    from: from.address,
                    to: (to.address, *port).into(),
                };
                let open = !policies || graph::allowed(from.party, to.party, *port);
                wanted.insert(attempt, open);
            }
        }
    }
    let attempts: Vec<_> = wanted.keys().copied().collect();
    let outcomes = probe::run(&cluster.pod_namespaces()?, &attempts)?;
    let mut wrong = Vec::new();
    for (attempt, outcome) in outcomes {
        let right = if wanted[&attempt] {
            outcome == Outcome::Open
        } else {
            outcome == Outcome::Dropped
        };
        if !right && let (Some(from), Some(to)) = (party(attempt.from), party(attempt.to.ip())) {
            wrong.push(Wrong {
                attempt,
                from,
                to,
                outcome,
            });
        }
    }
    Ok((wanted, wrong))
}

fn describe(wrong: &Wrong) -> String {
    format!(
        "{} -> {}:{} is {} ({} -> {})",
        wrong.from,
        wrong.to,
        wrong.attempt.to.port(),
        wrong.outcome,
        wrong.attempt.from,
        wrong.attempt.to
    )
}
