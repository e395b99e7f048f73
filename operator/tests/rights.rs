//! Everything that the operator may have to do with its rights, done once. Whether the chart grants
//! just that, `cargo xtask test operator` reads from the API server's audit log afterwards.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use kit::{
    Cluster, Operator, Space, exchange::Exchange, gateway::Gateways, kubelet::Kubelet,
    operator::Options,
};
use kube::{
    ResourceExt,
    api::{DynamicObject, PostParams},
};
use localmart_api::Phase;
use localmart_operator::build::Kind;
use serde_json::{Value, json};

#[tokio::test]
async fn the_operator_is_refused_nothing() {
    let cluster = Cluster::connect().await;
    cluster.clear().await;
    let space = &cluster.space("rights").await;
    let kubelet = Kubelet::start(space);
    let _gateways = Gateways::start(space);
    kubelet.stick("payments", "ErrImageNeverPull");
    let options = Options {
        cluster_wide: true,
        ..Options::default()
    };
    let operator = Operator::start_with(space, options).await;
    space
        .apply(
            "good",
            "{ingress: {host: good.localhost}, gateway: {parentRefs: [{name: public}]}}",
        )
        .await
        .unwrap();
    space
        .status("good", "names what is stuck", |_, status| {
            let message = &status.component("payments")?.message;
            message.contains("ErrImageNeverPull").then_some(())
        })
        .await;
    kubelet.release("payments");
    space.phase("good", Phase::Ready).await;

    // What a plain installation does not need: several pods, then one; an autoscaler; a key that is
    // missing; a Secret and a ConfigMap of the user; an object of each kind that is wanted no more.
    space
        .give("Secret", "mine", "stringData", "key", "some value")
        .await;
    space
        .give("ConfigMap", "mine", "data", "key", "some value")
        .await;
    let env = "{env: [{name: A, valueFrom: {secretKeyRef: {name: mine, key: key}}}, {name: B, valueFrom: {configMapKeyRef: {name: mine, key: key}}}]}";
    let spec = format!(
        "{{services: {{cart: {env}, catalog: {{replicas: 2}}, orders: {{autoscaling: {{minReplicas: 1, maxReplicas: 2}}}}}}, redis: {{managed: {{maxMemory: 32Mi}}}}}}"
    );
    space.apply("good", &spec).await.unwrap();
    space.phase("good", Phase::Ready).await;
    space
        .apply("good", "{deletionPolicy: Delete}")
        .await
        .unwrap();
    space.phase("good", Phase::Ready).await;
    surplus(space, "good").await;

    let exchanges = operator.proxy.exchanges();
    let refused: Vec<_> = exchanges
        .iter()
        .filter(|exchange| exchange.status == 403)
        .flat_map(Exchange::rights)
        .collect();
    assert!(refused.is_empty(), "refused: {refused:?}");
}

/// Objects that look like the operator's own and are wanted no more.
async fn surplus(space: &Space, shop: &str) {
    let uid = space.shop(shop).await.uid().unwrap();
    let kinds = [
        Kind::ServiceAccount,
        Kind::Service,
        Kind::StatefulSet,
        Kind::Deployment,
        Kind::Job,
        Kind::Ingress,
        Kind::HttpRoute,
        Kind::NetworkPolicy,
        Kind::PodDisruptionBudget,
        Kind::HorizontalPodAutoscaler,
        Kind::ConfigMap,
    ];
    let existing = space.all().await;
    for kind in kinds {
        let model = existing
            .iter()
            .find(|((of, _), _)| *of == kind)
            .map(|(_, object)| object);
        let mut body = json!({ "spec": { "rules": [{ "host": "a.b" }] } });
        if kind == Kind::PodDisruptionBudget {
            body = json!({ "spec": { "maxUnavailable": 1, "selector": {} } });
        } else if kind == Kind::HorizontalPodAutoscaler {
            let target = json!({ "apiVersion": "apps/v1", "kind": "Deployment", "name": "nobody" });
            body = json!({ "spec": { "maxReplicas": 1, "scaleTargetRef": target } });
        } else if let Some(model) = model {
            body = model.data.clone();
            body.as_object_mut().unwrap().remove("status");
            if let Some(spec) = body.get_mut("spec").and_then(Value::as_object_mut) {
                spec.remove("clusterIP");
                spec.remove("clusterIPs");
            }
        }
        if kind == Kind::Job {
            // A finished one: the controller sets its selector itself.
            let spec = body["spec"].as_object_mut().unwrap();
            spec.remove("selector");
            spec["template"]["metadata"]
                .as_object_mut()
                .unwrap()
                .remove("labels");
            spec["template"]["metadata"]["labels"] = json!({ "localmart.dev/task": "old" });
        }
        let resource = kind.resource();
        body["apiVersion"] = json!(resource.api_version);
        body["kind"] = json!(resource.kind);
        body["metadata"] = json!({
            "name": format!("{shop}-surplus"),
            "labels": {
                "app.kubernetes.io/instance": shop,
                "app.kubernetes.io/managed-by": "localmart-operator",
            },
            "ownerReferences": [{
                "apiVersion": "localmart.dev/v1alpha1", "kind": "LocalMart",
                "name": shop, "uid": uid, "controller": true,
            }],
        });
        let object: DynamicObject = serde_json::from_value(body).unwrap();
        space
            .kind(kind)
            .create(&PostParams::default(), &object)
            .await
            .unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    }
    for kind in kinds {
        space.gone(kind, &format!("{shop}-surplus")).await;
    }
}
