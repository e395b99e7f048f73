//! Gates: lifecycle Jobs before services, failures told with the task's last words.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use k8s_openapi::api::{batch::v1::Job, core::v1::Secret};
use kit::{Cluster, Operator, eventually, kubelet::Kubelet};
use kube::api::{DeleteParams, ListParams};
use localmart_api::{
    Phase, TaskState,
    conditions::{ConditionType, Reason},
};
use localmart_operator::build::Kind;

#[tokio::test]
async fn nothing_starts_before_its_gate_opens() {
    let space = Cluster::connect().await.space("gates").await;
    let kubelet = Kubelet::start(&space);
    for held in ["redis", "bootstrap", "migrate", "seed", "orders"] {
        kubelet.hold(held);
    }
    let _operator = Operator::start(&space).await;
    space
        .apply(
            "shop",
            "{sampleData: Enabled, ingress: {host: a.localhost}}",
        )
        .await
        .unwrap();

    space
        .status("shop", "waits for redis", |_, status| {
            let condition = status.condition(ConditionType::MigrationsApplied)?;
            (condition.message == "waits for redis").then_some(())
        })
        .await;
    let none = async |kinds: &[Kind]| {
        let seen = space.all().await.into_keys();
        let early: Vec<_> = seen.filter(|(kind, _)| kinds.contains(kind)).collect();
        assert!(early.is_empty(), "{early:?}");
    };
    none(&[Kind::Job, Kind::Deployment, Kind::Ingress]).await;

    kubelet.release("redis");
    for task in ["bootstrap", "migrate", "seed"] {
        space
            .status("shop", &format!("runs {task}"), |_, status| {
                let found = status.task(task)?;
                (found.state == TaskState::Running).then_some(())
            })
            .await;
        none(&[Kind::Deployment, Kind::Ingress]).await;
        space.phase("shop", Phase::Migrating).await;
        kubelet.release(task);
    }
    space.phase("shop", Phase::RollingOut).await;
    space
        .status("shop", "waits for orders alone", |_, status| {
            let found = status.condition(ConditionType::ServicesAvailable)?;
            let rolls = found.reason == Reason::RollingOut.as_str();
            (rolls && found.message.starts_with("orders not ready")).then_some(())
        })
        .await;
    kubelet.release("orders");
    space.phase("shop", Phase::Ready).await;
}

#[tokio::test]
async fn a_failed_job_is_told_with_its_last_words_and_without_secrets() {
    let space = Cluster::connect().await.space("failed").await;
    let kubelet = Kubelet::start(&space);
    kubelet.hold("migrate");
    let operator = Operator::start(&space).await;
    space
        .apply("shop", "{migrations: {retries: 0}}")
        .await
        .unwrap();
    eventually("the migration starts", async || {
        let found = space.jobs("migrate").await;
        if found.is_empty() {
            Err("no Job")
        } else {
            Ok(())
        }
    })
    .await;
    let secret = space.api::<Secret>().get("shop-database").await.unwrap();
    let password = secret.data.unwrap()["orders-migrator"].0.clone();
    let password = String::from_utf8(password).unwrap();
    let words = format!(
        "orders/0007_totals.expand.sql: relation \"orders.total\" exists\n(login orders_migrator:{password})"
    );
    kubelet.fail("migrate", Some(&words));
    kubelet.release("migrate");

    let message = space
        .condition("shop", ConditionType::MigrationsApplied, Reason::JobFailed)
        .await;
    assert!(message.starts_with("migrate failed: "), "{message}");
    assert!(
        message.contains("relation \"orders.total\" exists"),
        "{message}"
    );
    assert!(message.contains("orders_migrator:[redacted]"), "{message}");
    space.phase("shop", Phase::Degraded).await;
    let status = space.shop("shop").await.status.unwrap();
    let task = status.task("migrate").unwrap();
    assert_eq!((task.state, task.attempts), (TaskState::Failed, 1));
    let everything = serde_json::to_string(&space.shop("shop").await).unwrap();
    assert!(!everything.contains(&password));
    assert!(!operator.log().contains(&password));

    // Told once.
    let events = space.api::<k8s_openapi::api::core::v1::Event>();
    let told = eventually("an event tells of it", async || {
        let list = events.list(&ListParams::default()).await.unwrap();
        let told: Vec<_> = list
            .into_iter()
            .filter(|event| event.reason.as_deref() == Some("JobFailed"))
            .collect();
        if told.is_empty() {
            Err("none")
        } else {
            Ok(told)
        }
    })
    .await;
    assert_eq!(told.len(), 1);
    assert!(!serde_json::to_string(&told).unwrap().contains(&password));

    // It waits for somebody to remove the cause and then the Job.
    let job = task.job.clone().unwrap();
    kubelet.fail("migrate", None);
    space
        .api::<Job>()
        .delete(&job, &DeleteParams::background())
        .await
        .unwrap();
    space.phase("shop", Phase::Ready).await;
}

#[tokio::test]
async fn a_pod_that_cannot_start_is_named_with_its_reason() {
    let space = Cluster::connect().await.space("stuck").await;
    let kubelet = Kubelet::start(&space);
    kubelet.stick("payments", "ErrImageNeverPull");
    let _operator = Operator::start(&space).await;
    space.apply("shop", "{}").await.unwrap();
    space
        .status("shop", "names the obstacle", |_, status| {
            let message = &status.component("payments")?.message;
            message.contains("ErrImageNeverPull").then_some(())
        })
        .await;
}
