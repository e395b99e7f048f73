//! Gates: lifecycle Jobs before services, the old release kept in place while the new one waits,
//! failures told with the task's last words.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use k8s_openapi::api::{batch::v1::Job, core::v1::Secret};
use kit::{
    Cluster, Operator, Space, eventually, kubelet::Kubelet, operator::NEXT_VERSION, wait::meanwhile,
};
use kube::{
    ResourceExt,
    api::{DeleteParams, ListParams},
};
use localmart_api::{
    LocalMartStatus, Phase, TaskState,
    conditions::{ConditionType, Reason},
};
use localmart_operator::build::Kind;

fn reason(status: &LocalMartStatus, type_: ConditionType) -> Option<&str> {
    status
        .condition(type_)
        .map(|condition| condition.reason.as_str())
}

/// Waits until a condition has this reason, and returns its message.
async fn condition(space: &Space, type_: ConditionType, wanted: Reason) -> String {
    let what = format!("has {} {}", type_.as_str(), wanted.as_str());
    space
        .status("shop", &what, |_, status| {
            let found = reason(status, type_) == Some(wanted.as_str());
            found.then(|| status.condition(type_).unwrap().message.clone())
        })
        .await
}

async fn image(space: &Space, service: &str) -> String {
    let deployment = space
        .kind(Kind::Deployment)
        .get(&format!("shop-{service}"))
        .await
        .unwrap();
    let container = &deployment.data["spec"]["template"]["spec"]["containers"][0];
    container["image"].as_str().unwrap().to_owned()
}

async fn jobs(space: &Space, task: &str) -> Vec<Job> {
    let label = format!("localmart.dev/task={task}");
    let list = space
        .api::<Job>()
        .list(&ListParams::default().labels(&label))
        .await;
    list.unwrap().items
}

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
    let message = condition(
        &space,
        ConditionType::ServicesAvailable,
        Reason::PodsNotReady,
    )
    .await;
    assert!(message.starts_with("orders not ready"), "{message}");
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
        let found = jobs(&space, "migrate").await;
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

    let message = condition(&space, ConditionType::MigrationsApplied, Reason::JobFailed).await;
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
        space.delete::<localmart_api::LocalMart>("shop").await;
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
    let old = image(&space, "catalog").await;
    let old_jobs = jobs(&space, "migrate").await;

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
        assert_eq!(
            image(&space, service).await,
            old.replace("catalog", service)
        );
    }
    let status = space.shop("shop").await.status.unwrap();
    assert_eq!(status.version.as_deref(), Some(env!("CARGO_PKG_VERSION")));

    kubelet.release("migrate");
    space.phase("shop", Phase::Ready).await;
    for service in ["catalog", "cart", "orders", "payments", "storefront"] {
        assert_eq!(
            image(&space, service).await,
            format!("localmart/{service}:ffffffffffff")
        );
    }
    let status = space.shop("shop").await.status.unwrap();
    assert_eq!(status.version.as_deref(), Some(NEXT_VERSION));
    // The Job of the old release goes, the new one stays to be looked at.
    space.gone(Kind::Job, &old_jobs[0].name_any()).await;
    assert_eq!(jobs(&space, "migrate").await.len(), 1);

    // Leaving the version out afterwards keeps what runs.
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    assert_eq!(
        image(&space, "orders").await,
        "localmart/orders:ffffffffffff"
    );
}

#[tokio::test]
async fn an_unknown_version_is_refused_and_leaves_the_shop_alone() {
    let space = Cluster::connect().await.space("unknown").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    let before = image(&space, "cart").await;
    space.apply("shop", "{version: 9.9.9}").await.unwrap();
    let message = condition(&space, ConditionType::Reconciled, Reason::UnknownVersion).await;
    assert!(message.contains("there is no release 9.9.9"), "{message}");
    assert!(
        message.contains(NEXT_VERSION),
        "it lists what there is: {message}"
    );
    assert_eq!(image(&space, "cart").await, before);
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
}

#[tokio::test]
async fn suspending_keeps_the_data_and_resuming_brings_everything_back() {
    let space = Cluster::connect().await.space("suspend").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    space
        .apply("shop", "{services: {catalog: {replicas: 2}}}")
        .await
        .unwrap();
    space.phase("shop", Phase::Ready).await;

    space
        .apply(
            "shop",
            "{suspend: true, services: {catalog: {replicas: 2}}}",
        )
        .await
        .unwrap();
    space.phase("shop", Phase::Suspended).await;
    let pods = space.api::<k8s_openapi::api::core::v1::Pod>();
    eventually("no pod of a workload is left", async || {
        let running = ListParams::default().labels("app.kubernetes.io/component!=lifecycle");
        let left = pods.list(&running).await.unwrap();
        let names: Vec<_> = left.iter().map(ResourceExt::name_any).collect();
        if names.is_empty() { Ok(()) } else { Err(names) }
    })
    .await;
    for claim in ["shop-postgres-data", "shop-redis-data"] {
        space
            .kind(Kind::PersistentVolumeClaim)
            .get(claim)
            .await
            .unwrap();
    }

    space
        .apply("shop", "{services: {catalog: {replicas: 2}}}")
        .await
        .unwrap();
    space.phase("shop", Phase::Ready).await;
    let catalog = space
        .kind(Kind::Deployment)
        .get("shop-catalog")
        .await
        .unwrap();
    assert_eq!(catalog.data["spec"]["replicas"], 2);
}

#[tokio::test]
async fn a_paused_operator_reports_and_writes_nothing_else() {
    let space = Cluster::connect().await.space("paused").await;
    let _kubelet = Kubelet::start(&space);
    let operator = Operator::start(&space).await;
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    space
        .annotate("shop", "localmart.dev/paused", Some("true"))
        .await;
    space.phase("shop", Phase::Paused).await;

    operator.proxy.reset();
    let scaled = serde_json::json!({ "spec": { "replicas": 3 } });
    let seen = async {
        space.edit(Kind::Deployment, "shop-cart", &scaled).await;
        space
            .status("shop", "reports what it sees", |_, status| {
                (status.component("cart")?.ready == "3/3").then_some(())
            })
            .await;
    };
    meanwhile("the operator must not interfere", seen, async || {
        let mut writes = operator.proxy.writes();
        writes.retain(|write| !write.is_event() && !write.path.contains("/status"));
        if writes.is_empty() {
            Ok(())
        } else {
            Err(format!("{writes:?}"))
        }
    })
    .await;

    space.annotate("shop", "localmart.dev/paused", None).await;
    space
        .object(Kind::Deployment, "shop-cart", |object| {
            object.data["spec"]["replicas"] == 1
        })
        .await;
    space.phase("shop", Phase::Ready).await;
}
