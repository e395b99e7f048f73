//! `diff` shows what an edit would change, with waves and gates, and changes nothing.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use k8s_openapi::api::{batch::v1::Job, core::v1::Secret};
use kit::{
    Cluster, Operator, Space, chart,
    kubelet::Kubelet,
    operator::{Answer, NEXT_VERSION},
};
use kube::{ResourceExt, api::ListParams};
use localmart_api::Phase;
use localmart_operator::build::Kind;
use serde_json::json;

/// Somebody who may do everything in one namespace.
const PERSON: &str = "person";

/// A shop that is ready, and somebody who edits it.
struct Scene {
    space: Space,
    operator: Operator,
    _kubelet: Kubelet,
    folder: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Self {
        let space = Cluster::connect().await.space("diff").await;
        let (group, metadata) = (
            "rbac.authorization.k8s.io",
            json!({ "name": PERSON, "namespace": space.name }),
        );
        let role = json!({
            "apiVersion": format!("{group}/v1"),
            "kind": "Role",
            "metadata": metadata,
            "rules": [{ "apiGroups": ["*"], "resources": ["*"], "verbs": ["*"] }],
        });
        let binding = json!({
            "apiVersion": format!("{group}/v1"),
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": { "apiGroup": group, "kind": "Role", "name": PERSON },
            "subjects": [{ "kind": "ServiceAccount", "name": PERSON, "namespace": space.name }],
        });
        chart::grant(&space.cluster, &[role, binding]).await;
        Self {
            _kubelet: Kubelet::start(&space),
            operator: Operator::start(&space).await,
            folder: tempfile::tempdir().unwrap(),
            space,
        }
    }

    async fn ready(spec: &str) -> Self {
        let scene = Self::new().await;
        scene.space.apply("shop", spec).await.unwrap();
        scene.space.phase("shop", Phase::Ready).await;
        scene
    }

    async fn diff(&self, spec: &str) -> Answer {
        let path = self.folder.path().join("edit.yaml");
        let head = "apiVersion: localmart.dev/v1alpha1\nkind: LocalMart\nmetadata: {name: shop}\n";
        std::fs::write(&path, format!("{head}spec: {spec}\n")).unwrap();
        let file = format!("--file={}", path.display());
        self.operator
            .ask(&self.space, PERSON, &["diff", &file])
            .await
    }

    /// What an edit would change, after which nothing is different from before.
    async fn change(&self, spec: &str) -> String {
        let before = self.versions().await;
        let answer = self.diff(spec).await;
        assert_eq!(answer.code, 1, "{}", answer.complaint);
        assert_eq!(self.versions().await, before);
        answer.text
    }

    async fn versions(&self) -> Vec<(String, Option<String>)> {
        let shop = self.space.shop("shop").await;
        let all = self.space.all().await.into_values();
        let all = all.map(|object| (object.name_any(), object.resource_version()));
        all.chain([(shop.name_any(), shop.resource_version())])
            .collect()
    }
}

/// The part of a text about one wave.
fn wave<'a>(text: &'a str, name: &str) -> &'a str {
    let found = text
        .split("\nwave ")
        .find(|part| part[1..].starts_with(&format!(" {name}:")));
    found.unwrap_or_else(|| panic!("no wave {name} in {text}"))
}

#[tokio::test]
async fn no_edit_no_difference() {
    let scene = Scene::ready("{}").await;
    // A task that is complete stays so without its Job.
    for job in scene.space.jobs("migrate").await {
        scene.space.delete::<Job>(&job.name_any()).await;
        scene.space.gone(Kind::Job, &job.name_any()).await;
    }
    let answer = scene.diff("{}").await;
    assert_eq!((answer.code, answer.text.as_str()), (0, ""));
}

#[tokio::test]
async fn an_edit_of_one_service_and_new_ways_in() {
    let scene = Scene::ready("{}").await;
    let text = scene
        .change(
            "{services: {cart: {replicas: 3}}, ingress: {host: a.localhost}, \
             gateway: {parentRefs: [{name: public}]}}",
        )
        .await;
    assert!(text.starts_with("LocalMart:\n"), "{text}");
    let services = wave(&text, "services");
    assert!(services.contains("goes at once"), "{services}");
    assert!(
        services.contains("-  replicas: 1\n+  replicas: 3\n"),
        "{services}"
    );
    assert!(!services.contains("shop-catalog"), "{services}");
    let exposure = wave(&text, "exposure");
    assert!(
        exposure.contains("+ Ingress shop-storefront\n"),
        "{exposure}"
    );
    assert!(exposure.contains("a.localhost"), "{exposure}");
    assert!(
        exposure.contains("+ HTTPRoute shop-storefront\n"),
        "{exposure}"
    );
    assert!(wave(&text, "stores").contains(": nothing changes"));
}

#[tokio::test]
async fn an_upgrade_waits_for_its_migration() {
    let scene = Scene::ready("{}").await;
    let spec = format!("{{version: {NEXT_VERSION}, migrations: {{policy: Manual}}}}");
    let text = scene.change(&spec).await;
    let lifecycle = wave(&text, "lifecycle");
    assert!(lifecycle.contains("+ Job shop-bootstrap-"), "{lifecycle}");
    assert!(lifecycle.contains("+ Job shop-migrate-"), "{lifecycle}");
    assert!(lifecycle.contains("waits for approval: kubectl annotate"));
    let services = wave(&text, "services");
    let head = services.lines().next().unwrap();
    assert!(
        head.ends_with("waits for the lifecycle task bootstrap"),
        "{head}"
    );
    assert!(
        services.contains("~ Deployment shop-cart, replaces its pods"),
        "{services}"
    );
    assert!(!text.contains("+kind:"), "the headline says it: {text}");
    let secrets = scene.space.api::<Secret>();
    for secret in secrets.list(&ListParams::default()).await.unwrap() {
        for (key, value) in secret.data.unwrap_or_default() {
            let value = String::from_utf8(value.0).unwrap();
            assert!(!text.contains(&value), "the value of {key} is shown");
        }
    }
}

#[tokio::test]
async fn what_goes_is_named_and_what_cannot_work_is_refused() {
    let scene = Scene::ready("{ingress: {host: a.localhost}}").await;
    let text = scene.change("{}").await;
    assert!(
        text.ends_with("last, deleted: Ingress shop-storefront\n"),
        "{text}"
    );

    let answer = scene.diff("{ingress: {host: 'Not A Host'}}").await;
    assert_eq!(answer.code, 2, "{}", answer.text);
    let words = "the API server refuses this edit: ";
    assert!(answer.complaint.contains(words), "{}", answer.complaint);
    assert!(
        answer.complaint.contains("spec.ingress.host"),
        "{}",
        answer.complaint
    );

    let answer = scene.diff("{version: 9.9.9}").await;
    assert_eq!(answer.code, 2, "{}", answer.text);
    let words = "the operator would refuse this edit, UnknownVersion: ";
    assert!(answer.complaint.contains(words), "{}", answer.complaint);
}

#[tokio::test]
async fn a_shop_that_is_not_there_yet_is_shown_without_secrets() {
    let scene = Scene::new().await;
    let answer = scene.diff("{}").await;
    assert_eq!(answer.code, 1, "{}", answer.complaint);
    let text = answer.text;
    assert!(text.starts_with("LocalMart: is created\n"), "{text}");
    let accounts = wave(&text, "accounts");
    assert!(
        accounts.contains("+ Secret shop-postgres, with new values for password"),
        "{accounts}"
    );
    assert!(wave(&text, "services").contains("+ Deployment shop-cart\n"));
    assert!(scene.space.all().await.is_empty());
}
