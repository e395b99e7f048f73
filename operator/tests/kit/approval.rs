//! The person whom `migrations.policy: Manual` asks.

use localmart_api::{
    Phase,
    conditions::{ConditionType, Reason},
    names,
};

use super::cluster::Space;

impl Space {
    /// Waits until a LocalMart is ready, and approves its migration where it asks for that.
    pub async fn ready_with_approval(&self, name: &str) {
        let asked = self
            .status(name, "is Ready or asks", |_, status| {
                let migrations = status.condition(ConditionType::MigrationsApplied)?;
                let waits = migrations.reason == Reason::WaitingForApproval.as_str();
                match status.task("migrate") {
                    Some(task) if waits => Some(Some(task.desired.clone())),
                    _ => (status.phase == Some(Phase::Ready)).then_some(None),
                }
            })
            .await;
        if let Some(checksum) = asked {
            self.annotate(name, names::APPROVE_MIGRATION, Some(&checksum))
                .await;
        }
        self.phase(name, Phase::Ready).await;
    }
}
