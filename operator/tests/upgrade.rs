//! Another release, and images that do not work.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use kit::{Cluster, Operator, kubelet::Kubelet, operator::NEXT_VERSION};
use kube::{ResourceExt, api::DeleteParams};
use localmart_api::{
    LocalMart, Phase,
    conditions::{ConditionType, Reason},
};
use localmart_operator::build::Kind;

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
