//! Of two operators one works, and the other takes over.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use k8s_openapi::api::coordination::v1::Lease;
use kit::{Cluster, Operator, eventually, kubelet::Kubelet, operator::Options};
use kube::api::{DeleteParams, Patch, PatchParams};
use localmart_api::Phase;
use localmart_operator::build::Kind;
use serde_json::json;

fn named(identity: &str) -> Options {
    Options {
        cluster_wide: false,
        leader_election: Some(identity.to_owned()),
        ..Options::default()
    }
}

#[tokio::test]
async fn the_standby_takes_over_and_a_lost_lease_ends_the_process() {
    let space = Cluster::connect().await.space("leader").await;
    let _kubelet = Kubelet::start(&space);
    let leases = space.api::<Lease>();
    let holder = async |wanted: &str| {
        eventually(&format!("{wanted} leads"), async || {
            let lease = leases.get_opt("localmart-operator").await.unwrap();
            let holder = lease.and_then(|lease| lease.spec?.holder_identity);
            if holder.as_deref() == Some(wanted) {
                Ok(())
            } else {
                Err(holder)
            }
        })
        .await;
    };

    let first = Operator::start_with(&space, named("first")).await;
    holder("first").await;
    let second = Operator::start_with(&space, named("second")).await;
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    assert!(
        second.proxy.writes().is_empty(),
        "{:#?}",
        second.proxy.writes()
    );

    first.kill().await;
    holder("second").await;
    space
        .kind(Kind::Service)
        .delete("shop-cart", &DeleteParams::default())
        .await
        .unwrap();
    space.object(Kind::Service, "shop-cart", |_| true).await;
    assert!(!second.proxy.writes().is_empty());

    // Somebody else has taken the lease, for whatever reason.
    let stolen = json!({ "spec": {
        "holderIdentity": "thief",
        "renewTime": format!("{:.6}", k8s_openapi::jiff::Timestamp::now()),
        "leaseDurationSeconds": 3600,
    } });
    leases
        .patch(
            "localmart-operator",
            &PatchParams::default(),
            &Patch::Merge(&stolen),
        )
        .await
        .unwrap();
    eventually("the second operator ends itself", async || {
        second.has_ended().then_some(()).ok_or("still runs")
    })
    .await;
}
