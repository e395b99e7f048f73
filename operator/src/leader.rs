//! Leader election: of several operators one works, the others stand by.

use anyhow::Context;
use kube::Client;
use kube_lease_manager::LeaseManagerBuilder;

/// Name of the Lease in the operator's own namespace.
const LEASE: &str = "localmart-operator";
/// Seconds after which a leader that no longer renews is replaced.
const DURATION: u64 = 15;
/// Seconds before the end at which the leader renews.
const GRACE: u64 = 5;

/// Who leads now.
#[derive(Debug)]
pub struct Leadership {
    changes: tokio::sync::watch::Receiver<bool>,
}

impl Leadership {
    /// Returns once this process leads.
    pub async fn acquired(client: Client, namespace: &str, identity: &str) -> anyhow::Result<Self> {
        let manager = LeaseManagerBuilder::new(client, LEASE)
            .with_namespace(namespace)
            .with_identity(identity)
            .with_duration(DURATION)
            .with_grace(GRACE)
            .build()
            .await
            .with_context(|| format!("cannot use the Lease {LEASE} in namespace {namespace}"))?;
        let (mut changes, _task) = manager.watch().await;
        tracing::info!(identity, "standing by for the lease");
        changes
            .wait_for(|leads| *leads)
            .await
            .context("leader election ended")?;
        tracing::info!(identity, "leading");
        Ok(Self { changes })
    }

    /// Returns when the lease is lost. The process must end then: another one may be working
    /// already, and whatever is under way here must not be finished later.
    pub async fn lost(&mut self) {
        // An error means that the election itself ended, which is as good as losing it.
        let _ = self.changes.wait_for(|leads| !*leads).await;
    }
}
