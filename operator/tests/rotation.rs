//! Secrets are exchanged while the shop serves, wherever the operator is killed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::{
    ByteString,
    api::core::v1::{Pod, Secret},
};
use kit::{
    Cluster, Operator, Space, eventually,
    fault::{Fault, Plan},
    kubelet::Kubelet,
    operator::Options,
};
use kube::{ResourceExt, api::ListParams};
use localmart_api::{LocalMart, Phase, TaskState, names};
use localmart_operator::build::Kind;
use serde_json::json;

const SECRETS: [&str; 3] = ["shop-database", "shop-redis", "shop-internal-keys"];

type Values = BTreeMap<String, BTreeMap<String, ByteString>>;

async fn values(space: &Space) -> Values {
    let mut values = BTreeMap::new();
    for name in SECRETS {
        let secret = space.api::<Secret>().get(name).await.unwrap();
        values.insert(name.to_owned(), secret.data.unwrap());
    }
    values
}

async fn step(space: &Space) -> Option<String> {
    let secret = space.api::<Secret>().get(SECRETS[0]).await.unwrap();
    secret.annotations().get(names::ROTATION_STEP).cloned()
}

async fn at_step(space: &Space, wanted: &str) {
    eventually(&format!("step {wanted}"), async || {
        let step = step(space).await;
        if step.as_deref() == Some(wanted) {
            Ok(())
        } else {
            Err(step)
        }
    })
    .await;
}

/// Waits until every value is another one, under the keys of this generation only.
async fn exchanged(space: &Space, before: &Values, generation: &str) {
    eventually("every value is exchanged", async || {
        for name in SECRETS {
            let secret = space.api::<Secret>().get(name).await.unwrap();
            let data = secret.data.clone().unwrap();
            let new = |key: &String| key == "users.acl" || key.ends_with(generation);
            if secret.annotations().contains_key(names::ROTATION_STEP) || !data.keys().all(new) {
                return Err((name, data.into_keys().collect::<Vec<_>>()));
            }
            let old: BTreeSet<_> = before[name].values().collect();
            assert!(data.values().all(|value| !old.contains(value)), "{name}");
            assert_eq!(data.len(), before[name].len(), "{name}");
        }
        Ok(())
    })
    .await;
    space.phase("shop", Phase::Ready).await;
}

async fn login(space: &Space, service: &str) -> String {
    let name = format!("shop-{service}");
    let deployment = space.kind(Kind::Deployment).get(&name).await.unwrap();
    let env = deployment.data["spec"]["template"]["spec"]["containers"][0]["env"].clone();
    let user = env
        .as_array()
        .unwrap()
        .iter()
        .find(|env| env["name"] == "DATABASE_USER");
    user.unwrap()["value"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn secrets_are_exchanged_step_by_step() {
    let space = Cluster::connect().await.space("rotation").await;
    let kubelet = Kubelet::start(&space);
    let operator = Operator::start(&space).await;
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    assert!(
        space
            .shop("shop")
            .await
            .status
            .unwrap()
            .task("rotate")
            .is_none()
    );
    let before = values(&space).await;
    let redis = space
        .kind(Kind::StatefulSet)
        .get("shop-redis")
        .await
        .unwrap();

    for held in ["rotate", "orders"] {
        kubelet.hold(held);
    }
    space
        .annotate("shop", names::ROTATE_SECRETS, Some("1"))
        .await;
    space
        .status("shop", "runs rotate", |_, status| {
            (status.task("rotate")?.state == TaskState::Running).then_some(())
        })
        .await;
    // Both are there, the old is in use.
    assert_eq!(step(&space).await.as_deref(), Some("Add"));
    assert!(login(&space, "orders").await.ends_with("_app_a"));
    let both = values(&space).await;
    for name in SECRETS {
        for (key, value) in &before[name] {
            assert!(
                key == "users.acl" || both[name][key] == *value,
                "{name} {key}"
            );
        }
    }

    kubelet.release("rotate");
    at_step(&space, "Publish").await;
    let jobs = space.jobs("rotate").await;
    assert_eq!(jobs.len(), 1);
    // A callee that does not roll holds back everybody.
    space
        .status("shop", "waits for orders", |_, status| {
            status
                .component("orders")
                .filter(|orders| !orders.updated)
                .map(drop)
        })
        .await;
    assert!(login(&space, "cart").await.ends_with("_app_a"));
    kubelet.release("orders");
    exchanged(&space, &before, ".2").await;
    for service in ["catalog", "cart", "orders", "payments"] {
        assert!(
            login(&space, service).await.ends_with("_app_b"),
            "{service}"
        );
    }
    let after = space
        .kind(Kind::StatefulSet)
        .get("shop-redis")
        .await
        .unwrap();
    assert_eq!(
        after.metadata.generation, redis.metadata.generation,
        "Redis was restarted"
    );

    // Nothing is left to do, also for an operator that starts now.
    operator.kill().await;
    operator.proxy.reset();
    operator.resume();
    space
        .annotate("shop", "example.org/look", Some("now"))
        .await;
    space.phase("shop", Phase::Ready).await;
    let second = values(&space).await;
    space
        .annotate("shop", names::ROTATE_SECRETS, Some("2"))
        .await;
    exchanged(&space, &second, ".3").await;
    assert!(login(&space, "orders").await.ends_with("_app_a"));
}

/// No process lives longer than one write.
#[tokio::test]
async fn an_exchange_survives_a_kill_after_every_write() {
    let space = Cluster::connect().await.space("mortal").await;
    let _kubelet = Kubelet::start(&space);
    let operator = Operator::prepare(&space, Options::default()).await;
    operator.resume();
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    let before = values(&space).await;
    operator.proxy.begin(Some(Plan {
        event: None,
        fault: Fault::CrashAfter,
    }));
    space
        .annotate("shop", names::ROTATE_SECRETS, Some("1"))
        .await;
    eventually("every value is exchanged", async || {
        let secret = space.api::<Secret>().get(SECRETS[0]).await.unwrap();
        let moving = secret.annotations().contains_key(names::ROTATION_STEP);
        let done = secret.data.unwrap().contains_key("orders-app-b.2");
        if done && !moving {
            Ok(())
        } else {
            Err(operator.proxy.struck())
        }
    })
    .await;
    let lives = operator.proxy.struck();
    operator.proxy.begin(None);
    exchanged(&space, &before, ".2").await;
    println!("{lives} processes, one write each");
    assert!(lives > 10, "{lives}");
}

/// A LocalMart that is made again takes up where the one before it was.
#[tokio::test]
async fn adopted_data_brings_its_generation() {
    let space = Cluster::connect().await.space("adopted").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    let before = values(&space).await;
    space
        .annotate("shop", names::ROTATE_SECRETS, Some("1"))
        .await;
    exchanged(&space, &before, ".2").await;
    let kept = values(&space).await;
    space.delete::<LocalMart>("shop").await;
    space.gone(Kind::Deployment, "shop-orders").await;
    eventually("the pods are gone", async || {
        let pods = space
            .api::<Pod>()
            .list(&ListParams::default())
            .await
            .unwrap();
        if pods.items.is_empty() {
            Ok(())
        } else {
            Err(json!(pods.items.len()))
        }
    })
    .await;
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    assert_eq!(values(&space).await["shop-database"], kept["shop-database"]);
    assert!(login(&space, "orders").await.ends_with("_app_b"));
}
