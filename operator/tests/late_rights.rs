//! An operator whose rights arrive a moment after its start, as with a real `helm install`: every
//! watch recovers by itself, none waits for another's pause.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use kit::{
    Cluster, Operator, eventually, exchange::Exchange, gateway::Gateways, kubelet::Kubelet,
    operator::Options,
};
use kube::ResourceExt;
use localmart_api::Phase;
use localmart_operator::build::Kind;
use serde_json::json;

const SPEC: &str = "{services: {catalog: {replicas: 2}, cart: {autoscaling: {minReplicas: 1, \
     maxReplicas: 2}}}, ingress: {host: shop.localhost}, gateway: {parentRefs: [{name: public}]}}";

/// What the operator asked for and did not get.
fn refused(operator: &Operator) -> Vec<String> {
    let exchanges = operator.proxy.exchanges();
    let refused = exchanges.iter().filter(|exchange| exchange.status == 403);
    refused.map(Exchange::right).collect()
}

/// Passes that have ended or begun.
fn passes(operator: &Operator) -> usize {
    let exchanges = operator.proxy.exchanges();
    let read = |exchange: &&Exchange| exchange.right() == "get localmart.dev/localmarts";
    exchanges.iter().filter(read).count()
}

#[tokio::test]
async fn rights_that_come_late_bring_every_watch_back_soon() {
    let space = Cluster::connect().await.space("late").await;
    let _kubelet = Kubelet::start(&space);
    let _gateways = Gateways::start(&space);
    let options = Options {
        ungranted: true,
        ..Options::default()
    };
    let operator = Operator::start_with(&space, options).await;
    // One that the cluster need not serve is asked for by passes first.
    let always = Kind::ALL.into_iter().filter(|kind| !kind.is_optional());
    let listed = always.map(Kind::resource).map(|resource| {
        let group = Some(resource.group).filter(|group| !group.is_empty());
        let parts: Vec<_> = group.into_iter().chain([resource.plural]).collect();
        format!("list {}", parts.join("/"))
    });
    let mut wanted: Vec<_> = listed.collect();
    wanted.push("list localmart.dev/localmarts".to_owned());
    eventually("every watch is refused", async || {
        let refused = refused(&operator);
        let left: Vec<_> = wanted.iter().filter(|it| !refused.contains(it)).collect();
        if left.is_empty() {
            Ok(())
        } else {
            Err(format!("{left:?}"))
        }
    })
    .await;

    space.apply("shop", SPEC).await.unwrap();
    operator.grant(&space.cluster).await;
    space.phase("shop", Phase::Ready).await;
    let all = space.all().await;
    for kind in Kind::ALL {
        let mut names = all.keys().filter(|(of, _)| *of == kind);
        let (_, name) = names.next().unwrap();
        if kind == Kind::Job {
            // Nothing of it is put back, but it is looked at.
            let before = passes(&operator);
            let touched = json!({ "metadata": { "annotations": { "test/wake": "1" } } });
            space.edit(kind, name, &touched).await;
            eventually("the Job's change is noticed", async || {
                let seen = passes(&operator);
                (seen > before).then_some(()).ok_or(seen)
            })
            .await;
            continue;
        }
        let labels = json!({ "metadata": { "labels": { "app.kubernetes.io/part-of": null } } });
        space.edit(kind, name, &labels).await;
        space
            .object(kind, name, |live| {
                live.labels().contains_key("app.kubernetes.io/part-of")
            })
            .await;
    }
}
