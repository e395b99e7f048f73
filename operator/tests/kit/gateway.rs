//! The Gateway API in a cluster that runs no Gateway: its genuine CRD, and the status that a
//! gateway's controller would write.

use std::{
    process::Command,
    sync::{Arc, Mutex, OnceLock},
};

use futures::StreamExt;
use k8s_openapi::jiff::Timestamp;
use kube::{
    Api, ResourceExt,
    api::{ApiResource, DynamicObject, ListParams, Patch, PatchParams},
    runtime::{WatchStreamExt, watcher},
};
use localmart_operator::build::Kind;
use serde_json::{Value, json};
use tokio::{sync::Notify, task::JoinHandle};

use super::cluster::Space;

/// Name of the CRD.
pub const CRD: &str = "httproutes.gateway.networking.k8s.io";
/// The module with it, in the version that the embedded cluster's ingress controller is built with.
const MODULE: &str = "sigs.k8s.io/gateway-api";

/// The CRD of the standard channel, out of the Go module; go checks its sum and keeps it.
pub fn crd() -> &'static Value {
    static FOUND: OnceLock<Value> = OnceLock::new();
    FOUND.get_or_init(|| {
        let pinned = concat!(env!("CARGO_MANIFEST_DIR"), "/../kubelite/traefik");
        let output = Command::new("go")
            .args(["mod", "download", "-json", MODULE])
            .current_dir(pinned)
            .env("GOFLAGS", "-mod=readonly")
            .output()
            .unwrap_or_else(|error| {
                panic!("cannot start go, which fetches {MODULE}: {error}; install Go")
            });
        let module: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let folder = module["Dir"].as_str().unwrap_or_else(|| {
            let said = String::from_utf8_lossy(&output.stderr);
            panic!("go mod download of {MODULE} failed: {said}{module}")
        });
        let path =
            format!("{folder}/config/crd/standard/gateway.networking.k8s.io_httproutes.yaml");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        localmart_operator::yaml::from_str(&text).unwrap()
    })
}

/// What the controller says of a parent.
#[derive(Clone, Debug, Default)]
enum Verdict {
    #[default]
    Takes,
    Silent,
    /// Type of the condition that is false, its reason and message.
    Refuses(&'static str, &'static str, &'static str),
}

/// Answers for every route of a namespace, until dropped.
pub struct Gateways {
    verdict: Arc<Mutex<Verdict>>,
    changed: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Drop for Gateways {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Gateways {
    /// Takes every route.
    pub fn start(space: &Space) -> Self {
        Self::started(space, Verdict::Takes)
    }

    /// Says nothing yet.
    pub fn silent(space: &Space) -> Self {
        Self::started(space, Verdict::Silent)
    }

    fn started(space: &Space, verdict: Verdict) -> Self {
        let verdict = Arc::new(Mutex::new(verdict));
        let changed = Arc::<Notify>::default();
        let api = space.kind(Kind::HttpRoute);
        let task = tokio::spawn(run(api, verdict.clone(), changed.clone()));
        Self {
            verdict,
            changed,
            task,
        }
    }

    pub fn take(&self) {
        self.say(Verdict::Takes);
    }

    /// This condition is false from now on, for this reason and with these words.
    pub fn refuse(&self, condition: &'static str, reason: &'static str, words: &'static str) {
        self.say(Verdict::Refuses(condition, reason, words));
    }

    fn say(&self, verdict: Verdict) {
        *self.verdict.lock().unwrap() = verdict;
        self.changed.notify_one();
    }
}

async fn run(routes: Api<DynamicObject>, verdict: Arc<Mutex<Verdict>>, changed: Arc<Notify>) {
    let resource: ApiResource = Kind::HttpRoute.resource();
    let mut events = watcher(routes.clone(), watcher::Config::default())
        .default_backoff()
        .touched_objects()
        .boxed();
    loop {
        let touched = tokio::select! {
            event = events.next() => match event {
                None => return,
                // Not served at the moment, perhaps.
                Some(Err(_)) => continue,
                Some(Ok(route)) => vec![route],
            },
            () = changed.notified() => match routes.list(&ListParams::default()).await {
                Ok(list) => list.items,
                Err(_) => continue,
            },
        };
        for route in touched {
            let verdict = verdict.lock().unwrap().clone();
            let Some(status) = next_status(&route, &verdict) else {
                continue;
            };
            let body = json!({ "apiVersion": resource.api_version, "kind": resource.kind,
                "status": status });
            // Gone or changed meanwhile: the next event brings it again.
            let _ = routes
                .patch_status(
                    &route.name_any(),
                    &PatchParams::default(),
                    &Patch::Merge(&body),
                )
                .await;
        }
    }
}

/// The status to write, if the route does not have it yet.
fn next_status(route: &DynamicObject, verdict: &Verdict) -> Option<Value> {
    let refused = match verdict {
        Verdict::Silent => return None,
        Verdict::Takes => None,
        Verdict::Refuses(condition, reason, words) => Some((*condition, *reason, *words)),
    };
    let condition = |type_: &str| {
        let (status, reason, words) = match refused {
            Some((refused, reason, words)) if refused == type_ => ("False", reason, words),
            _ => ("True", type_, "The route is taken."),
        };
        json!({ "type": type_, "status": status, "reason": reason, "message": words,
            "observedGeneration": route.metadata.generation,
            "lastTransitionTime": Timestamp::UNIX_EPOCH.to_string() })
    };
    let parents = route.data["spec"]["parentRefs"].as_array()?;
    let parents = parents.iter().map(|reference| {
        json!({ "parentRef": reference, "controllerName": "localmart.dev/test",
            "conditions": [condition("Accepted"), condition("ResolvedRefs")] })
    });
    let status = json!({ "parents": parents.collect::<Vec<_>>() });
    (route.data["status"] != status).then_some(status)
}
