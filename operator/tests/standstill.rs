//! Suspended, a shop keeps its data; paused, the operator keeps its hands still.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use k8s_openapi::api::core::v1::Pod;
use kit::{Cluster, Operator, eventually, kubelet::Kubelet, wait::meanwhile};
use kube::{ResourceExt, api::ListParams};
use localmart_api::Phase;
use localmart_operator::build::Kind;

#[tokio::test]
async fn suspending_keeps_the_data_and_resuming_brings_everything_back() {
    let space = Cluster::connect().await.space("suspend").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    space
        .apply("shop", "{services: {catalog: {replicas: 2}}}")
        .await
        .unwrap();
    space.phase("shop", Phase::Ready).await;

    space
        .apply(
            "shop",
            "{suspend: true, services: {catalog: {replicas: 2}}}",
        )
        .await
        .unwrap();
    space.phase("shop", Phase::Suspended).await;
    let pods = space.api::<Pod>();
    eventually("no pod of a workload is left", async || {
        let running = ListParams::default().labels("app.kubernetes.io/component!=lifecycle");
        let left = pods.list(&running).await.unwrap();
        let names: Vec<_> = left.iter().map(ResourceExt::name_any).collect();
        if names.is_empty() { Ok(()) } else { Err(names) }
    })
    .await;
    for claim in ["shop-postgres-data", "shop-redis-data"] {
        space
            .kind(Kind::PersistentVolumeClaim)
            .get(claim)
            .await
            .unwrap();
    }

    space
        .apply("shop", "{services: {catalog: {replicas: 2}}}")
        .await
        .unwrap();
    space.phase("shop", Phase::Ready).await;
    let catalog = space
        .kind(Kind::Deployment)
        .get("shop-catalog")
        .await
        .unwrap();
    assert_eq!(catalog.data["spec"]["replicas"], 2);
}

#[tokio::test]
async fn a_paused_operator_reports_and_writes_nothing_else() {
    let space = Cluster::connect().await.space("paused").await;
    let _kubelet = Kubelet::start(&space);
    let operator = Operator::start(&space).await;
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    space
        .annotate("shop", "localmart.dev/paused", Some("true"))
        .await;
    space.phase("shop", Phase::Paused).await;

    operator.proxy.reset();
    let scaled = serde_json::json!({ "spec": { "replicas": 3 } });
    let seen = async {
        space.edit(Kind::Deployment, "shop-cart", &scaled).await;
        space
            .status("shop", "reports what it sees", |_, status| {
                (status.component("cart")?.ready == "3/3").then_some(())
            })
            .await;
    };
    meanwhile("the operator must not interfere", seen, async || {
        let mut writes = operator.proxy.writes();
        writes.retain(|write| !write.is_event() && !write.path.contains("/status"));
        if writes.is_empty() {
            Ok(())
        } else {
            Err(format!("{writes:?}"))
        }
    })
    .await;

    space.annotate("shop", "localmart.dev/paused", None).await;
    space
        .object(Kind::Deployment, "shop-cart", |object| {
            object.data["spec"]["replicas"] == 1
        })
        .await;
    space.phase("shop", Phase::Ready).await;
}
