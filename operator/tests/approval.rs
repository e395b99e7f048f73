//! `migrations.policy: Manual`: nothing touches the data before a person said so.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use k8s_openapi::api::core::v1::Event;
use kit::{Cluster, Operator, Space, eventually, kubelet::Kubelet, operator::NEXT_VERSION};
use kube::api::ListParams;
use localmart_api::{
    Phase, TaskState,
    conditions::{ConditionType, Reason},
    names::APPROVE_MIGRATION,
};
use localmart_operator::build::Kind;

/// Waits until the migration asks to be approved; returns its checksum and what it says.
async fn asked(space: &Space, not: &str) -> (String, String) {
    space
        .status("shop", "asks for approval", |shop, status| {
            let newest = status.observed_generation == shop.metadata.generation;
            let task = status.task("migrate")?;
            let condition = status.condition(ConditionType::MigrationsApplied)?;
            (newest
                && task.desired != not
                && condition.reason == Reason::WaitingForApproval.as_str())
            .then(|| {
                assert_eq!(task.state, TaskState::Waiting);
                assert_eq!(status.phase, Some(Phase::Migrating));
                assert_eq!(task.message, condition.message);
                assert_eq!(status.message, condition.message);
                (task.desired.clone(), condition.message.clone())
            })
        })
        .await
}

/// Runs the command in the message, as a person would.
async fn obey(space: &Space, message: &str) {
    let (_, command) = message.split_once("waits for approval: ").unwrap();
    let words: Vec<_> = command.split(' ').collect();
    let target = [
        "kubectl",
        "annotate",
        "localmart",
        "shop",
        "-n",
        &space.name,
    ];
    assert_eq!(words[..6], target, "{message}");
    let (annotation, value) = words[7].split_once('=').unwrap();
    space.annotate("shop", annotation, Some(value)).await;
}

#[tokio::test]
async fn each_migration_waits_for_its_own_approval() {
    let space = Cluster::connect().await.space("approval").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    let manual = "{migrations: {policy: Manual}}";
    space.apply("shop", manual).await.unwrap();

    let (first, message) = asked(&space, "").await;
    assert!(space.jobs("migrate").await.is_empty());
    assert_eq!(
        space.jobs("bootstrap").await.len(),
        1,
        "that is no migration"
    );
    let services = space.kind(Kind::Deployment);
    let early = services.list(&ListParams::default()).await.unwrap();
    assert!(early.items.is_empty());
    eventually("an event asks for it", async || {
        let events = space.api::<Event>().list(&ListParams::default()).await;
        let asks = |event: &Event| event.reason.as_deref() == Some("WaitingForApproval");
        let events = events.unwrap().items;
        events.iter().any(asks).then_some(()).ok_or("none")
    })
    .await;

    obey(&space, &message).await;
    space.phase("shop", Phase::Ready).await;
    let old = space.image("catalog").await;

    // What was approved once says nothing about the next one.
    let next = format!("{{version: {NEXT_VERSION}, migrations: {{policy: Manual}}}}");
    space.apply("shop", &next).await.unwrap();
    let (second, message) = asked(&space, &first).await;
    space
        .annotate("shop", APPROVE_MIGRATION, Some(&first))
        .await;
    space
        .status("shop", "has seen the approval", |_, status| {
            let message = &status.task("migrate")?.message;
            message.contains("is for another one").then_some(())
        })
        .await;
    let of_second = async || {
        let jobs = space.jobs("migrate").await;
        let names = jobs.into_iter().filter_map(|job| job.metadata.name);
        names.filter(|name| name.ends_with(&second)).count()
    };
    assert_eq!(of_second().await, 0);
    assert_eq!(space.image("catalog").await, old, "what ran before serves");

    obey(&space, &message).await;
    // What the release takes away in the end is approved by itself: until then there is a way back.
    let message = space
        .status("shop", "asks to take away", |_, status| {
            let task = status.task("contract")?;
            task.message
                .contains("waits for approval")
                .then(|| task.message.clone())
        })
        .await;
    assert!(space.jobs("contract").await.is_empty());
    // The wanted release serves; whoever waits for it need not wait for the clearing up.
    space.phase("shop", Phase::Ready).await;
    space
        .condition(
            "shop",
            ConditionType::MigrationsApplied,
            Reason::WaitingForApproval,
        )
        .await;
    obey(&space, &message).await;
    space
        .condition("shop", ConditionType::MigrationsApplied, Reason::Complete)
        .await;
    assert_eq!(of_second().await, 1);
    assert_eq!(
        space.image("catalog").await,
        "localmart/catalog:ffffffffffff"
    );
}
