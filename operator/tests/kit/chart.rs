//! The rights of the chart, given to the operator under test.

use std::{ffi::OsString, process::Command};

use kube::{
    Api,
    api::{DynamicObject, Patch, PatchParams},
    core::{ApiResource, GroupVersionKind},
};
use serde_json::Value;

use super::cluster::Cluster;

/// What the chart becomes with these values. `helm` comes from `LOCALMART_TEST_HELM`, else from
/// the search path.
pub fn template(release: &str, namespace: &str, values: &[(&str, &str)]) -> Vec<Value> {
    let helm = std::env::var_os("LOCALMART_TEST_HELM").unwrap_or_else(|| OsString::from("helm"));
    let chart = format!(
        "{}/../charts/localmart-operator",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut command = Command::new(&helm);
    command.args(["template", release, &chart, "--namespace", namespace]);
    for (name, value) in values {
        command.args(["--set", &format!("{name}={value}")]);
    }
    let output = command.output().unwrap_or_else(|error| {
        panic!(
            "cannot start {}: {error}; set LOCALMART_TEST_HELM to a helm, `cargo xtask cluster \
             start` builds one",
            helm.display()
        )
    });
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "helm template: {said}");
    localmart_operator::yaml::documents(&String::from_utf8(output.stdout).unwrap()).unwrap()
}

/// Applies the roles of a chart and their bindings.
pub async fn grant(cluster: &Cluster, documents: &[Value]) {
    for document in documents {
        let kind = document["kind"].as_str().unwrap();
        if !kind.contains("Role") {
            continue;
        }
        let gvk = GroupVersionKind::gvk("rbac.authorization.k8s.io", "v1", kind);
        let resource = ApiResource::from_gvk(&gvk);
        let client = cluster.client.clone();
        let api: Api<DynamicObject> = match document["metadata"]["namespace"].as_str() {
            Some(namespace) => Api::namespaced_with(client, namespace, &resource),
            None => Api::all_with(client, &resource),
        };
        api.patch(
            document["metadata"]["name"].as_str().unwrap(),
            &PatchParams::apply("helm").force(),
            &Patch::Apply(document),
        )
        .await
        .unwrap();
    }
}
