//! Gates: what has to be true before the next wave goes.

use k8s_openapi::api::core::v1::{Pod, Secret};
use kube::ResourceExt;
use localmart_api::{TaskState, TaskStatus, names};

use topology::{Service, settings};

use super::{observed::Observed, readiness, shop::Shop};
use crate::build::{Kind, postgres, redis, secrets, secrets::SecretPlan, storage};

/// Whether a wave may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    Open,
    /// Waits for what the sentence says.
    Closed(String),
}

impl Gate {
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }

    fn when(open: bool, otherwise: impl FnOnce() -> String) -> Self {
        if open {
            Self::Open
        } else {
            Self::Closed(otherwise())
        }
    }
}

/// Every Secret is there with every key.
pub fn secrets_ready(plans: &[SecretPlan], observed: &Observed) -> Gate {
    let incomplete: Vec<_> = plans
        .iter()
        .filter(|plan| {
            let has = |key: &str| observed.secret_value(&plan.name, key).is_some();
            !plan.keys.iter().all(|(key, _)| has(key))
        })
        .map(|plan| plan.name.as_str())
        .collect();
    Gate::when(incomplete.is_empty(), || {
        format!("waits for the Secrets {}", incomplete.join(", "))
    })
}

/// Postgres and Redis answer, where the operator runs them.
pub fn stores_ready(shop: &Shop, observed: &Observed) -> Gate {
    let managed = shop.database.managed().map(|_| postgres::COMPONENT);
    let waiting: Vec<_> = managed
        .into_iter()
        .chain(shop.redis.managed().map(|_| redis::COMPONENT))
        .filter(|component| {
            let set = observed.stateful_set(&shop.identity.child(component));
            !set.is_some_and(|set| {
                let readiness = readiness::of_stateful_set(&set);
                readiness.complete() && readiness.wanted > 0
            })
        })
        .collect();
    Gate::when(waiting.is_empty(), || {
        format!("waits for {}", waiting.join(" and "))
    })
}

/// Every task has worked through its present inputs.
pub fn tasks_done<'a>(tasks: impl IntoIterator<Item = &'a TaskStatus>) -> Gate {
    let mut tasks = tasks.into_iter().peekable();
    if tasks.peek().is_none() {
        return Gate::Closed("waits for the lifecycle tasks".to_owned());
    }
    match tasks.find(|task| task.state != TaskState::Complete) {
        None => Gate::Open,
        Some(task) if waits_for_person(task) => Gate::Closed(task.message.clone()),
        Some(task) => Gate::Closed(format!("waits for the lifecycle task {}", task.name)),
    }
}

/// Every service runs the release that is wanted, and no pod of another one is left, not even one
/// that is only finishing its last requests.
pub fn rolled_out(shop: &Shop, observed: &Observed) -> Gate {
    let behind = Service::ALL.into_iter().find(|service| {
        let deployment = observed.deployment(&shop.identity.child(service.name()));
        !deployment.is_some_and(|deployment| {
            deployment.labels().get(names::VERSION) == Some(&shop.version)
                && readiness::of_deployment(&deployment).complete()
        })
    });
    if let Some(service) = behind {
        return Gate::Closed(format!("waits for the rollout of {service}"));
    }
    let old = observed
        .pods
        .iter()
        .find(|pod| release(pod).is_some_and(|release| release != shop.version) && !has_ended(pod));
    Gate::when(old.is_none(), || {
        let name = old.map(ResourceExt::name_any).unwrap_or_default();
        format!("waits for the pod {name} of another release to be gone")
    })
}

/// The release that a service's pod runs; absent for pods of anything else.
fn release(pod: &Pod) -> Option<&str> {
    let container = pod.spec.as_ref()?.containers.first()?;
    container.name.parse::<Service>().ok()?;
    let variables = container.env.as_ref()?;
    let version = variables.iter().find(|it| it.name == settings::VERSION)?;
    version.value.as_deref()
}

/// Whether none of its containers will ever run again.
fn has_ended(pod: &Pod) -> bool {
    let phase = pod
        .status
        .as_ref()
        .and_then(|status| status.phase.as_deref());
    matches!(phase, Some("Succeeded" | "Failed"))
}

/// Whether somebody has to do something before the task may start; its message says what.
pub const fn waits_for_person(task: &TaskStatus) -> bool {
    matches!(task.state, TaskState::Waiting) && !task.message.is_empty()
}

/// Why the data is not whole, if it is not: its volume and the Secret with its password belong
/// together, and one without the other is never papered over with a new password or an empty
/// volume.
pub fn orphaned_data(shop: &Shop, observed: &Observed) -> Option<String> {
    shop.database.managed()?;
    let secret = secrets::postgres(&shop.identity);
    let claim = storage::claim_name(&shop.identity, postgres::COMPONENT);
    let claim_object = observed
        .objects
        .get(&crate::build::Key::new(Kind::PersistentVolumeClaim, &claim));
    let namespace = &shop.identity.namespace;
    match (observed.secrets.get(&secret), claim_object) {
        (None, Some(volume)) => {
            let id = volume.metadata.labels.as_ref();
            let id = id.and_then(|labels| labels.get(names::DATA_ID));
            Some(format!(
                "the volume {claim} holds a database, but its password, the Secret {secret}, is \
                 gone. To keep the data, restore that Secret, or make it anew: kubectl create \
                 secret generic {secret} -n {namespace} --from-literal=password=<any new one>, \
                 then kubectl label secret {secret} -n {namespace} \
                 {managed}={manager} {instance}={name} {data_id}={id} and delete the pod \
                 {secret}-0. To start empty, delete the claim {claim}",
                managed = names::MANAGED_BY,
                manager = names::FIELD_MANAGER,
                instance = names::INSTANCE,
                name = shop.identity.name,
                data_id = names::DATA_ID,
                id = id.map_or("", String::as_str),
            ))
        }
        // Between the creation of the Secret and that of the volume there is a moment when only
        // one is there; once the data was prepared, that moment is over.
        (Some(password), None) if has_had_data(password, observed) => Some(format!(
            "the Secret {secret} is there, but the volume {claim} that it belongs to is gone. \
             Restore the claim from a backup, or delete the Secret to start with an empty database"
        )),
        (Some(password), Some(volume)) => {
            let of_secret = password.metadata.labels.as_ref()?.get(names::DATA_ID)?;
            let of_claim = volume.metadata.labels.as_ref()?.get(names::DATA_ID)?;
            (of_secret != of_claim).then(|| {
                format!(
                    "the volume {claim} ({of_claim}) and the Secret {secret} ({of_secret}) belong \
                     to different databases. Put back the half that was exchanged"
                )
            })
        }
        _ => None,
    }
}

fn has_had_data(password: &Secret, observed: &Observed) -> bool {
    let prepared = observed.status.data_id.as_ref();
    prepared.is_some() && password.labels().get(names::DATA_ID) == prepared
}
