//! A shop behind a Gateway of somebody else: the genuine CRD and API server, and a status of the
//! route as a gateway's controller writes it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kit::{Cluster, Operator, Space, eventually, gateway, gateway::Gateways, kubelet::Kubelet};
use kube::{Api, api::DeleteParams};
use localmart_api::{
    Phase,
    conditions::{ConditionType, Reason},
};
use localmart_operator::build::Kind;
use serde_json::json;
use tokio::sync::Mutex;

/// One of the tests takes the kind away from all of them.
static ALONE: Mutex<()> = Mutex::const_new(());

const ROUTE: &str = "shop-storefront";
const SPEC: &str = "{gateway: {parentRefs: [{name: public, namespace: infra, sectionName: https}], \
     hostnames: ['*.example.org', shop.example.org]}}";

async fn exposed(space: &Space, wanted: Reason) -> String {
    space
        .condition("shop", ConditionType::Exposed, wanted)
        .await
}

#[tokio::test]
async fn a_route_is_made_mirrored_repaired_and_pruned() {
    let _alone = ALONE.lock().await;
    let space = Cluster::connect().await.space("gateway").await;
    let _kubelet = Kubelet::start(&space);
    let gateways = Gateways::silent(&space);
    let _operator = Operator::start(&space).await;
    space.apply("shop", SPEC).await.unwrap();
    let waits = exposed(&space, Reason::RoutePending).await;
    assert!(waits.contains("Gateway infra/public https"), "{waits}");
    assert!(waits.contains("kubectl get gateway public -n infra"));
    let status = space.shop("shop").await.status.unwrap();
    assert_ne!(status.phase, Some(Phase::Ready));
    assert_eq!(status.url.as_deref(), Some("https://shop.example.org"));

    gateways.refuse("Accepted", "NotAllowedByListeners", "Not from here.");
    let no = exposed(&space, Reason::RouteRejected).await;
    let words =
        "Gateway infra/public https: Accepted is False, NotAllowedByListeners: Not from here.";
    assert_eq!(no, words);
    space.phase("shop", Phase::Degraded).await;
    gateways.refuse("ResolvedRefs", "BackendNotFound", "No such Service.");
    let no = eventually("the other condition is told", async || {
        let told = exposed(&space, Reason::RouteRejected).await;
        if told.contains("BackendNotFound") {
            Ok(told)
        } else {
            Err(told)
        }
    })
    .await;
    assert!(no.contains("ResolvedRefs is False"), "{no}");
    gateways.take();
    space.phase("shop", Phase::Ready).await;
    exposed(&space, Reason::RouteAccepted).await;

    // What somebody edits or deletes comes back.
    let edit = json!({ "spec": { "hostnames": ["mine.example.org"], "rules": null } });
    space.edit(Kind::HttpRoute, ROUTE, &edit).await;
    let hosts = json!(["*.example.org", "shop.example.org"]);
    let route = space
        .object(Kind::HttpRoute, ROUTE, |route| {
            route.data["spec"]["hostnames"] == hosts
        })
        .await;
    let backend = &route.data["spec"]["rules"][0]["backendRefs"][0];
    assert_eq!(backend["name"], "shop-storefront");
    let routes = space.kind(Kind::HttpRoute);
    let _ = routes
        .delete(ROUTE, &DeleteParams::background())
        .await
        .unwrap();
    space.object(Kind::HttpRoute, ROUTE, |_| true).await;
    space.phase("shop", Phase::Ready).await;

    // What is wanted no more goes.
    let answer = space.apply("shop", "{}").await;
    answer.unwrap();
    space.gone(Kind::HttpRoute, ROUTE).await;
    exposed(&space, Reason::NotRequested).await;
    space.phase("shop", Phase::Ready).await;
    assert_eq!(space.shop("shop").await.status.unwrap().url, None);
}

#[tokio::test]
async fn a_cluster_without_the_gateway_api_is_told_of_and_one_that_gets_it_is_noticed() {
    let _alone = ALONE.lock().await;
    let cluster = Cluster::connect().await;
    remove_crd(&cluster).await;
    let space = cluster.space("gateway").await;
    let _kubelet = Kubelet::start(&space);
    let operator = Operator::start(&space).await;
    // Who wants no route hears nothing of it.
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;

    space.apply("shop", SPEC).await.unwrap();
    let missing = exposed(&space, Reason::GatewayApiMissing).await;
    assert!(
        missing.contains("gateway.networking.k8s.io/v1"),
        "{missing}"
    );
    let advice = operator.ask(&space, "operator", &["explain", "shop"]).await;
    assert!(advice.text.contains("GatewayApiMissing"), "{}", advice.text);
    // The rest of the shop is whole, and nothing else is reported as failing.
    let status = space.shop("shop").await.status.unwrap();
    let reconciled = status.condition(ConditionType::Reconciled).unwrap();
    assert_eq!(reconciled.reason, Reason::Applied.as_str());
    assert_eq!(status.ready.as_deref(), Some("7/7"));
    assert!(
        !operator.log().contains("watch failed"),
        "{}",
        operator.log()
    );

    cluster.install_crd(gateway::crd()).await;
    let _gateways = Gateways::start(&space);
    space.phase("shop", Phase::Ready).await;
    exposed(&space, Reason::RouteAccepted).await;

    // And one that loses it again.
    remove_crd(&cluster).await;
    exposed(&space, Reason::GatewayApiMissing).await;
    cluster.install_crd(gateway::crd()).await;
    space.phase("shop", Phase::Ready).await;
}

async fn remove_crd(cluster: &Cluster) {
    let api: Api<CustomResourceDefinition> = Api::all(cluster.client.clone());
    let _ = api
        .delete(gateway::CRD, &DeleteParams::background())
        .await
        .unwrap();
    eventually("the CRD is gone", async || {
        match api.get_opt(gateway::CRD).await.unwrap() {
            None => Ok(()),
            Some(crd) => Err(crd.status),
        }
    })
    .await;
}
