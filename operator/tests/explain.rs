//! `explain` of shops that are not ready names the stage, the cause and the remedy, and writes
//! nothing. The remedies are run as they stand: they help.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use k8s_openapi::api::core::v1::{Secret, Service};
use kit::{Cluster, Operator, Space, chart, kubelet::Kubelet, shell};
use kube::api::PostParams;
use localmart_api::{
    LocalMart, Phase,
    conditions::{ConditionType, Reason},
    names,
};
use localmart_operator::build::Kind;
use serde_json::{Value, json};

/// A broken shop and what is asked about it.
struct Scene {
    space: Space,
    kubelet: Kubelet,
    operator: Operator,
}

impl Scene {
    async fn new() -> Self {
        let space = Cluster::connect().await.space("explain").await;
        Self {
            kubelet: Kubelet::start(&space),
            operator: Operator::start(&space).await,
            space,
        }
    }

    /// The stage that waits, as a program reads it.
    async fn waiting(&self, name: &str, reason: Reason) -> Stage {
        let arguments = ["explain", "shop", "--output=json"];
        let text = self.operator.look(&self.space, &arguments).await;
        let answer: Value = serde_json::from_str(&text).unwrap();
        let stages = answer["stages"].as_array().unwrap();
        let found = stages
            .iter()
            .find(|stage| stage["name"] == name && stage["state"] == "Waits");
        let stage = found.unwrap_or_else(|| panic!("{name} does not wait: {text}"));
        assert_eq!(stage["reason"], reason.as_str(), "{text}");
        assert!(stage["since"].is_string(), "since when? {stage}");
        let text = self.operator.look(&self.space, &["explain", "shop"]).await;
        let line = format!("{}, for ", reason.as_str());
        assert!(text.contains(&line), "for people the same: {text}");
        Stage(stage.clone())
    }

    /// Runs the commands that a stage advises, with the blanks filled in.
    async fn obey(&self, stage: &Stage, blank: &str, filling: &str) {
        for remedy in stage.0["remedies"].as_array().unwrap() {
            let command = remedy.as_str().unwrap().replace(blank, filling);
            // There is no kubelet that keeps logs.
            if command.starts_with("kubectl logs") {
                continue;
            }
            let output = shell::run(&command, None).await;
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{command}: {said}");
        }
    }
}

struct Stage(Value);

impl Stage {
    fn says(&self, part: &str) -> &Self {
        let text = self.0["message"].to_string();
        assert!(text.contains(part), "no {part:?} in {text}");
        self
    }

    fn advises(&self, part: &str) -> &Self {
        let text = self.0["remedies"].to_string();
        assert!(text.contains(part), "no {part:?} in {text}");
        self
    }
}

#[tokio::test]
async fn a_referenced_secret_is_missing() {
    let scene = Scene::new().await;
    let spec =
        "{services: {cart: {env: [{name: A, valueFrom: {secretKeyRef: {name: mine, key: k}}}]}}}";
    scene.space.apply("shop", spec).await.unwrap();
    let (type_, reason) = (ConditionType::Reconciled, Reason::ReferenceNotFound);
    scene.space.condition("shop", type_, reason).await;
    let stage = scene.waiting("spec", reason).await;
    stage
        .says("spec.services.cart")
        .advises("kubectl create secret generic mine -n");
    scene.obey(&stage, "<value>", "seven").await;
    scene.space.phase("shop", Phase::Ready).await;
}

#[tokio::test]
async fn a_person_suspended_or_paused_it() {
    let scene = Scene::new().await;
    let space = &scene.space;
    space.apply("shop", "{suspend: true}").await.unwrap();
    space.phase("shop", Phase::Suspended).await;
    let stage = scene.waiting("suspend", Reason::Suspended).await;
    scene.obey(&stage, "", "").await;
    space.phase("shop", Phase::Ready).await;
    let text = scene.operator.look(space, &["explain", "shop"]).await;
    assert!(text.lines().next().unwrap().ends_with(": ready"), "{text}");

    space.annotate("shop", names::PAUSED, Some("true")).await;
    space.phase("shop", Phase::Paused).await;
    let stage = scene.waiting("operator", Reason::Paused).await;
    scene.obey(&stage, "", "").await;
    space.phase("shop", Phase::Ready).await;
}

#[tokio::test]
async fn a_migration_fails_with_its_last_words() {
    let scene = Scene::new().await;
    let space = &scene.space;
    let words = "relation \"orders.total\" exists";
    scene.kubelet.fail("migrate", Some(words));
    space
        .apply("shop", "{migrations: {retries: 0}}")
        .await
        .unwrap();
    let (type_, reason) = (ConditionType::MigrationsApplied, Reason::JobFailed);
    space.condition("shop", type_, reason).await;
    let stage = scene.waiting("task migrate", reason).await;
    stage
        .says("orders.total")
        .advises("kubectl logs job/shop-migrate-")
        .advises("kubectl delete job/shop-migrate-");
    scene.kubelet.fail("migrate", None);
    scene.obey(&stage, "", "").await;
    space.phase("shop", Phase::Ready).await;
}

#[tokio::test]
async fn a_migration_waits_for_approval() {
    let scene = Scene::new().await;
    let space = &scene.space;
    let spec = "{migrations: {policy: Manual}}";
    space.apply("shop", spec).await.unwrap();
    let (type_, reason) = (ConditionType::MigrationsApplied, Reason::WaitingForApproval);
    space.condition("shop", type_, reason).await;
    let stage = scene.waiting("task migrate", reason).await;
    stage.says("waits for approval (spec.migrations.policy is Manual");
    scene.obey(&stage, "", "").await;
    space.phase("shop", Phase::Ready).await;
}

#[tokio::test]
async fn an_image_cannot_be_pulled() {
    let scene = Scene::new().await;
    scene.kubelet.stick("payments", "ImagePullBackOff");
    scene.space.apply("shop", "{}").await.unwrap();
    scene
        .space
        .status("shop", "names the obstacle", |_, status| {
            let message = &status.component("payments")?.message;
            message.contains("ImagePullBackOff").then_some(())
        })
        .await;
    let stage = scene.waiting("services", Reason::PodsNotReady).await;
    stage
        .says("payments")
        .says("ImagePullBackOff")
        .advises("kubectl describe pod shop-payments-")
        .advises("is localmart/payments:0a1b2c3d4e5f right?");
    scene.obey(&stage, "", "").await;
    scene.kubelet.release("payments");
    scene.space.phase("shop", Phase::Ready).await;
}

#[tokio::test]
async fn somebody_else_has_the_name() {
    let scene = Scene::new().await;
    let theirs = json!({
        "metadata": { "name": "shop-cart" },
        "spec": { "ports": [{ "port": 80 }] },
    });
    let theirs: Service = serde_json::from_value(theirs).unwrap();
    let services = scene.space.api::<Service>();
    services
        .create(&PostParams::default(), &theirs)
        .await
        .unwrap();
    scene.space.apply("shop", "{}").await.unwrap();
    let (type_, reason) = (ConditionType::Reconciled, Reason::NameTaken);
    scene.space.condition("shop", type_, reason).await;
    let stage = scene.waiting("operator", reason).await;
    stage
        .says("Service shop-cart")
        .advises("kubectl get service/shop-cart -n");
    scene.obey(&stage, "", "").await;
    scene.space.phase("shop", Phase::Ready).await;
}

#[tokio::test]
async fn nobody_knows_the_ingress_class() {
    let scene = Scene::new().await;
    let name = &scene.space.name;
    let group = "rbac.authorization.k8s.io";
    let role = json!({
        "apiVersion": format!("{group}/v1"),
        "kind": "ClusterRole",
        "metadata": { "name": name },
        "rules": [{
            "apiGroups": ["networking.k8s.io"],
            "resources": ["ingressclasses"],
            "verbs": ["list"],
        }],
    });
    let binding = json!({
        "apiVersion": format!("{group}/v1"),
        "kind": "ClusterRoleBinding",
        "metadata": { "name": name },
        "roleRef": { "apiGroup": group, "kind": "ClusterRole", "name": name },
        "subjects": [{ "kind": "ServiceAccount", "name": "operator", "namespace": name }],
    });
    chart::grant(&scene.space.cluster, &[role, binding]).await;
    let spec = "{ingress: {host: shop.localhost, className: none-such}}";
    scene.space.apply("shop", spec).await.unwrap();
    let (type_, reason) = (ConditionType::Exposed, Reason::IngressClassNotFound);
    scene.space.condition("shop", type_, reason).await;
    let stage = scene.waiting("exposure", reason).await;
    stage.says("none-such").advises("kubectl get ingressclass");
    scene.obey(&stage, "<class>", "traefik").await;
    scene.space.phase("shop", Phase::Ready).await;
}

#[tokio::test]
async fn the_data_has_lost_its_password() {
    let scene = Scene::new().await;
    let space = &scene.space;
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    space.delete::<LocalMart>("shop").await;
    space.gone(Kind::StatefulSet, "shop-postgres").await;
    space.delete::<Secret>("shop-postgres").await;
    space.apply("shop", "{}").await.unwrap();
    let (type_, reason) = (ConditionType::PostgresReady, Reason::DataOrphaned);
    space.condition("shop", type_, reason).await;
    let stage = scene.waiting("postgres", reason).await;
    stage
        .says("its password")
        .advises("kubectl create secret generic shop-postgres");
    scene.obey(&stage, "", "").await;
    space.phase("shop", Phase::Ready).await;
}
