//! Stands in for the kubelet: writes the status of pods, as if their containers ran, and nothing
//! else. Deployments, StatefulSets and Jobs are moved by the real controllers.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use futures::StreamExt;
use k8s_openapi::{api::core::v1::Pod, jiff::Timestamp};
use kube::{
    Api, ResourceExt,
    api::{ListParams, Patch, PatchParams},
    runtime::{WatchStreamExt, watcher},
};
use localmart_api::names;
use serde_json::{Value, json};
use tokio::{sync::Notify, task::JoinHandle};

use super::cluster::Space;

/// What becomes of pods.
#[derive(Debug, Default)]
struct Orders {
    /// Components whose pods stay pending.
    held: BTreeSet<String>,
    /// Components whose containers cannot start, and why.
    stuck: BTreeMap<String, String>,
    /// Tasks whose pods fail, and what they say last.
    failing: BTreeMap<String, String>,
}

/// Runs until dropped.
pub struct Kubelet {
    orders: Arc<Mutex<Orders>>,
    changed: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Drop for Kubelet {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Kubelet {
    pub fn start(space: &Space) -> Self {
        let orders = Arc::<Mutex<Orders>>::default();
        let changed = Arc::<Notify>::default();
        let task = tokio::spawn(run(space.api(), orders.clone(), changed.clone()));
        Self {
            orders,
            changed,
            task,
        }
    }

    fn order(&self, change: impl FnOnce(&mut Orders)) {
        change(&mut self.orders.lock().unwrap());
        self.changed.notify_one();
    }

    /// New pods of this component stay pending until [`Self::release`].
    pub fn hold(&self, component: &str) {
        self.order(|orders| {
            orders.held.insert(component.to_owned());
        });
    }

    pub fn release(&self, component: &str) {
        self.order(|orders| {
            orders.held.remove(component);
            orders.stuck.remove(component);
        });
    }

    /// New pods of this component, or with this image, cannot start for this reason.
    pub fn stick(&self, what: &str, reason: &str) {
        self.order(|orders| {
            orders.stuck.insert(what.to_owned(), reason.to_owned());
        });
    }

    /// Pods of this task fail with these last words; `None` lets them succeed again.
    pub fn fail(&self, task: &str, words: Option<&str>) {
        self.order(|orders| {
            orders.failing.remove(task);
            if let Some(words) = words {
                orders.failing.insert(task.to_owned(), words.to_owned());
            }
        });
    }
}

async fn run(pods: Api<Pod>, orders: Arc<Mutex<Orders>>, changed: Arc<Notify>) {
    let mut events = watcher(pods.clone(), watcher::Config::default())
        .default_backoff()
        .touched_objects()
        .boxed();
    loop {
        let touched = tokio::select! {
            event = events.next() => match event {
                None => return,
                Some(Err(_)) => continue,
                Some(Ok(pod)) => vec![pod],
            },
            // Orders may concern any of them.
            () = changed.notified() => match pods.list(&ListParams::default()).await {
                Ok(list) => list.items,
                Err(_) => continue,
            },
        };
        for pod in touched {
            let status = next_status(&pod, &orders.lock().unwrap());
            if let Some(status) = status {
                // Gone or changed meanwhile: the next event brings it again.
                let _ = pods
                    .patch_status(
                        &pod.name_any(),
                        &PatchParams::default(),
                        &Patch::Merge(&json!({ "status": status })),
                    )
                    .await;
            }
        }
    }
}

/// The status to write, if the pod does not have it yet.
fn next_status(pod: &Pod, orders: &Orders) -> Option<Value> {
    if pod.metadata.deletion_timestamp.is_some() {
        return None;
    }
    let phase = pod.status.as_ref()?.phase.clone().unwrap_or_default();
    let label = |name: &str| pod.labels().get(name).cloned().unwrap_or_default();
    let container = pod.spec.as_ref()?.containers.first()?;
    let now = Timestamp::now();
    let status = |phase: &str, ready: bool, state: Value| {
        let word = if ready { "True" } else { "False" };
        json!({
            "phase": phase,
            "conditions": [
                { "type": "Ready", "status": word, "lastTransitionTime": now },
                { "type": "ContainersReady", "status": word, "lastTransitionTime": now },
            ],
            "containerStatuses": [{
                "name": container.name,
                "image": container.image,
                "imageID": "",
                "ready": ready,
                "started": ready,
                "restartCount": 0,
                "state": state,
            }],
        })
    };
    let component = label(names::COMPONENT);
    let task = label(names::TASK);
    if orders.held.contains(&component) || orders.held.contains(&task) || phase != "Pending" {
        return None;
    }
    let image = container.image.clone().unwrap_or_default();
    if let Some(reason) = orders.stuck.get(&component).or(orders.stuck.get(&image)) {
        let told = pod.status.as_ref()?.container_statuses.is_some();
        return (!told)
            .then(|| status("Pending", false, json!({ "waiting": { "reason": reason } })));
    }
    Some(if task.is_empty() {
        status("Running", true, json!({ "running": { "startedAt": now } }))
    } else if let Some(words) = orders.failing.get(&task) {
        let ended =
            json!({ "exitCode": 1, "reason": "Error", "message": words, "finishedAt": now });
        status("Failed", false, json!({ "terminated": ended }))
    } else {
        let ended = json!({ "exitCode": 0, "reason": "Completed", "finishedAt": now });
        status("Succeeded", false, json!({ "terminated": ended }))
    })
}
