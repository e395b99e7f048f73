//! What happens to data when a LocalMart goes, and when one of the same name comes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use k8s_openapi::api::core::v1::{PersistentVolumeClaim, Secret};
use kit::{Cluster, Operator, Space, eventually, kubelet::Kubelet};
use kube::{
    ResourceExt,
    api::{ListParams, Patch, PatchParams, PostParams},
};
use localmart_api::{
    LocalMart, Phase,
    conditions::{ConditionType, Reason},
};
use localmart_operator::build::Kind;
use serde_json::json;

const SECRETS: [&str; 4] = [
    "shop-postgres",
    "shop-database",
    "shop-redis",
    "shop-internal-keys",
];
const CLAIMS: [&str; 2] = ["shop-postgres-data", "shop-redis-data"];

/// What is left of a shop: objects, then Secrets.
async fn left(space: &Space) -> Vec<String> {
    let objects = space.all().await.into_keys().map(|(_, name)| name);
    let secrets = space
        .api::<Secret>()
        .list(&ListParams::default().labels("app.kubernetes.io/part-of=localmart"))
        .await
        .unwrap();
    let secrets = secrets.into_iter().map(|secret| secret.name_any());
    let mut names: Vec<_> = objects.chain(secrets).collect();
    names.sort();
    names
}

async fn delete_and_wait_for(space: &Space, expected: &[&str]) {
    space.delete::<LocalMart>("shop").await;
    let mut expected: Vec<_> = expected.iter().map(|name| (*name).to_owned()).collect();
    expected.sort();
    eventually(&format!("only {expected:?} is left"), async || {
        let left = left(space).await;
        if left == expected { Ok(()) } else { Err(left) }
    })
    .await;
}

#[tokio::test]
async fn retained_data_stays_and_is_adopted_again() {
    let space = Cluster::connect().await.space("retain").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    space
        .apply("shop", "{ingress: {host: a.localhost}}")
        .await
        .unwrap();
    space.phase("shop", Phase::Ready).await;
    let secrets = space.api::<Secret>();
    let claims = space.api::<PersistentVolumeClaim>();
    let password = secrets.get("shop-postgres").await.unwrap();
    let logins = secrets.get("shop-database").await.unwrap();
    let volume = claims.get("shop-postgres-data").await.unwrap();

    delete_and_wait_for(
        &space,
        &[
            "shop-postgres",
            "shop-database",
            "shop-postgres-data",
            "shop-redis-data",
        ],
    )
    .await;
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    assert_eq!(
        secrets.get("shop-postgres").await.unwrap().data,
        password.data
    );
    assert_eq!(
        secrets.get("shop-database").await.unwrap().data,
        logins.data
    );
    assert_eq!(
        claims.get("shop-postgres-data").await.unwrap().uid(),
        volume.uid()
    );
}

#[tokio::test]
async fn with_delete_everything_goes() {
    let space = Cluster::connect().await.space("delete").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    space
        .apply("shop", "{deletionPolicy: Delete}")
        .await
        .unwrap();
    space.phase("shop", Phase::Ready).await;
    delete_and_wait_for(&space, &[]).await;
}

#[tokio::test]
async fn changing_the_policy_moves_the_owner_references() {
    let space = Cluster::connect().await.space("policy").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    let owned = async |wanted: bool| {
        eventually(&format!("data is owned: {wanted}"), async || {
            let mut seen = Vec::new();
            for claim in CLAIMS {
                let claim = space
                    .kind(Kind::PersistentVolumeClaim)
                    .get(claim)
                    .await
                    .unwrap();
                seen.push(!claim.owner_references().is_empty());
            }
            for secret in &SECRETS[..2] {
                let secret = space.api::<Secret>().get(secret).await.unwrap();
                seen.push(!secret.owner_references().is_empty());
            }
            if seen == [wanted; 4] {
                Ok(())
            } else {
                Err(seen)
            }
        })
        .await;
    };
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    owned(false).await;
    space
        .apply("shop", "{deletionPolicy: Delete}")
        .await
        .unwrap();
    owned(true).await;
    space
        .apply("shop", "{deletionPolicy: Retain}")
        .await
        .unwrap();
    owned(false).await;
    space.phase("shop", Phase::Ready).await;
}

#[tokio::test]
async fn data_without_its_password_is_never_given_a_new_one() {
    let space = Cluster::connect().await.space("orphaned").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    let secrets = space.api::<Secret>();
    let mut password = secrets.get("shop-postgres").await.unwrap();
    delete_and_wait_for(
        &space,
        &[
            "shop-postgres",
            "shop-database",
            "shop-postgres-data",
            "shop-redis-data",
        ],
    )
    .await;
    space.delete::<Secret>("shop-postgres").await;
    space.apply("shop", "{}").await.unwrap();
    let message = space
        .status("shop", "says that data is orphaned", |_, status| {
            let condition = status.condition(ConditionType::PostgresReady)?;
            let found = condition.reason == Reason::DataOrphaned.as_str();
            found.then(|| condition.message.clone())
        })
        .await;
    assert!(
        message.contains("the Secret shop-postgres, is gone"),
        "{message}"
    );
    assert!(
        message.contains("kubectl create secret generic shop-postgres"),
        "{message}"
    );
    space.phase("shop", Phase::Degraded).await;
    assert!(secrets.get_opt("shop-postgres").await.unwrap().is_none());
    let workloads = space
        .kind(Kind::StatefulSet)
        .list(&ListParams::default())
        .await
        .unwrap();
    assert!(
        workloads.items.is_empty(),
        "nothing starts on data that cannot be opened"
    );

    // The Secret from a backup.
    password.metadata.resource_version = None;
    password.metadata.uid = None;
    secrets
        .create(&PostParams::default(), &password)
        .await
        .unwrap();
    space.annotate("shop", "test/wake", Some("1")).await;
    space.phase("shop", Phase::Ready).await;
}

#[tokio::test]
async fn a_running_shop_that_loses_half_of_its_data_is_not_papered_over() {
    let space = Cluster::connect().await.space("lost").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    let orphaned = async || {
        space
            .status("shop", "says that data is orphaned", |_, status| {
                let condition = status.condition(ConditionType::PostgresReady)?;
                (condition.reason == Reason::DataOrphaned.as_str()).then_some(())
            })
            .await;
    };
    // The volume goes when the last pod that uses it does.
    space
        .delete::<PersistentVolumeClaim>("shop-postgres-data")
        .await;
    space
        .delete::<k8s_openapi::api::core::v1::Pod>("shop-postgres-0")
        .await;
    orphaned().await;
    let claims = space.api::<PersistentVolumeClaim>();
    assert!(
        claims
            .get_opt("shop-postgres-data")
            .await
            .unwrap()
            .is_none()
    );
    space
        .kind(Kind::Deployment)
        .get("shop-catalog")
        .await
        .unwrap();

    // Giving up the other half means to start empty: roles, schemas and sample data are made anew.
    let before = space.shop("shop").await.status.unwrap();
    space.delete::<Secret>("shop-postgres").await;
    space.annotate("shop", "test/wake", Some("1")).await;
    space
        .status("shop", "has migrated anew", |_, status| {
            let desired = |status: &localmart_api::LocalMartStatus| {
                status.task("migrate").map(|task| task.desired.clone())
            };
            let anew = desired(status) != desired(&before);
            (anew && status.phase == Some(Phase::Ready)).then_some(())
        })
        .await;
}

/// Objects of somebody else under a name that the shop needs are left alone.
#[tokio::test]
async fn what_belongs_to_someone_else_is_left_alone() {
    let space = Cluster::connect().await.space("taken").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    let theirs = json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": { "name": "shop-cart" },
        "spec": { "selector": { "app": "theirs" }, "ports": [{ "port": 1 }] },
    });
    let services = space.kind(Kind::Service);
    services
        .patch(
            "shop-cart",
            &PatchParams::apply("them"),
            &Patch::Apply(&theirs),
        )
        .await
        .unwrap();
    space
        .give("Secret", "shop-redis", "stringData", "password", "theirs")
        .await;
    space.apply("shop", "{}").await.unwrap();
    let blocked = async |name: &str| {
        let message = space
            .status("shop", &format!("names {name}"), |_, status| {
                let condition = status.condition(ConditionType::Reconciled)?;
                let found = condition.reason == Reason::NameTaken.as_str();
                (found && condition.message.contains(name)).then(|| condition.message.clone())
            })
            .await;
        assert!(message.contains("belongs to someone else"), "{message}");
    };
    blocked("Secret shop-redis").await;
    space.delete::<Secret>("shop-redis").await;
    space.annotate("shop", "test/wake", Some("1")).await;
    blocked("Service shop-cart").await;
    let found = services.get("shop-cart").await.unwrap();
    assert_eq!(found.data["spec"]["selector"], json!({ "app": "theirs" }));

    space
        .delete::<k8s_openapi::api::core::v1::Service>("shop-cart")
        .await;
    space.annotate("shop", "test/wake", Some("2")).await;
    space.phase("shop", Phase::Ready).await;
}
