//! Where data lives: a Redis that somebody else runs, with what is told when it does not work, a
//! database per service, and who vouches for a Postgres.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use k8s_openapi::api::{batch::v1::Job, core::v1::Secret};
use kit::{Cluster, Operator, Space, eventually, kubelet::Kubelet};
use kube::api::{DeleteParams, PostParams};
use localmart_api::{
    Phase, TaskState,
    conditions::{ConditionType, Reason},
    names,
};
use localmart_operator::build::Kind;
use serde_json::{Value, json};

const SPEC: &str =
    "{redis: {external: {urlSecretRef: {name: redis-admin}}}, migrations: {retries: 0}}";
const URL: &str = "redis://admin:hush-hush@redis.example.org:6380";

async fn url(space: &Space, url: &str) {
    space
        .give("Secret", "redis-admin", "stringData", "url", url)
        .await;
}

#[tokio::test]
async fn a_redis_of_someone_else_gets_users_and_nothing_else() {
    let space = Cluster::connect().await.space("stores").await;
    let _kubelet = Kubelet::start(&space);
    let operator = Operator::start(&space).await;
    space.apply("shop", SPEC).await.unwrap();
    let (type_, missing) = (ConditionType::RedisReady, Reason::ReferenceNotFound);
    let message = space.condition("shop", type_, missing).await;
    assert!(
        message.contains("\"redis-admin\" with the key \"url\""),
        "{message}"
    );
    url(&space, "redis.example.org:6380").await;
    space
        .condition("shop", type_, Reason::ReferenceInvalid)
        .await;
    let advice = operator.look(&space, &["explain", "shop"]).await;
    assert!(
        advice.contains("kubectl create secret generic redis-admin"),
        "{advice}"
    );
    url(&space, URL).await;
    space.phase("shop", Phase::Ready).await;
    space.condition("shop", type_, Reason::External).await;

    let made = space.all().await.into_keys();
    let ours: Vec<_> = made
        .filter(|(kind, name)| *kind != Kind::Job && name.contains("redis"))
        .collect();
    assert!(ours.is_empty(), "{ours:?}");
    let secret = space.api::<Secret>().get("shop-redis").await.unwrap();
    let keys: Vec<_> = secret.data.unwrap().into_keys().collect();
    assert_eq!(keys, ["cart", "catalog", "orders", "payments"]);
    let everything = serde_json::to_string(&space.shop("shop").await).unwrap();
    assert!(!everything.contains("hush") && !operator.log().contains("hush"));
    let jobs = space.jobs("redis").await;
    assert_eq!(jobs.len(), 1);
    assert!(!serde_json::to_string(&jobs).unwrap().contains("hush"));

    // An exchange of passwords is the same Job with other inputs, twice.
    space
        .annotate("shop", names::ROTATE_SECRETS, Some("1"))
        .await;
    space
        .status("shop", "has other passwords", |_, status| {
            let old = jobs[0].metadata.name.as_ref();
            let task = status.task("redis")?;
            (task.state == TaskState::Complete && task.job.as_ref() != old).then_some(())
        })
        .await;
    space.phase("shop", Phase::Ready).await;
}

#[tokio::test]
async fn a_redis_that_refuses_is_told_in_its_words_until_it_is_corrected() {
    let space = Cluster::connect().await.space("stores").await;
    let kubelet = Kubelet::start(&space);
    let operator = Operator::start(&space).await;
    let words = "Redis at redis.example.org:6380 refuses (redis://admin:hush-hush@…)";
    kubelet.fail("redis", Some(words));
    url(&space, URL).await;
    space.apply("shop", SPEC).await.unwrap();
    let (type_, reason) = (ConditionType::RedisReady, Reason::StoreNotUsable);
    let message = space.condition("shop", type_, reason).await;
    assert!(message.contains("refuses"), "{message}");
    space.phase("shop", Phase::Degraded).await;
    let advice = operator.look(&space, &["explain", "shop"]).await;
    assert!(
        advice.contains("kubectl delete job/shop-redis-"),
        "{advice}"
    );

    // The advice helps.
    kubelet.fail("redis", None);
    let status = space.shop("shop").await.status.unwrap();
    let job = status.task("redis").unwrap().job.clone().unwrap();
    let jobs = space.api::<Job>();
    jobs.delete(&job, &DeleteParams::background())
        .await
        .unwrap();
    space.phase("shop", Phase::Ready).await;

    // Who corrects the URL need not do more.
    url(&space, "redis://other:hush-hush@redis.example.org:6380").await;
    space
        .status("shop", "tells Redis again", |_, status| {
            let task = status.task("redis")?;
            (task.state == TaskState::Complete && task.job.as_ref() != Some(&job)).then_some(())
        })
        .await;
}

#[tokio::test]
async fn with_a_database_per_service_each_is_told_its_own() {
    let space = Cluster::connect().await.space("stores").await;
    let _kubelet = Kubelet::start(&space);
    let _operator = Operator::start(&space).await;
    space
        .apply("shop", "{postgres: {layout: PerService}}")
        .await
        .unwrap();
    space.phase("shop", Phase::Ready).await;
    let variable = |template: &Value, name: &str| {
        let env = template["spec"]["containers"][0]["env"].as_array().unwrap();
        let found = env.iter().find(|env| env["name"] == name).unwrap();
        found["value"].as_str().unwrap().to_owned()
    };
    for service in ["catalog", "cart", "orders", "payments"] {
        let name = format!("shop-{service}");
        let live = space.kind(Kind::Deployment).get(&name).await.unwrap();
        let database = variable(&live.data["spec"]["template"], "DATABASE_NAME");
        assert_eq!(database, format!("localmart_{service}"));
    }
    for task in ["bootstrap", "migrate"] {
        let job = space.jobs(task).await.remove(0);
        let template = serde_json::to_value(job.spec.unwrap().template).unwrap();
        let told = ["DATABASE_NAME", "DATABASE_LAYOUT"].map(|name| variable(&template, name));
        assert_eq!(told, ["localmart", "PerService"], "{task}");
    }
    let set = space.kind(Kind::StatefulSet).get("shop-postgres").await;
    let template = set.unwrap().data["spec"]["template"].clone();
    assert_eq!(variable(&template, "POSTGRES_DB"), "postgres");
    let refused = space.apply("shop", "{}").await.unwrap_err().message;
    assert!(
        refused.contains("postgres.layout cannot change"),
        "{refused}"
    );
}

#[tokio::test]
async fn who_may_vouch_for_postgres_is_a_file_in_every_pod_that_asks_it() {
    const CA: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let space = Cluster::connect().await.space("stores").await;
    let _kubelet = Kubelet::start(&space);
    let operator = Operator::start(&space).await;
    let login = json!({
        "metadata": { "name": "admin" },
        "stringData": { "username": "admin", "password": "hush-hush" },
    });
    let login: Secret = serde_json::from_value(login).unwrap();
    let secrets = space.api::<Secret>();
    secrets
        .create(&PostParams::default(), &login)
        .await
        .unwrap();
    let spec = "{postgres: {external: {host: db.example.org, sslMode: VerifyFull, \
                adminSecretRef: {name: admin}, caSecretRef: {name: authority}}}}";
    space.apply("shop", spec).await.unwrap();
    let type_ = ConditionType::PostgresReady;
    let missing = Reason::ReferenceNotFound;
    let message = space.condition("shop", type_, missing).await;
    assert!(
        message.contains("\"authority\" with the key \"ca.crt\""),
        "{message}"
    );
    let authority = async |content: &str| {
        space
            .give("Secret", "authority", "stringData", "ca.crt", content)
            .await;
    };
    authority("none").await;
    space
        .condition("shop", type_, Reason::ReferenceInvalid)
        .await;
    let advice = operator.look(&space, &["explain", "shop"]).await;
    assert!(advice.contains("--from-file=ca.crt="), "{advice}");
    authority(CA).await;
    space.phase("shop", Phase::Ready).await;

    let mut asking = Vec::new();
    for ((kind, name), object) in space.all().await {
        let template = &object.data["spec"]["template"];
        let Some(env) = template["spec"]["containers"][0]["env"].as_array() else {
            continue;
        };
        let told = |name: &str| env.iter().find(|env| env["name"] == name);
        let Some(encryption) = told("DATABASE_ENCRYPTION") else {
            assert!(told("DATABASE_HOST").is_none(), "{name}");
            continue;
        };
        assert_eq!(encryption["value"], "VerifyFull", "{name}");
        let file = told("DATABASE_CA_FILE").unwrap()["value"].as_str().unwrap();
        let mounts = template["spec"]["containers"][0]["volumeMounts"].to_string();
        let folder = file.strip_suffix("/ca.crt").unwrap();
        assert!(
            mounts.contains(&format!("\"{folder}\"")),
            "{name}: {mounts}"
        );
        let volumes = template["spec"]["volumes"].to_string();
        assert!(volumes.contains("\"authority\""), "{name}: {volumes}");
        asking.push((kind, name));
    }
    assert_eq!(asking.len(), 6, "four services, two Jobs: {asking:?}");

    // Another authority rolls the pods that would not believe it.
    let consumes = async |service: &str| {
        let name = format!("shop-{service}");
        let live = space.kind(Kind::Deployment).get(&name).await.unwrap();
        live.data["spec"]["template"]["metadata"]["annotations"][names::CONSUMES].clone()
    };
    let before = (consumes("orders").await, consumes("storefront").await);
    authority(&CA.replace("AAAA", "BBBB")).await;
    space.annotate("shop", "looked-at", Some("again")).await;
    eventually("orders rolls", async || {
        let now = consumes("orders").await;
        if now == before.0 { Err(now) } else { Ok(()) }
    })
    .await;
    assert_eq!(consumes("storefront").await, before.1);
}
