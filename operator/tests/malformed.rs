//! One bad LocalMart blocks nobody else. These tests loosen the CRD or watch the whole cluster, so
//! they have a program of their own and run one after the other.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use kit::{Cluster, Operator, Space, kubelet::Kubelet, operator::Options};
use kube::{
    Api,
    api::{DynamicObject, PostParams},
    core::ApiResource,
};
use localmart_api::{
    LocalMart, Phase,
    conditions::{ConditionType, Reason},
    schema,
};
use serde_json::json;

const CLUSTER_WIDE: Options = Options {
    cluster_wide: true,
    leader_election: None,
    recheck: None,
    bug: None,
    beside: Vec::new(),
    ungranted: false,
};

/// Reads a condition's reason without expecting the object to fit our types.
async fn reason(space: &Space, name: &str, type_: ConditionType) -> String {
    let resource = ApiResource::erase::<LocalMart>(&());
    let api: Api<DynamicObject> =
        Api::namespaced_with(space.cluster.client.clone(), &space.name, &resource);
    kit::eventually(&format!("{name} has {}", type_.as_str()), async || {
        let object = api.get(name).await.unwrap();
        let conditions = object.data["status"]["conditions"].clone();
        let found = conditions
            .as_array()
            .into_iter()
            .flatten()
            .find_map(|condition| {
                (condition["type"] == type_.as_str())
                    .then(|| condition["reason"].as_str().unwrap().to_owned())
            });
        found.ok_or(conditions)
    })
    .await
}

#[tokio::test]
async fn one_bad_object_blocks_nobody_else() {
    let cluster = Cluster::connect().await;
    cluster.clear().await;
    let space = cluster.space("malformed").await;
    let elsewhere = cluster.space("elsewhere").await;

    // As if the object had been stored under an older, looser CRD.
    let mut loose = serde_json::to_value(schema::crd()).unwrap();
    loose["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"] =
        json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
    cluster.install_crd(&loose).await;
    let bad: DynamicObject = serde_json::from_value(json!({
        "apiVersion": "localmart.dev/v1alpha1", "kind": "LocalMart",
        "metadata": { "name": "bad" },
        "spec": { "services": "all of them", "ingress": [1, 2] },
    }))
    .unwrap();
    let resource = ApiResource::erase::<LocalMart>(&());
    let api: Api<DynamicObject> =
        Api::namespaced_with(cluster.client.clone(), &space.name, &resource);
    kit::eventually("the looser CRD is served", async || {
        api.create(&PostParams::default(), &bad).await.map(|_| ())
    })
    .await;
    cluster
        .install_crd(&serde_json::to_value(schema::crd()).unwrap())
        .await;

    let _kubelet = Kubelet::start(&space);
    let operator = Operator::start_with(&space, CLUSTER_WIDE).await;
    space
        .apply("good", "{ingress: {host: good.localhost}}")
        .await
        .unwrap();
    elsewhere.apply("shop", "{}").await.unwrap();

    space.phase("good", Phase::Ready).await;
    assert_eq!(
        reason(&space, "bad", ConditionType::Reconciled).await,
        Reason::MalformedObject.as_str()
    );
    let log = operator.log();
    assert!(log.contains("spec.ingress, spec.services: "), "{log}");

    // A namespace that was not granted is told how to be.
    let message = elsewhere
        .status("shop", "is told", |_, status| {
            let condition = status.condition(ConditionType::Ready)?;
            let found = condition.reason == Reason::NamespaceNotGranted.as_str();
            found.then(|| condition.message.clone())
        })
        .await;
    let command = format!("watchNamespaces={{{},{}}}", space.name, elsewhere.name);
    assert!(message.contains(&command), "{message}");
    let release = format!("<chart> -n {} ", space.name);
    assert!(message.contains(&release), "{message}");
    let touched: Vec<_> = operator
        .proxy
        .exchanges()
        .into_iter()
        .filter(|exchange| {
            exchange
                .path
                .contains(&format!("/namespaces/{}/", elsewhere.name))
        })
        .map(|exchange| exchange.right())
        .filter(|right| !right.contains("localmarts") && !right.contains("events"))
        .collect();
    assert!(touched.is_empty(), "{touched:?}");

    unknown_ingress_classes(&space).await;
    for name in ["good", "bad"] {
        space.delete::<LocalMart>(name).await;
    }
    elsewhere.delete::<LocalMart>("shop").await;
}

/// What only the cluster knows becomes a condition, not a crash.
async fn unknown_ingress_classes(space: &Space) {
    let spec = "{ingress: {host: good.localhost, className: nginx}}";
    space.apply("good", spec).await.unwrap();
    let message = space
        .status("good", "misses its class", |_, status| {
            let condition = status.condition(ConditionType::Exposed)?;
            let found = condition.reason == Reason::IngressClassNotFound.as_str();
            found.then(|| condition.message.clone())
        })
        .await;
    assert!(
        message.contains("nginx") && message.contains("traefik"),
        "{message}"
    );
    space
        .apply("good", "{ingress: {host: good.localhost}}")
        .await
        .unwrap();
    space.phase("good", Phase::Ready).await;
}
