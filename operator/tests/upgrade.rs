//! Another release, and images that do not work.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use k8s_openapi::api::core::v1::Pod;
use kit::{
    Cluster, Operator,
    kubelet::Kubelet,
    operator::{NEXT_CONTRACT, NEXT_VERSION},
};
use kube::{
    Api, ResourceExt,
    api::{DeleteParams, ListParams, ObjectMeta, PostParams},
};
use localmart_api::{
    LocalMart, Phase,
    conditions::{ConditionType, Reason},
};
use localmart_operator::{build::Kind, releases::OWN_VERSION};

/// A wrong image is no dead end, for the stores no more than for the services.
#[tokio::test]
async fn correcting_a_wrong_image_is_enough() {
    let space = Cluster::connect().await.space("typo").await;
    let kubelet = Kubelet::start(&space);
    kubelet.stick("localmart/typo:1", "ErrImagePull");
    let _operator = Operator::start(&space).await;
    let wrong = "{redis: {managed: {image: 'localmart/typo:1'}}, services: {cart: {image: 'localmart/typo:1'}}}";
    for before in ["{}", wrong] {
        // Once as an edit of a shop that runs, once as the first thing that is tried.
        space.apply("shop", before).await.unwrap();
        if before == "{}" {
            space.phase("shop", Phase::Ready).await;
            space.apply("shop", wrong).await.unwrap();
        }
        let message = space
            .status("shop", "names the wrong image's trouble", |_, status| {
                let message = &status.component("redis")?.message;
                message
                    .contains("ErrImagePull")
                    .then(|| status.message.clone())
            })
            .await;
        assert!(message.contains("redis"), "{message}");
        space.apply("shop", "{}").await.unwrap();
        space.phase("shop", Phase::Ready).await;
        space.delete::<LocalMart>("shop").await;
        space.gone(Kind::Deployment, "shop-cart").await;
        space.gone(Kind::StatefulSet, "shop-redis").await;
    }
}

#[tokio::test]
async fn the_old_release_is_kept_in_place_while_the_new_one_migrates() {
    let space = Cluster::connect().await.space("upgrade").await;
    let kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    let old = space.image("catalog").await;
    let old_jobs = space.jobs("migrate").await;

    kubelet.hold("migrate");
    space
        .apply(
            "shop",
            &format!("{{version: {NEXT_VERSION}, services: {{cart: {{replicas: 2}}}}}}"),
        )
        .await
        .unwrap();
    space.phase("shop", Phase::Migrating).await;
    // What is no part of a release does not wait, and what runs is repaired.
    space
        .object(Kind::Deployment, "shop-cart", |object| {
            object.data["spec"]["replicas"] == 2
        })
        .await;
    let lost = space
        .kind(Kind::Deployment)
        .get("shop-catalog")
        .await
        .unwrap();
    space
        .kind(Kind::Deployment)
        .delete("shop-catalog", &DeleteParams::background())
        .await
        .unwrap();
    space
        .object(Kind::Deployment, "shop-catalog", |object| {
            object.uid() != lost.uid()
        })
        .await;
    for service in ["catalog", "cart", "orders", "payments", "storefront"] {
        assert_eq!(space.image(service).await, old.replace("catalog", service));
    }
    let status = space.shop("shop").await.status.unwrap();
    assert_eq!(status.version.as_deref(), Some(env!("CARGO_PKG_VERSION")));

    kubelet.release("migrate");
    space.phase("shop", Phase::Ready).await;
    for service in ["catalog", "cart", "orders", "payments", "storefront"] {
        assert_eq!(
            space.image(service).await,
            format!("localmart/{service}:ffffffffffff")
        );
    }
    let status = space.shop("shop").await.status.unwrap();
    assert_eq!(status.version.as_deref(), Some(NEXT_VERSION));
    // The Job of the old release goes, the new one stays to be looked at.
    space.gone(Kind::Job, &old_jobs[0].name_any()).await;
    assert_eq!(space.jobs("migrate").await.len(), 1);

    // Leaving the version out afterwards keeps what runs.
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    assert_eq!(space.image("orders").await, "localmart/orders:ffffffffffff");
}

#[tokio::test]
async fn there_is_a_way_back_until_the_contract_migrations_have_run() {
    let space = Cluster::connect().await.space("contract").await;
    let kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    assert!(
        space.jobs("contract").await.is_empty(),
        "this release takes nothing away"
    );

    // A pod of the old release that still finishes its requests is waited for.
    let pods: Api<Pod> = Api::namespaced(space.cluster.client.clone(), &space.name);
    let mut old = pods
        .list(&ListParams::default().labels("app.kubernetes.io/component=cart"))
        .await
        .unwrap()
        .items
        .remove(0);
    old.metadata = ObjectMeta {
        name: Some("slow".to_owned()),
        labels: old.metadata.labels,
        ..ObjectMeta::default()
    };
    if let Some(labels) = &mut old.metadata.labels {
        labels.remove("pod-template-hash");
    }
    old.status = None;
    pods.create(&PostParams::default(), &old).await.unwrap();
    let next = format!("{{version: {NEXT_VERSION}}}");
    space.apply("shop", &next).await.unwrap();
    let message = space
        .condition(
            "shop",
            ConditionType::MigrationsApplied,
            Reason::WaitingForRollout,
        )
        .await;
    assert!(message.contains("waits for the pod slow"), "{message}");
    assert!(space.jobs("contract").await.is_empty());
    let running = space.shop("shop").await.status.unwrap().version;
    assert_eq!(running.as_deref(), Some(NEXT_VERSION));

    // Back, and forth again.
    space
        .apply("shop", &format!("{{version: {OWN_VERSION}}}"))
        .await
        .unwrap();
    space.phase("shop", Phase::Ready).await;
    assert_eq!(space.image("cart").await, "localmart/cart:0a1b2c3d4e5f");
    kubelet.hold("contract");
    space.apply("shop", &next).await.unwrap();
    space
        .condition(
            "shop",
            ConditionType::MigrationsApplied,
            Reason::WaitingForRollout,
        )
        .await;
    pods.delete("slow", &DeleteParams::default().grace_period(0))
        .await
        .unwrap();
    space
        .condition("shop", ConditionType::MigrationsApplied, Reason::JobRunning)
        .await;

    // Whether a migration that was begun has done its work is not known: no way back.
    space
        .apply("shop", &format!("{{version: {OWN_VERSION}}}"))
        .await
        .unwrap();
    let message = space
        .condition("shop", ConditionType::Reconciled, Reason::DowngradeRefused)
        .await;
    assert!(
        message.contains(NEXT_CONTRACT) && message.contains(&format!("one of: {NEXT_VERSION}.")),
        "{message}"
    );
    assert_eq!(space.image("cart").await, "localmart/cart:ffffffffffff");
    kubelet.release("contract");
    space.apply("shop", &next).await.unwrap();
    space.phase("shop", Phase::Ready).await;
    space
        .apply("shop", &format!("{{version: {OWN_VERSION}}}"))
        .await
        .unwrap();
    space
        .condition("shop", ConditionType::Reconciled, Reason::DowngradeRefused)
        .await;
    assert_eq!(space.jobs("contract").await.len(), 1);
}

#[tokio::test]
async fn an_unknown_version_is_refused_and_leaves_the_shop_alone() {
    let space = Cluster::connect().await.space("unknown").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    let before = space.image("cart").await;
    space.apply("shop", "{version: 9.9.9}").await.unwrap();
    let message = space
        .condition("shop", ConditionType::Reconciled, Reason::UnknownVersion)
        .await;
    assert!(message.contains("there is no release 9.9.9"), "{message}");
    assert!(
        message.contains(NEXT_VERSION),
        "it lists what there is: {message}"
    );
    assert_eq!(space.image("cart").await, before);
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
}
