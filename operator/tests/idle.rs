//! Steady state costs reads and not a single write.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use kit::{Cluster, Operator, Space, eventually, gateway::Gateways, kubelet::Kubelet};
use localmart_api::{LocalMart, Phase};

/// Passes that have ended or begun: each reads the LocalMart once.
fn passes(operator: &Operator) -> usize {
    let reads = operator.proxy.exchanges();
    reads
        .iter()
        .filter(|exchange| exchange.right() == "get localmart.dev/localmarts")
        .count()
}

/// Wakes the operator and waits for whole passes.
async fn wake(space: &Space, operator: &Operator, name: &str, value: &str) {
    let before = passes(operator);
    space.annotate(name, "test/wake", Some(value)).await;
    eventually("the operator has looked", async || {
        let seen = passes(operator);
        (seen > before).then_some(()).ok_or(seen)
    })
    .await;
}

#[tokio::test]
async fn an_idle_shop_causes_no_writes() {
    let space = Cluster::connect().await.space("idle").await;
    let _kubelet = Kubelet::start(&space);
    let _gateways = Gateways::start(&space);
    let operator = Operator::start(&space).await;
    space
        .give("Secret", "extra", "stringData", "token", "some value")
        .await;
    space
        .give("ConfigMap", "greetings", "data", "catalog", "hello")
        .await;
    let mut names = Vec::new();
    for file in ["localmart.yaml", "every-field.yaml"] {
        names.push(space.apply_example(file).await);
    }
    for name in &names {
        space.ready_with_approval(name).await;
    }
    // Two more passes each let everything that was on its way arrive.
    for round in ["1", "2"] {
        for name in &names {
            wake(&space, &operator, name, round).await;
        }
    }

    operator.proxy.reset();
    // The same apply again, events, and a new process that knows nothing.
    space.apply_example("localmart.yaml").await;
    for round in ["3", "4", "5"] {
        for name in &names {
            wake(&space, &operator, name, round).await;
        }
    }
    operator.kill().await;
    operator.resume();
    for round in ["6", "7"] {
        for name in &names {
            wake(&space, &operator, name, round).await;
        }
    }
    println!("{} passes without a write", passes(&operator));
    let writes = operator.proxy.writes();
    assert!(writes.is_empty(), "{writes:#?}");
}

/// While the garbage collector takes the children, each of them wakes the operator. It must not
/// make them again for an owner that is gone, whenever its passes happen to look.
#[tokio::test]
async fn a_deleted_shop_is_left_alone() {
    let space = Cluster::connect().await.space("gone").await;
    let _kubelet = Kubelet::start(&space);
    let operator = Operator::start(&space).await;
    for round in 0..5 {
        let name = format!("shop{round}");
        space
            .apply(&name, "{deletionPolicy: Delete}")
            .await
            .unwrap();
        space.phase(&name, Phase::Ready).await;
    }
    operator.proxy.reset();
    for round in 0..5 {
        space.delete::<LocalMart>(&format!("shop{round}")).await;
    }
    eventually("the garbage collector has taken everything", async || {
        let left: Vec<_> = space.all().await.into_keys().collect();
        if left.is_empty() { Ok(()) } else { Err(left) }
    })
    .await;
    // Reports of becoming ready may still have been under way.
    let mut writes = operator.proxy.writes();
    writes.retain(|write| !write.is_event() && !write.path.contains("/status"));
    assert!(writes.is_empty(), "{writes:#?}");
}
