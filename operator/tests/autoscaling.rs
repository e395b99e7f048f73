//! The count of pods changes hands between the operator and an autoscaler, and never falls below
//! both where it was and where it goes. The autoscaler is the real one; without metrics it keeps
//! the count between its bounds.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use std::sync::{Arc, Mutex};

use futures::TryStreamExt;
use k8s_openapi::api::apps::v1::Deployment;
use kit::{Cluster, Operator, Space, eventually, kubelet::Kubelet};
use kube::api::{WatchEvent, WatchParams};
use localmart_api::{Phase, names::FIELD_MANAGER};
use localmart_operator::build::Kind;
use serde_json::Value;
use tokio::task::JoinHandle;

const NAME: &str = "shop-orders";

/// Every count that the Deployment was ever told, in order.
struct Counts {
    seen: Arc<Mutex<Vec<i32>>>,
    task: JoinHandle<()>,
}

impl Drop for Counts {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Counts {
    async fn watch(space: &Space) -> Self {
        let api = space.api::<Deployment>();
        let from = api.get(NAME).await.unwrap();
        let version = from.metadata.resource_version.unwrap();
        let seen = Arc::new(Mutex::new(vec![from.spec.unwrap().replicas.unwrap()]));
        let counts = seen.clone();
        let only = WatchParams::default().fields(&format!("metadata.name={NAME}"));
        let task = tokio::spawn(async move {
            let events = api.watch(&only, &version).await.unwrap();
            let noted = events.try_for_each(|event| {
                match event {
                    WatchEvent::Added(live) | WatchEvent::Modified(live) => {
                        let count = live.spec.unwrap().replicas.unwrap();
                        counts.lock().unwrap().push(count);
                    }
                    WatchEvent::Bookmark(_) => {}
                    other => panic!("{other:?}"),
                }
                futures::future::ok(())
            });
            noted.await.unwrap();
        });
        Self { seen, task }
    }

    /// Waits until the count is `last`, and returns how it got there from what was returned before.
    async fn until(&self, last: i32) -> Vec<i32> {
        eventually(&format!("the count is {last}"), async || {
            let mut seen = self.seen.lock().unwrap();
            if seen.last() != Some(&last) {
                return Err(seen.clone());
            }
            let mut way = seen.split_off(0);
            seen.push(last);
            way.dedup();
            Ok(way)
        })
        .await
    }
}

/// Whether the operator has recorded that it decides the count.
async fn operator_decides(space: &Space) -> bool {
    let live = space.kind(Kind::Deployment).get(NAME).await.unwrap();
    let entries = live.metadata.managed_fields.unwrap_or_default();
    entries
        .iter()
        .filter(|entry| entry.manager.as_deref() == Some(FIELD_MANAGER))
        .filter_map(|entry| entry.fields_v1.as_ref())
        .any(|fields| fields.0["f:spec"]["f:replicas"] != Value::Null)
}

async fn decided_by(space: &Space, operator: bool) {
    eventually(&format!("the operator decides: {operator}"), async || {
        let now = operator_decides(space).await;
        (now == operator).then_some(()).ok_or(now)
    })
    .await;
}

async fn orders(space: &Space, settings: &str) {
    space
        .apply("shop", &format!("{{services: {{orders: {settings}}}}}"))
        .await
        .unwrap();
}

#[tokio::test]
async fn the_count_never_falls_below_both_ends() {
    let space = Cluster::connect().await.space("scaling").await;
    let _kubelet = Kubelet::start(&space);
    let operator = Operator::start(&space).await;
    orders(&space, "{replicas: 3}").await;
    space.phase("shop", Phase::Ready).await;
    let counts = Counts::watch(&space).await;
    assert!(operator_decides(&space).await);

    // Turned on: the count is kept, and then the autoscaler's.
    let automatic = "{autoscaling: {minReplicas: 2, maxReplicas: 5}}";
    orders(&space, automatic).await;
    decided_by(&space, false).await;
    space
        .object(Kind::HorizontalPodAutoscaler, NAME, |_| true)
        .await;
    space.phase("shop", Phase::Ready).await;
    assert_eq!(counts.until(3).await, [3]);

    // Its own decisions stay, whatever else the operator has to apply.
    orders(
        &space,
        "{autoscaling: {minReplicas: 4, maxReplicas: 5}, env: [{name: A, value: b}]}",
    )
    .await;
    assert_eq!(counts.until(4).await, [3, 4]);
    space.phase("shop", Phase::Ready).await;
    assert_eq!(counts.until(4).await, [4]);

    // Suspended and resumed: not by way of one pod.
    let suspended =
        "{suspend: true, services: {orders: {autoscaling: {minReplicas: 2, maxReplicas: 5}}}}";
    space.apply("shop", suspended).await.unwrap();
    space.gone(Kind::HorizontalPodAutoscaler, NAME).await;
    assert_eq!(counts.until(0).await, [4, 0]);
    space.phase("shop", Phase::Suspended).await;
    orders(&space, automatic).await;
    assert_eq!(counts.until(2).await, [0, 2]);
    space
        .object(Kind::HorizontalPodAutoscaler, NAME, |_| true)
        .await;
    decided_by(&space, false).await;
    space.phase("shop", Phase::Ready).await;

    // Turned off: the autoscaler is gone before the Deployment is told a count.
    operator.proxy.reset();
    orders(&space, "{replicas: 6}").await;
    assert_eq!(counts.until(6).await, [2, 6]);
    decided_by(&space, true).await;
    space.phase("shop", Phase::Ready).await;
    // Not before: a write is noted when its reply has passed, and its effect is seen earlier.
    let writes = operator.proxy.writes();
    let at = |right: &str| {
        let found = writes
            .iter()
            .position(|write| write.right() == right && write.path.contains(&format!("/{NAME}")));
        found.unwrap_or_else(|| panic!("no {right} in {writes:#?}"))
    };
    let deleted = at("delete autoscaling/horizontalpodautoscalers");
    assert!(deleted < at("patch apps/deployments"), "{writes:#?}");

    // On again, from above its bounds: down to them, and no further.
    orders(&space, automatic).await;
    assert_eq!(counts.until(5).await, [6, 5]);
    space.phase("shop", Phase::Ready).await;
    assert_eq!(counts.until(5).await, [5]);
}

#[tokio::test]
async fn a_new_shop_begins_with_the_least() {
    let space = Cluster::connect().await.space("scaling").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    orders(&space, "{autoscaling: {minReplicas: 3, maxReplicas: 5}}").await;
    let made = space.object(Kind::Deployment, NAME, |_| true).await;
    assert_eq!(made.data["spec"]["replicas"], 3);
    let counts = Counts::watch(&space).await;
    decided_by(&space, false).await;
    space.phase("shop", Phase::Ready).await;
    assert_eq!(counts.until(3).await, [3]);

    // By hand at zero, where an autoscaler does nothing: it comes back.
    let zero = serde_json::json!({ "spec": { "replicas": 0 } });
    space.edit(Kind::Deployment, NAME, &zero).await;
    eventually("the count has been at zero and is back", async || {
        let seen = counts.seen.lock().unwrap().clone();
        (seen.contains(&0) && seen.last() == Some(&3))
            .then_some(())
            .ok_or(seen)
    })
    .await;
}
