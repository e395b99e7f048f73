//! The rights of the chart, given to the operator under test.

use std::{ffi::OsString, process::Command};

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec,
};
use kube::{
    Api,
    api::{DynamicObject, Patch, PatchParams, PostParams},
    core::{ApiResource, GroupVersionKind},
};
use serde_json::Value;

use super::{cluster::Cluster, wait::eventually};

/// A chart of this repository.
pub fn path(name: &str) -> String {
    format!("{}/../charts/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// What the chart becomes with these values.
pub fn template(release: &str, namespace: &str, values: &[(&str, &str)]) -> Vec<Value> {
    let chart = path("localmart-operator");
    let mut arguments = vec!["template", release, &chart, "--namespace", namespace];
    let values: Vec<_> = values
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    arguments.extend(values.iter().flat_map(|value| ["--set", value]));
    let text = helm(&arguments).unwrap_or_else(|said| panic!("helm template: {said}"));
    localmart_operator::yaml::documents(&text).unwrap()
}

/// Whether the chart accepts these values, given as JSON; if not, what is said.
pub fn try_template(values: &[(&str, &str)]) -> Result<String, String> {
    let chart = path("localmart-operator");
    let mut arguments = vec!["template", "operator", &chart];
    let values: Vec<_> = values
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    arguments.extend(values.iter().flat_map(|value| ["--set-json", value]));
    helm(&arguments)
}

/// What helm prints, or what it says when it fails. It comes from `LOCALMART_TEST_HELM`, else from
/// the search path.
pub fn helm(arguments: &[&str]) -> Result<String, String> {
    let helm = std::env::var_os("LOCALMART_TEST_HELM").unwrap_or_else(|| OsString::from("helm"));
    let output = Command::new(&helm).args(arguments).output();
    let output = output.unwrap_or_else(|error| {
        panic!(
            "cannot start {}: {error}; set LOCALMART_TEST_HELM to a helm, `cargo xtask cluster \
             start` builds one",
            helm.display()
        )
    });
    if output.status.success() {
        Ok(String::from_utf8(output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
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

/// Waits until the API server knows of the roles: it learns of them by a watch of its own, and an
/// operator that was refused at its start asks again with growing pauses.
pub async fn in_force(cluster: &Cluster, user: &str, namespace: &str) {
    let reviews: Api<SubjectAccessReview> = Api::all(cluster.client.clone());
    let question = SubjectAccessReview {
        spec: SubjectAccessReviewSpec {
            user: Some(user.to_owned()),
            resource_attributes: Some(ResourceAttributes {
                namespace: Some(namespace.to_owned()),
                verb: Some("list".to_owned()),
                resource: Some("serviceaccounts".to_owned()),
                ..ResourceAttributes::default()
            }),
            ..SubjectAccessReviewSpec::default()
        },
        ..SubjectAccessReview::default()
    };
    eventually("the operator's rights are in force", async || {
        let answer = reviews.create(&PostParams::default(), &question).await;
        let status = answer.unwrap().status.unwrap();
        status.allowed.then_some(()).ok_or(status.reason)
    })
    .await;
}
