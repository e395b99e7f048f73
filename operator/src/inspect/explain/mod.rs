//! `explain`: why is it not ready? The gates of the real plan, one after the other. Pure.

mod stage;
mod walk;

use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt;
use localmart_api::{
    LocalMartStatus,
    conditions::{ConditionStatus, ConditionType, Reason},
    names,
};
use serde::Serialize;

use super::{Inspection, remedy};
use crate::reconcile::{report, shop::Shop};
pub use stage::{Stage, State};

/// The answer, for people and for programs.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    pub namespace: String,
    pub name: String,
    pub phase: Option<String>,
    pub ready: bool,
    /// One sentence: the stage that everything waits for, and why.
    pub summary: String,
    pub stages: Vec<Stage>,
}

/// Walks the stages of one LocalMart.
pub fn explain(inspection: &Inspection) -> Explanation {
    let object = &inspection.object;
    let status = &inspection.observed.status;
    let mut stages = Vec::new();
    match &inspection.outcome {
        Err(failure) => stages.push(
            Stage::shut("spec", failure.reason, &*failure.message)
                .since(began(status, ConditionType::Reconciled))
                .try_this(remedy::of(failure.reason, inspection.subject())),
        ),
        Ok((shop, plan)) => {
            stages.push(Stage::open("spec"));
            stages.extend(suspended(inspection, shop));
            stages.push(operator(inspection));
            stages.extend(walk::gates(inspection, shop, plan));
            hold_back(&mut stages);
        }
    }
    let ready = stages
        .iter()
        .all(|stage| stage.state == State::Open || stage.is(&[Reason::Paused]));
    Explanation {
        namespace: object.namespace().unwrap_or_default(),
        name: object.name_any(),
        phase: status.phase.map(|phase| format!("{phase:?}")),
        ready,
        summary: summary(&stages, ready),
        stages,
    }
}

fn summary(stages: &[Stage], ready: bool) -> String {
    let waiting = || stages.iter().filter(|stage| stage.state == State::Waits);
    // What somebody has to do something about comes before what only takes its time.
    let first = waiting()
        .find(|stage| stage.reason.is_some_and(report::is_problem))
        .or_else(|| waiting().find(|stage| !stage.is(&[Reason::Paused])))
        .or_else(|| waiting().next());
    match first {
        Some(stage) if ready => format!("ready; {}: {}", stage.name, stage.message),
        Some(stage) => format!("not ready; {} waits: {}", stage.name, stage.message),
        None => "ready".to_owned(),
    }
}

/// The reason of a condition; one that only another release of the operator knows says little.
fn reason(word: &str) -> Reason {
    let known = Reason::ALL.iter().find(|reason| reason.as_str() == word);
    known.copied().unwrap_or(Reason::ApiUnavailable)
}

/// When a condition became false, if it still is.
fn began(status: &LocalMartStatus, type_: ConditionType) -> Option<Timestamp> {
    status
        .condition(type_)
        .filter(|condition| condition.status != ConditionStatus::True)
        .map(|condition| condition.last_transition_time.0)
}

fn suspended(inspection: &Inspection, shop: &Shop) -> Option<Stage> {
    let reason = Reason::Suspended;
    shop.suspend.then(|| {
        Stage::shut("suspend", reason, reason.cause())
            .since(began(&inspection.observed.status, ConditionType::Ready))
            .try_this(remedy::of(reason, inspection.subject()))
    })
}

/// What keeps the operator from acting: a person's switch, something in its way, or that it is not
/// there.
fn operator(inspection: &Inspection) -> Stage {
    const NAME: &str = "operator";
    let Inspection {
        object, observed, ..
    } = inspection;
    let status = &observed.status;
    let since = began(status, ConditionType::Reconciled);
    let made = object.creation_timestamp().map(|time| time.0);
    let stop = |reason: Reason, message: &str| {
        Stage::shut(NAME, reason, message)
            .since(since)
            .try_this(remedy::of(reason, inspection.subject()))
    };
    if object.annotations().get(names::PAUSED).map(String::as_str) == Some("true") {
        return stop(Reason::Paused, Reason::Paused.cause());
    }
    if let Some(obstacle) = inspection.obstacles.first() {
        let namespace = object.namespace().unwrap_or_default();
        return Stage::shut(NAME, obstacle.failure.reason, &*obstacle.failure.message)
            .since(since.or(made))
            .try_this(remedy::of_obstacle(&namespace, obstacle));
    }
    let refused = status.condition(ConditionType::Reconciled);
    let refused = refused.filter(|condition| {
        condition.status == ConditionStatus::False && condition.reason != Reason::Paused.as_str()
    });
    if let Some(condition) = refused {
        return stop(reason(&condition.reason), &condition.message);
    }
    if status.observed_generation == object.metadata.generation {
        return Stage::open(NAME);
    }
    let message = "the operator has not looked at the newest spec yet; is it running?";
    let look = "kubectl get pods -A -l app.kubernetes.io/name=localmart-operator";
    Stage::shut(NAME, Reason::Provisioning, message)
        .since(made.filter(|_| status.observed_generation.is_none()))
        .try_this(vec![look.to_owned()])
}

/// Marks what only waits for a stage before it.
fn hold_back(stages: &mut [Stage]) {
    const PASSIVE: [Reason; 5] = [
        Reason::WaitingForStores,
        Reason::WaitingForMigrations,
        Reason::WaitingForRollout,
        Reason::Provisioning,
        Reason::Suspended,
    ];
    let mut cause: Option<String> = None;
    for stage in stages {
        match &cause {
            _ if stage.state == State::Open => {}
            None => cause = Some(stage.name.clone()),
            Some(cause) if stage.is(&PASSIVE) => stage.hold_back(cause),
            Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use localmart_api::{TaskState, TaskStatus};

    use super::*;
    use crate::{
        lifecycle::CONTRACT,
        reconcile::{
            gates::Gate,
            observed::Observed,
            plan::{self, Plan},
            validate,
        },
        releases::Releases,
        testing,
    };

    fn explained(spec: &str, observed: Observed) -> Explanation {
        explained_with(spec, observed, |_| {})
    }

    fn explained_with(spec: &str, observed: Observed, change: impl Fn(&mut Plan)) -> Explanation {
        let object = testing::object(spec);
        let outcome =
            validate::validate(&object, &observed, &Releases::conventional()).map(|shop| {
                let mut plan = plan::plan(&shop, &observed);
                change(&mut plan);
                (shop, plan)
            });
        explain(&Inspection {
            object,
            observed,
            outcome,
            obstacles: Vec::new(),
        })
    }

    fn seen() -> Observed {
        let mut observed = Observed::default();
        observed.status.observed_generation = Some(1);
        observed
    }

    #[test]
    fn of_a_new_shop_the_secrets_wait_and_the_rest_is_held_back() {
        let explanation = explained("{}", seen());
        assert!(!explanation.ready);
        let state = |name: &str| {
            let stage = explanation.stages.iter().find(|stage| stage.name == name);
            stage.map(|stage| stage.state)
        };
        assert_eq!(state("spec"), Some(State::Open));
        assert_eq!(state("Secrets"), Some(State::Waits));
        for held in ["postgres", "redis", "services"] {
            assert_eq!(state(held), Some(State::Closed), "{held}");
        }
        // Nobody asked for an ingress.
        assert_eq!(state("exposure"), Some(State::Open));
        assert!(
            explanation
                .summary
                .starts_with("not ready; Secrets waits: waits for the Secrets"),
            "{}",
            explanation.summary
        );
    }

    #[test]
    fn a_refused_spec_ends_the_walk() {
        let explanation = explained("{version: 9.9.9}", seen());
        assert_eq!(explanation.stages.len(), 1);
        assert_eq!(explanation.stages[0].reason, Some(Reason::UnknownVersion));
        assert!(explanation.summary.contains("there is no release 9.9.9"));
    }

    #[test]
    fn a_suspended_shop_is_not_called_broken() {
        let explanation = explained("{suspend: true}", seen());
        assert!(explanation.summary.contains("suspend waits"));
        let causes = explanation.stages.iter();
        let causes = causes.filter(|stage| stage.state == State::Waits);
        assert_eq!(causes.count(), 1, "{:?}", explanation.stages);
        let stage = &explanation.stages[1];
        assert_eq!(
            stage.remedies,
            [
                "kubectl patch localmart shop -n shops --type merge -p '{\"spec\":{\"suspend\":false}}'"
            ]
        );
    }

    #[test]
    fn an_operator_that_never_looked_is_the_cause() {
        let explanation = explained("{}", Observed::default());
        let operator = &explanation.stages[1];
        assert_eq!(operator.state, State::Waits);
        assert!(operator.message.contains("is it running?"));
    }

    #[test]
    fn contract_migrations_come_last_and_wait_for_the_rollout() {
        let why = "waits for the rollout of cart";
        let explanation = explained_with("{}", seen(), |plan| {
            plan.lifecycle.push(TaskStatus {
                name: CONTRACT.to_owned(),
                state: TaskState::Waiting,
                desired: "c".to_owned(),
                completed: None,
                attempts: 0,
                job: None,
                message: String::new(),
            });
            let wave = plan.waves.iter_mut().find(|wave| wave.name == CONTRACT);
            wave.unwrap().gate = Gate::Closed(why.to_owned());
        });
        let last = explanation.stages.last().unwrap();
        assert_eq!(last.name, "task contract");
        assert_eq!(last.reason, Some(Reason::WaitingForRollout));
        assert_eq!(last.message, "comes after Secrets");
    }
}
