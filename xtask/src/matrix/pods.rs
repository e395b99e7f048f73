//! The pods of the matrix: the shop's, the cluster's, and stand-ins for those that are not there.

use std::{net::IpAddr, str::FromStr};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use topology::Service;

use super::graph::Party;
use crate::{kubernetes::Kubernetes, progress::Progress};

/// Namespace and name of the example's LocalMart.
const SHOP: &str = "localmart";
/// A namespace that is not the shop's.
const ELSEWHERE: &str = "matrix-elsewhere";
/// Label of the stand-ins, with the word for what they stand in for.
const STAND_IN: &str = "matrix";

/// A pod that runs.
pub(crate) struct Pod {
    pub(crate) party: Party,
    pub(crate) address: IpAddr,
}

/// Turns the shop's policies on or off; `null` means the default.
pub(crate) fn switch(kubernetes: &Kubernetes, value: &str) -> Result<()> {
    let patch = format!(r#"{{"spec":{{"networkPolicy":{value}}}}}"#);
    let merge = ["--namespace", SHOP, "--type=merge", "--patch", &patch];
    let mut arguments = vec!["patch", "localmart", SHOP];
    arguments.extend(merge);
    kubernetes.output(&arguments).map(drop)
}

/// Every running pod that has a part in the matrix.
pub(crate) fn list(kubernetes: &Kubernetes) -> Result<Vec<Pod>> {
    let text = kubernetes.output(&["get", "pods", "--all-namespaces", "--output=json"])?;
    let list: Value = serde_json::from_str(&text)?;
    let items = list["items"].as_array().context("kubectl gave no list")?;
    let running = items.iter().filter(|pod| {
        pod["status"]["phase"] == "Running" && pod["metadata"]["deletionTimestamp"].is_null()
    });
    let mut pods = Vec::new();
    for pod in running {
        if let Some(party) = party(&pod["metadata"]) {
            let address = pod["status"]["podIP"].as_str().unwrap_or_default();
            let address = address
                .parse()
                .with_context(|| format!("{party} has the address {address:?}"))?;
            pods.push(Pod { party, address });
        }
    }
    Ok(pods)
}

fn party(metadata: &Value) -> Option<Party> {
    let labels = &metadata["labels"];
    let label = |name: &str| labels[name].as_str();
    match label(STAND_IN) {
        Some("lifecycle") => return Some(Party::Lifecycle),
        Some("stranger") => return Some(Party::Stranger),
        Some(_) => return Some(Party::Foreigner),
        None => {}
    }
    if label("k8s-app") == Some("kube-dns") {
        return Some(Party::Dns);
    }
    if label("app.kubernetes.io/name") == Some("traefik") {
        return Some(Party::Ingress);
    }
    if metadata["namespace"] != SHOP || label("app.kubernetes.io/instance") != Some(SHOP) {
        return None;
    }
    match label("app.kubernetes.io/component")? {
        "postgres" => Some(Party::Postgres),
        "redis" => Some(Party::Redis),
        service => Service::from_str(service).ok().map(Party::Service),
    }
}

/// Pods that run for the time of the matrix.
pub(crate) struct StandIns<'a> {
    kubernetes: &'a Kubernetes,
}

impl<'a> StandIns<'a> {
    pub(crate) fn start(kubernetes: &'a Kubernetes, progress: &Progress) -> Result<Self> {
        let step = progress.step("stand-ins");
        let this = Self { kubernetes };
        let started = this.apply();
        if started.is_err() {
            this.remove()?;
        }
        started?;
        step.done("three pods run");
        Ok(this)
    }

    fn apply(&self) -> Result<()> {
        // An image that the node has, with a program that listens.
        let image = self.kubernetes.output(&[
            "get",
            "pod",
            "localmart-redis-0",
            "--namespace",
            SHOP,
            "--output=jsonpath={.spec.containers[0].image}",
        ])?;
        let objects = [
            json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": ELSEWHERE } }),
            pod(
                SHOP,
                &image,
                &json!({
                    STAND_IN: "lifecycle",
                    "app.kubernetes.io/instance": SHOP,
                    "app.kubernetes.io/managed-by": "localmart-operator",
                    "app.kubernetes.io/component": "lifecycle",
                }),
            ),
            pod(SHOP, &image, &json!({ STAND_IN: "stranger" })),
            pod(ELSEWHERE, &image, &json!({ STAND_IN: "foreigner" })),
        ];
        let manifest: Vec<_> = objects.iter().map(Value::to_string).collect();
        self.kubernetes.apply(&manifest.join("\n---\n"))?;
        for namespace in [SHOP, ELSEWHERE] {
            let ready = ["wait", "pods", "--selector", STAND_IN];
            let mut arguments = ready.to_vec();
            arguments.extend([
                "--namespace",
                namespace,
                "--for=condition=Ready",
                "--timeout=60s",
            ]);
            self.kubernetes.output(&arguments)?;
        }
        Ok(())
    }

    pub(crate) fn remove(&self) -> Result<()> {
        let at_once = ["--ignore-not-found", "--grace-period=0", "--force"];
        let mut arguments = vec!["delete", "pods", "--namespace", SHOP];
        arguments.extend(["--selector", STAND_IN]);
        arguments.extend(at_once);
        self.kubernetes.output(&arguments)?;
        let mut arguments = vec!["delete", "namespace", ELSEWHERE];
        arguments.push("--ignore-not-found");
        self.kubernetes.output(&arguments).map(drop)
    }
}

/// A Redis without data that meets Pod Security `restricted`.
fn pod(namespace: &str, image: &str, labels: &Value) -> Value {
    let name = labels[STAND_IN].as_str().unwrap_or_default();
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": format!("matrix-{name}"), "namespace": namespace, "labels": labels,
        },
        "spec": {
            "automountServiceAccountToken": false,
            "terminationGracePeriodSeconds": 0,
            "securityContext": {
                "runAsNonRoot": true,
                "runAsUser": topology::RUN_AS,
                "seccompProfile": { "type": "RuntimeDefault" },
            },
            "containers": [{
                "name": "listener",
                "image": image,
                "imagePullPolicy": "IfNotPresent",
                "command": ["redis-server", "--save", "", "--protected-mode", "no"],
                "readinessProbe": {
                    "tcpSocket": { "port": topology::REDIS_PORT }, "periodSeconds": 1,
                },
                "securityContext": {
                    "allowPrivilegeEscalation": false,
                    "readOnlyRootFilesystem": true,
                    "capabilities": { "drop": ["ALL"] },
                },
            }],
        },
    })
}
