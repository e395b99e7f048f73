//! The gates of the plan, in the words of the report that the operator would write now.

use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt;
use localmart_api::{
    LocalMartStatus, TaskState, TaskStatus,
    conditions::{ConditionStatus, ConditionType, Reason},
};
use topology::Service;

use super::{Inspection, Stage, began, reason};
use crate::{
    build::{Key, Kind, postgres, redis},
    inspect::remedy,
    lifecycle::{self, CONTRACT, approval, progress},
    reconcile::{
        gates::{self, Gate},
        plan::Plan,
        report::{self, Occasion},
        shop::Shop,
    },
};

/// Secrets, stores, tasks, services, exposure: each with what it waits for.
pub fn gates(inspection: &Inspection, shop: &Shop, plan: &Plan) -> Vec<Stage> {
    let Inspection {
        object, observed, ..
    } = inspection;
    let occasion = Occasion {
        generation: object.metadata.generation,
        previous: &observed.status,
        paused: false,
        now: Timestamp::UNIX_EPOCH,
    };
    let walk = Walk {
        inspection,
        shop,
        now: report::of_plan(occasion, shop, observed, plan, &[]),
    };
    let mut stages = vec![walk.secrets(plan)];
    stages.push(walk.store(postgres::COMPONENT, ConditionType::PostgresReady));
    stages.push(walk.store(redis::COMPONENT, ConditionType::RedisReady));
    let tasks = plan.lifecycle.iter();
    let (after, before): (Vec<_>, Vec<_>) = tasks.partition(|task| task.name == CONTRACT);
    stages.extend(before.into_iter().map(|task| walk.task(task)));
    stages.push(walk.services());
    stages.push(walk.exposure());
    stages.extend(after.into_iter().map(|task| walk.contract(task, plan)));
    stages
}

struct Walk<'a> {
    inspection: &'a Inspection,
    shop: &'a Shop,
    /// What the operator would report now.
    now: LocalMartStatus,
}

impl Walk<'_> {
    fn secrets(&self, plan: &Plan) -> Stage {
        let Inspection {
            object, observed, ..
        } = self.inspection;
        match gates::secrets_ready(&plan.secrets, observed) {
            Gate::Open => Stage::open("Secrets"),
            Gate::Closed(why) => Stage::shut("Secrets", Reason::Provisioning, why)
                .since(object.creation_timestamp().map(|time| time.0)),
        }
    }

    /// The stage behind a condition, with the time of the condition that was reported, else the
    /// creation of the object it is about.
    fn of_condition(&self, name: &str, type_: ConditionType, object: Option<&Key>) -> Stage {
        let observed = &self.inspection.observed;
        let Some(condition) = self.now.condition(type_) else {
            return Stage::open(name);
        };
        let reason = reason(&condition.reason);
        if condition.status == ConditionStatus::True || reason == Reason::NotRequested {
            return Stage::open(name);
        }
        let created = || {
            let live = observed.objects.get(object?)?;
            live.creation_timestamp().map(|time| time.0)
        };
        Stage::shut(name, reason, &*condition.message)
            .since(began(&observed.status, type_).or_else(created))
            .try_this(remedy::of(reason, self.inspection.subject()))
    }

    fn store(&self, component: &str, type_: ConditionType) -> Stage {
        let key = Key::new(Kind::StatefulSet, &self.shop.identity.child(component));
        let stage = self.of_condition(component, type_, Some(&key));
        if stage.is(&[Reason::PodsNotReady]) {
            return stage.try_this(remedy::of_pods(self.inspection.subject(), component));
        }
        if stage.is(&[Reason::StoreNotUsable]) {
            let task = match type_ {
                ConditionType::RedisReady => lifecycle::REDIS,
                _ => lifecycle::BOOTSTRAP,
            };
            let job = self.now.task(task).and_then(|task| task.job.as_deref());
            let namespace = &self.shop.identity.namespace;
            return stage.try_this(remedy::of_failed_job(namespace, job.unwrap_or_default()));
        }
        stage
    }

    fn task(&self, task: &TaskStatus) -> Stage {
        let name = format!("task {}", task.name);
        let job = task.job.as_deref().unwrap_or_default();
        let namespace = &self.shop.identity.namespace;
        let live = self.inspection.observed.job(job);
        let started = live
            .as_ref()
            .and_then(ResourceExt::creation_timestamp)
            .map(|time| time.0);
        match task.state {
            TaskState::Complete => Stage::open(name),
            TaskState::Failed => {
                let ended = live.as_ref().and_then(progress::failed_at);
                let message = format!("job/{job} failed: {}", task.message);
                Stage::shut(name, Reason::JobFailed, message)
                    .since(ended.or(started))
                    .try_this(remedy::of_failed_job(namespace, job))
            }
            TaskState::Running => {
                let mut message = format!("job/{job} runs");
                if !task.message.is_empty() {
                    message = format!("{message}: {}", task.message);
                }
                let log = format!("kubectl logs job/{job} -n {namespace} --follow");
                Stage::shut(name, Reason::JobRunning, message)
                    .since(started)
                    .try_this(vec![log])
            }
            TaskState::Waiting if gates::waits_for_person(task) => self.unapproved(name, task),
            TaskState::Waiting => {
                let message = "waits for an earlier Job of this task to end or to be gone";
                Stage::shut(name, Reason::WaitingForStores, message)
            }
        }
    }

    /// What takes away what an earlier release needed waits until none of its pods is left.
    fn contract(&self, task: &TaskStatus, plan: &Plan) -> Stage {
        let stage = self.task(task);
        let wave = plan.waves.iter().find(|wave| wave.name == CONTRACT);
        match wave.map(|wave| &wave.gate) {
            Some(Gate::Closed(why)) if task.state == TaskState::Waiting => {
                let status = &self.inspection.observed.status;
                Stage::shut(stage.name, Reason::WaitingForRollout, why)
                    .since(began(status, ConditionType::MigrationsApplied))
            }
            _ => stage,
        }
    }

    /// The operator's own words, with the command that approves moved to the remedies.
    fn unapproved(&self, name: String, task: &TaskStatus) -> Stage {
        let command = approval::command(&self.shop.identity, &task.desired);
        let status = &self.inspection.observed.status;
        let message = task.message.replace(&format!(": {command}"), "");
        Stage::shut(name, Reason::WaitingForApproval, message)
            .since(began(status, ConditionType::MigrationsApplied))
            .try_this(vec![command])
    }

    fn services(&self) -> Stage {
        let stage = self.of_condition("services", ConditionType::ServicesAvailable, None);
        let by_pods = [
            Reason::PodsNotReady,
            Reason::RollingOut,
            Reason::RolloutStalled,
        ];
        if !stage.is(&by_pods) {
            return stage;
        }
        let open = self.now.components.iter().filter(|component| {
            component.name.parse::<Service>().is_ok() && !component.message.is_empty()
        });
        // The one with words of its own is the one to look at; the message names all.
        let Some(worst) = open.max_by_key(|component| component.message.contains(": ")) else {
            return stage;
        };
        stage.try_this(remedy::of_pods(self.inspection.subject(), &worst.name))
    }

    fn exposure(&self) -> Stage {
        let name = self.shop.identity.child(Service::Storefront.name());
        let kind = if self.shop.ingress.is_some() {
            Kind::Ingress
        } else {
            Kind::HttpRoute
        };
        let way = Key::new(kind, &name);
        self.of_condition("exposure", ConditionType::Exposed, Some(&way))
    }
}
