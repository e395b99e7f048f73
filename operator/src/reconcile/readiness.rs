//! How far a workload is, from what its controller reports.

use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};

/// How far a workload is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readiness {
    pub ready: i32,
    pub wanted: i32,
    /// Every pod runs what was applied last, and no older pod is left.
    pub updated: bool,
    /// The rollout made no progress within its deadline.
    pub stalled: bool,
}

impl Readiness {
    /// Everything that is wanted is there, in its newest form.
    pub const fn complete(self) -> bool {
        self.updated && self.ready == self.wanted
    }

    /// `1/2`, as in `kubectl get`.
    pub fn fraction(self) -> String {
        format!("{}/{}", self.ready, self.wanted)
    }
}

pub fn of_deployment(deployment: &Deployment) -> Readiness {
    let wanted = deployment
        .spec
        .as_ref()
        .and_then(|spec| spec.replicas)
        .unwrap_or(1);
    let Some(status) = &deployment.status else {
        return Readiness {
            wanted,
            ..Readiness::default()
        };
    };
    // Until the controller has seen the newest spec, its counts speak of an older one.
    let seen = status.observed_generation >= deployment.metadata.generation;
    let updated = status.updated_replicas.unwrap_or_default();
    Readiness {
        ready: status
            .ready_replicas
            .unwrap_or_default()
            .min(status.available_replicas.unwrap_or_default()),
        wanted,
        updated: seen && updated == wanted && status.replicas.unwrap_or_default() == wanted,
        stalled: seen
            && status.conditions.iter().flatten().any(|condition| {
                condition.type_ == "Progressing"
                    && condition.reason.as_deref() == Some("ProgressDeadlineExceeded")
            }),
    }
}

/// The same where an autoscaler decides the count: whole while the least is there, because adding
/// pods to a shop that serves makes it no less ready.
pub fn of_autoscaled(deployment: &Deployment, least: i32) -> Readiness {
    let mut found = of_deployment(deployment);
    let status = deployment.status.clone().unwrap_or_default();
    let seen = status.observed_generation >= deployment.metadata.generation;
    if seen && status.updated_replicas == status.replicas && found.ready >= least {
        found.updated = true;
        found.wanted = found.ready;
    }
    found
}

pub fn of_stateful_set(set: &StatefulSet) -> Readiness {
    let wanted = set
        .spec
        .as_ref()
        .and_then(|spec| spec.replicas)
        .unwrap_or(1);
    let Some(status) = &set.status else {
        return Readiness {
            wanted,
            ..Readiness::default()
        };
    };
    let seen = status.observed_generation >= set.metadata.generation;
    let one_revision = status.current_revision == status.update_revision;
    Readiness {
        ready: status.ready_replicas.unwrap_or_default(),
        wanted,
        updated: seen && one_revision && status.replicas == wanted,
        stalled: false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployment(status: &serde_json::Value) -> Readiness {
        of_deployment(
            &serde_json::from_value(json!({
                "metadata": { "generation": 2 },
                "spec": { "replicas": 2, "selector": {}, "template": {} },
                "status": status,
            }))
            .unwrap(),
        )
    }

    #[test]
    fn counts_of_an_older_spec_do_not_count() {
        let full = json!({ "observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "readyReplicas": 2, "availableReplicas": 2 });
        assert!(deployment(&full).complete());
        let mut stale = full;
        stale["observedGeneration"] = json!(1);
        assert!(!deployment(&stale).complete());
    }

    #[test]
    fn an_old_pod_that_is_left_is_not_complete() {
        let surge = json!({ "observedGeneration": 2, "replicas": 3, "updatedReplicas": 2, "readyReplicas": 3, "availableReplicas": 3 });
        assert!(!deployment(&surge).complete());
        assert!(!deployment(&json!({})).complete());
    }

    #[test]
    fn an_autoscaled_service_is_whole_while_pods_are_added() {
        let counts = |pods: i32, updated: i32, ready: i32| {
            serde_json::from_value(json!({
                "metadata": { "generation": 2 },
                "spec": { "replicas": 5, "selector": {}, "template": {} },
                "status": { "observedGeneration": 2, "replicas": pods, "updatedReplicas": updated,
                    "readyReplicas": ready, "availableReplicas": ready },
            }))
            .unwrap()
        };
        let found = of_autoscaled(&counts(5, 5, 3), 2);
        assert!(found.complete());
        assert_eq!(found.fraction(), "3/3");
        assert!(!of_autoscaled(&counts(5, 5, 1), 2).complete());
        // A rollout is no scaling.
        assert!(!of_autoscaled(&counts(4, 1, 3), 2).complete());
    }

    #[test]
    fn a_stateful_set_is_complete_in_one_revision() {
        let set = |current: &str| {
            of_stateful_set(
                &serde_json::from_value(json!({
                    "metadata": { "generation": 1 },
                    "spec": { "replicas": 1, "selector": {}, "template": {}, "serviceName": "a" },
                    "status": { "observedGeneration": 1, "replicas": 1, "readyReplicas": 1, "currentRevision": current, "updateRevision": "b" },
                }))
                .unwrap(),
            )
        };
        assert!(set("b").complete());
        assert!(!set("a").complete());
    }
}
