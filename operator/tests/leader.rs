//! Of two operators one works, whatever happens to it, and the other takes over.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease;
use kit::{
    Cluster, Operator, Space, eventually, exchange::Exchange, kubelet::Kubelet, operator::Options,
    wire::Wire,
};
use kube::api::{DeleteParams, Patch, PatchParams};
use localmart_api::Phase;
use localmart_operator::build::Kind;
use serde_json::json;

/// Two operators, the first of which has made the shop `shop`.
struct Pair {
    space: Space,
    first: Operator,
    /// Between the first one and the API server.
    wire: Wire,
    second: Operator,
    _kubelet: Kubelet,
}

impl Pair {
    async fn start(purpose: &str) -> Self {
        let space = Cluster::connect().await.space(purpose).await;
        let kubelet = Kubelet::start(&space);
        let first = Operator::prepare(&space, named("first")).await;
        let wire = Wire::to(first.proxy.address).await;
        first.use_wire(&wire);
        first.resume();
        holder(&space, "first").await;
        let second = Operator::start_with(&space, named("second")).await;
        space.apply("shop", "{}").await.unwrap();
        space.phase("shop", Phase::Ready).await;
        let pair = Self {
            space,
            first,
            wire,
            second,
            _kubelet: kubelet,
        };
        assert!(pair.writes_of_second().is_empty());
        pair
    }

    fn writes_of_second(&self) -> Vec<Exchange> {
        done(&self.second)
    }

    /// Deletes an object of the shop and waits until somebody has made it again.
    async fn somebody_repairs(&self) {
        let services = self.space.kind(Kind::Service);
        let background = DeleteParams::background();
        services.delete("shop-cart", &background).await.unwrap();
        self.space
            .object(Kind::Service, "shop-cart", |_| true)
            .await;
    }
}

fn named(identity: &str) -> Options {
    Options {
        leader_election: Some(identity.to_owned()),
        ..Options::default()
    }
}

/// Writes that the API server has done. The event of a phase is under way when the phase is seen,
/// so events do not count.
fn done(operator: &Operator) -> Vec<Exchange> {
    let mut writes = operator.proxy.writes();
    writes.retain(|write| write.status.is_success() && !write.is_event());
    writes
}

/// Waits until the Lease names this one.
async fn holder(space: &Space, wanted: &str) {
    eventually(&format!("{wanted} leads"), async || {
        let lease = space.api::<Lease>().get_opt("localmart-operator").await;
        let holder = lease.unwrap().and_then(|lease| lease.spec?.holder_identity);
        if holder.as_deref() == Some(wanted) {
            Ok(())
        } else {
            Err(holder)
        }
    })
    .await;
}

async fn ended(operator: &Operator, what: &str) {
    eventually(&format!("{what} ends itself"), async || {
        operator.has_ended().then_some(()).ok_or("still runs")
    })
    .await;
}

#[tokio::test]
async fn the_standby_takes_over_from_a_killed_leader() {
    let pair = Pair::start("killed").await;
    pair.first.kill().await;
    holder(&pair.space, "second").await;
    pair.somebody_repairs().await;
    assert!(!pair.writes_of_second().is_empty());
}

#[tokio::test]
async fn a_leader_that_is_told_to_stop_hands_over_at_once() {
    let pair = Pair::start("stopped").await;
    pair.first.signal("TERM").await;
    ended(&pair.first, "the first operator").await;
    let asked = std::time::Instant::now();
    holder(&pair.space, "second").await;
    let took = asked.elapsed();
    assert!(
        took < Duration::from_secs(10),
        "{took:?}: the lease ran out"
    );
    pair.somebody_repairs().await;
}

/// Somebody else has taken the lease, for whatever reason.
#[tokio::test]
async fn a_stolen_lease_ends_the_process() {
    let pair = Pair::start("stolen").await;
    let stolen = json!({ "spec": {
        "holderIdentity": "thief",
        "renewTime": format!("{:.6}", k8s_openapi::jiff::Timestamp::now()),
        "leaseDurationSeconds": 3600,
    } });
    let leases = pair.space.api::<Lease>();
    let patch = Patch::Merge(&stolen);
    let parameters = PatchParams::default();
    leases
        .patch("localmart-operator", &parameters, &patch)
        .await
        .unwrap();
    ended(&pair.first, "the first operator").await;
    assert!(pair.writes_of_second().is_empty());
}

/// Stopped in the middle of a pass, the leader wakes up when another one leads: what it had still
/// to send is not sent.
#[tokio::test]
async fn a_leader_that_slept_through_its_lease_writes_nothing() {
    let pair = Pair::start("asleep").await;
    // Slow enough to be caught between two writes of one pass.
    pair.wire.slow(Duration::from_millis(500));
    let before = done(&pair.first).len();
    let more = "{services: {catalog: {replicas: 2}, cart: {replicas: 2}, orders: {replicas: 2}, payments: {replicas: 2}, storefront: {replicas: 2}}}";
    pair.space.apply("shop", more).await.unwrap();
    eventually("the first operator is in the middle of it", async || {
        let writes = done(&pair.first).len();
        (writes > before).then_some(()).ok_or(writes)
    })
    .await;
    pair.first.signal("STOP").await;
    let written = pair.first.proxy.exchanges().len();

    holder(&pair.space, "second").await;
    pair.space.phase("shop", Phase::Ready).await;
    pair.space.apply("shop", "{}").await.unwrap();
    pair.space.phase("shop", Phase::Ready).await;
    let generations = generations(&pair.space).await;

    pair.first.signal("CONT").await;
    ended(&pair.first, "the first operator").await;
    let mut late = pair.first.proxy.exchanges().split_off(written);
    late.retain(Exchange::is_write);
    assert!(late.is_empty(), "written after waking up: {late:#?}");
    assert_eq!(generations, self::generations(&pair.space).await);
    pair.somebody_repairs().await;
}

/// Cut off for longer than its lease, the leader is gone before another one leads.
#[tokio::test]
async fn a_leader_that_is_cut_off_ends_before_another_begins() {
    let pair = Pair::start("cut").await;
    pair.wire.cut(true);
    let written = done(&pair.first).len();
    // It had something to do, and cannot.
    let services = pair.space.kind(Kind::Service);
    let background = DeleteParams::background();
    services.delete("shop-cart", &background).await.unwrap();
    holder(&pair.space, "second").await;
    assert!(
        pair.first.has_ended(),
        "two operators believe that they lead"
    );
    pair.space
        .object(Kind::Service, "shop-cart", |_| true)
        .await;
    pair.wire.cut(false);
    pair.somebody_repairs().await;
    assert_eq!(done(&pair.first).len(), written);
    let log = pair.first.log();
    assert!(
        log.contains("standing by") && log.contains("leading"),
        "{log}"
    );
}

/// Generation of each Deployment.
async fn generations(space: &Space) -> Vec<(String, Option<i64>)> {
    let all = space.all().await.into_iter();
    let deployments = all.filter(|((kind, _), _)| *kind == Kind::Deployment);
    deployments
        .map(|((_, name), object)| (name, object.metadata.generation))
        .collect()
}
