//! `diff`: what an edit would change in the cluster, wave by wave, with the gate of each.
//!
//! The plan is the operator's own, made for the LocalMart as the API server would store it. Each
//! object that would be sent is sent as a dry run, so the difference shows what the API server
//! makes of it, defaults and refusals included. No value of a Secret is ever read into it.

pub mod words;

use kube::{
    Api, Client, ResourceExt,
    api::{Patch, PatchParams},
    core::DynamicObject,
};
use localmart_api::{
    TaskState,
    names::{self, FIELD_MANAGER},
};
use serde_json::{Value, json};

use super::{Inspection, live};
use crate::{
    build::{Key, Kind, Object, secrets},
    error::Failure,
    lifecycle::{self, Task, When, approval},
    reconcile::{
        apply, drift,
        gates::Gate,
        observed::Observed,
        plan::{self, Plan},
        shop::Shop,
    },
};

/// The effect of one edit.
#[derive(Debug)]
pub struct Difference {
    /// The LocalMart before, if there is one, and after.
    pub object: (Option<Value>, Value),
    pub waves: Vec<Wave>,
    /// What goes when everything else is done.
    pub surplus: Vec<Key>,
}

/// Changes that go together.
#[derive(Debug)]
pub struct Wave {
    pub name: &'static str,
    pub gate: Gate,
    pub changes: Vec<Change>,
    /// What a person has to know or to do for this wave.
    pub notes: Vec<String>,
}

/// One object that changes.
#[derive(Debug)]
pub enum Change {
    /// A Secret that is made, or gets more keys.
    Secret { name: String, keys: Vec<String> },
    /// An object as it is, if it is there, and as it would be.
    Object {
        key: Key,
        before: Option<Value>,
        after: Value,
    },
    /// An object that the operator or the API server would refuse.
    Refused(Failure),
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        let (before, after) = &self.object;
        before.as_ref() == Some(after)
            && self.surplus.is_empty()
            && self.waves.iter().all(|wave| wave.changes.is_empty())
    }
}

/// What would change from `before` to the inspected LocalMart, whose plan is `plan`.
pub async fn difference(
    client: &Client,
    before: Option<Value>,
    inspection: &Inspection,
    (shop, plan): (&Shop, &Plan),
) -> Result<Difference, Failure> {
    let observed = &inspection.observed;
    let tasks = lifecycle::tasks(shop, observed);
    let mut waves = Vec::new();
    for wanted in plan::everything(shop, tasks.as_deref().unwrap_or_default(), observed) {
        let planned = plan.waves.iter().find(|wave| wave.name == wanted.name);
        let mut wave = Wave {
            name: wanted.name,
            gate: planned.map_or(Gate::Open, |wave| wave.gate.clone()),
            changes: Vec::new(),
            notes: notes(wanted.name, shop, plan, tasks.as_deref()),
        };
        if wanted.name == FIRST {
            wave.changes.extend(secret_changes(shop, observed));
        }
        for object in wanted.objects.iter().filter(|object| is_due(plan, object)) {
            wave.changes
                .extend(change(client, shop, observed, object).await?);
        }
        waves.push(wave);
    }
    Ok(Difference {
        object: (before, shown_shop(&inspection.object)),
        waves,
        surplus: plan.prune.iter().map(|it| it.key.clone()).collect(),
    })
}

/// The wave with which Secrets go.
const FIRST: &str = "accounts";

/// A LocalMart without what people do not write.
pub fn shown_shop(object: &localmart_api::LocalMart) -> Value {
    json!({
        "metadata": { "labels": object.labels(), "annotations": object.annotations() },
        "spec": object.spec,
    })
}

fn notes(wave: &str, shop: &Shop, plan: &Plan, tasks: Option<&[Task]>) -> Vec<String> {
    let when = match wave {
        "lifecycle" => When::BeforeServices,
        lifecycle::CONTRACT => When::AfterRollout,
        _ => return Vec::new(),
    };
    let Some(tasks) = tasks else {
        return vec!["which Jobs run is known when the Secrets are there".to_owned()];
    };
    let tasks = tasks.iter().filter(|task| task.when == when);
    let open = tasks.filter(|task| !is_complete(plan, task.name));
    open.filter_map(|task| approval::missing(shop, task))
        .collect()
}

fn is_complete(plan: &Plan, task: &str) -> bool {
    let status = plan.lifecycle.iter().find(|status| status.name == task);
    status.is_some_and(|status| status.state == TaskState::Complete)
}

fn secret_changes(shop: &Shop, observed: &Observed) -> Vec<Change> {
    let lacks = |plan: secrets::SecretPlan| {
        let keys = plan.keys.into_iter().map(|(key, _)| key);
        let missing = |key: &String| observed.secret_value(&plan.name, key).is_none();
        let keys: Vec<_> = keys.filter(missing).collect();
        let name = plan.name;
        (!keys.is_empty()).then_some(Change::Secret { name, keys })
    };
    secrets::plans(shop).into_iter().filter_map(lacks).collect()
}

/// Whether an object is still to be made: the Job of a task that is complete is not.
fn is_due(plan: &Plan, object: &Object) -> bool {
    let task = object.body["metadata"]["labels"][names::TASK].as_str();
    task.is_none_or(|task| !is_complete(plan, task))
}

async fn change(
    client: &Client,
    shop: &Shop,
    observed: &Observed,
    object: &Object,
) -> Result<Option<Change>, Failure> {
    let (key, identity) = (&object.key, &shop.identity);
    let found = match observed.objects.get(key) {
        Some(known) => Some(known.clone()),
        None => live(client, identity, key).await?,
    };
    if let Some(found) = &found {
        if let Err(failure) = apply::check_belongs(key, found, identity) {
            return Ok(Some(Change::Refused(failure)));
        }
        if key.kind == Kind::Job || !drift::needs_apply(&object.body, found) {
            return Ok(None);
        }
    }
    let api: Api<DynamicObject> =
        Api::namespaced_with(client.clone(), &identity.namespace, &key.kind.resource());
    let mut parameters = PatchParams::apply(FIELD_MANAGER).dry_run();
    parameters.force = found.is_some();
    let sent = api
        .patch(&key.name, &parameters, &Patch::Apply(&object.body))
        .await;
    let sent = match sent {
        Ok(sent) => sent,
        Err(error) => {
            let failure = Failure::api(&format!("apply {key}"), &error);
            return Ok(Some(Change::Refused(failure)));
        }
    };
    let change = match found {
        // What the server adds to a new object helps nobody.
        None => Change::Object {
            key: key.clone(),
            before: None,
            after: shown(object.body.clone()),
        },
        Some(found) => Change::Object {
            key: key.clone(),
            before: Some(shown(serde_json::to_value(found).unwrap_or_default())),
            after: shown(serde_json::to_value(sent).unwrap_or_default()),
        },
    };
    Ok(Some(change).filter(Change::shows))
}

impl Change {
    /// Whether there is anything to see; who owns a field is not.
    fn shows(&self) -> bool {
        match self {
            Self::Object { before, after, .. } => before.as_ref() != Some(after),
            Self::Secret { .. } | Self::Refused(_) => true,
        }
    }
}

/// An object without what its headline says, and what the API server and controllers keep in it
/// for themselves.
fn shown(mut object: Value) -> Value {
    if let Some(object) = object.as_object_mut() {
        for field in ["apiVersion", "kind", "status"] {
            object.remove(field);
        }
    }
    if let Some(metadata) = object["metadata"].as_object_mut() {
        for field in [
            "creationTimestamp",
            "generation",
            "managedFields",
            "resourceVersion",
            "uid",
        ] {
            metadata.remove(field);
        }
    }
    object
}
