//! The examples, from `kubectl apply` to Ready.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use kit::{Cluster, Operator, eventually, gateway::Gateways, kubelet::Kubelet};
use localmart_api::{Phase, conditions::ConditionStatus};
use serde_json::Value;

#[tokio::test]
async fn the_example_becomes_ready() {
    let space = Cluster::connect().await.space("apply").await;
    let _kubelet = Kubelet::start(&space);
    let operator = Operator::start(&space).await;

    let name = space.apply_example("localmart.yaml").await;
    space.phase(&name, Phase::Ready).await;

    let status = space.shop(&name).await.status.unwrap();
    assert_eq!(status.ready.as_deref(), Some("7/7"));
    assert_eq!(status.message, "7 of 7 components ready");
    assert_eq!(status.url.as_deref(), Some("http://localmart.localhost"));
    assert_eq!(status.version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    for condition in &status.conditions {
        let expected = condition.type_ != "Progressing";
        assert_eq!(
            condition.status,
            ConditionStatus::from(expected),
            "{condition:?}"
        );
    }
    let tasks: Vec<_> = status.lifecycle.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(tasks, ["bootstrap", "migrate", "seed"]);

    // One write per object, and beside them only reports.
    let created = space.all().await.len() + 4;
    let writes = operator.proxy.writes();
    let objects = writes
        .iter()
        .filter(|write| !write.is_event() && !write.path.contains("/status"))
        .count();
    println!(
        "{created} objects; {objects} writes of objects, {} status patches, {} events",
        writes.iter().filter(|w| w.path.contains("/status")).count(),
        writes.iter().filter(|w| w.is_event()).count(),
    );
    assert_eq!(objects, created, "{writes:#?}");
}

#[tokio::test]
async fn every_example_becomes_ready() {
    let space = Cluster::connect().await.space("examples").await;
    let _kubelet = Kubelet::start(&space);
    let _gateways = Gateways::start(&space);
    let _operator = Operator::start(&space).await;
    let given = [
        ("Secret", "extra", "stringData", "token"),
        ("ConfigMap", "greetings", "data", "catalog"),
    ];
    for (kind, name, field, key) in given {
        space.give(kind, name, field, key, "some value").await;
    }
    for file in ["every-field.yaml", "external-postgres.yaml"] {
        let name = space.apply_example(file).await;
        space.ready_with_approval(&name).await;
    }
}

#[tokio::test]
async fn kubectl_shows_the_documented_columns() {
    let space = Cluster::connect().await.space("columns").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    let name = space.apply_example("localmart.yaml").await;
    space.phase(&name, Phase::Ready).await;

    let path = format!(
        "/apis/localmart.dev/v1alpha1/namespaces/{}/localmarts/{name}",
        space.name
    );
    let request = http::Request::get(path)
        .header("accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
        .body(Vec::new())
        .unwrap();
    let table: Value = space.cluster.client.request(request).await.unwrap();
    let columns: Vec<_> = table["columnDefinitions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| column["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        columns,
        ["Name", "Phase", "Ready", "Version", "URL", "Age", "Message"]
    );
    let cells = &table["rows"][0]["cells"];
    assert_eq!(cells[1], "Ready");
    assert_eq!(cells[2], "7/7");
    assert_eq!(cells[4], "http://localmart.localhost");
}

/// A reference to something that does not exist yet is told, and resolved without another apply.
#[tokio::test]
async fn a_missing_secret_is_named_and_found_when_it_comes() {
    let space = Cluster::connect().await.space("reference").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    let spec = "{services: {cart: {env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: mine, key: token}}}]}}}";
    space.apply("shop", spec).await.unwrap();
    let message = space
        .status("shop", "names what is missing", |_, status| {
            (status.phase == Some(Phase::Degraded)).then(|| status.message.clone())
        })
        .await;
    assert!(
        message.contains("spec.services.cart.env TOKEN") && message.contains("\"mine\""),
        "{message}"
    );
    space
        .give("Secret", "mine", "stringData", "token", "some value")
        .await;
    space.phase("shop", Phase::Ready).await;

    // Other content rolls the pods that consume it, and only those.
    let fingerprint = async |service: &str| {
        let deployment = space
            .kind(localmart_operator::build::Kind::Deployment)
            .get(&format!("shop-{service}"))
            .await
            .unwrap();
        deployment.data["spec"]["template"]["metadata"]["annotations"].to_string()
    };
    let (cart, orders) = (fingerprint("cart").await, fingerprint("orders").await);
    space
        .give("Secret", "mine", "stringData", "token", "another value")
        .await;
    // Secrets are not watched; anything that wakes the operator makes it look.
    space.annotate("shop", "test/wake", Some("1")).await;
    eventually("the cart's fingerprint changes", async || {
        (fingerprint("cart").await != cart).then_some(()).ok_or(())
    })
    .await;
    assert_eq!(fingerprint("orders").await, orders);
}
