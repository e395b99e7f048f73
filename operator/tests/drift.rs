//! Whatever somebody deletes or edits by hand comes back, and what is wanted no more goes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Secret;
use kit::{Cluster, Operator, Space, eventually, gateway::Gateways, kubelet::Kubelet};
use kube::{
    ResourceExt,
    api::{DeleteParams, Patch, PatchParams, PostParams},
    core::DynamicObject,
};
use localmart_api::Phase;
use localmart_operator::build::Kind;
use serde_json::{Value, json};

const SPEC: &str = "{services: {catalog: {replicas: 2}, cart: {autoscaling: {minReplicas: 1, \
     maxReplicas: 2}}}, ingress: {host: shop.localhost}, gateway: {parentRefs: [{name: public}], \
     hostnames: [shop.example.org]}}";

/// What the operator decides of an object.
fn decided(object: &DynamicObject) -> Value {
    let mut labels = object.labels().clone();
    labels.remove("somebody");
    let mut data = object.data.clone();
    data.as_object_mut().unwrap().remove("status");
    json!({
        "labels": labels,
        "owners": object.owner_references().iter().map(|owner| owner.uid.clone()).collect::<Vec<_>>(),
        "data": data,
    })
}

async fn ready(space: &Space) {
    space.apply("shop", SPEC).await.unwrap();
    space.phase("shop", Phase::Ready).await;
}

/// An edit for each kind of object that has something to edit.
fn edits() -> BTreeMap<Kind, Vec<Value>> {
    let image = |name: &str| json!({ "spec": { "template": { "spec": { "containers": [{ "name": name, "image": "other" }] } } } });
    BTreeMap::from([
        (
            Kind::ServiceAccount,
            vec![json!({ "automountServiceAccountToken": true })],
        ),
        (
            Kind::ConfigMap,
            vec![json!({ "data": { "redis.conf": "port 1" } })],
        ),
        (
            Kind::Service,
            vec![
                json!({ "spec": { "selector": { "app.kubernetes.io/component": "nobody" } } }),
                json!({ "spec": { "selector": { "extra": "key" } } }),
                // Of a list that is merged by key, the key itself.
                json!({ "spec": { "ports": [{ "port": 81, "name": "http", "protocol": "TCP" },
                    { "port": 9090, "name": "admin", "protocol": "TCP" }, { "$patch": "replace" }] } }),
            ],
        ),
        (
            Kind::StatefulSet,
            vec![json!({ "spec": { "replicas": 3 } }), image("redis")],
        ),
        (
            Kind::Deployment,
            vec![
                json!({ "spec": { "replicas": 0 } }),
                image("catalog"),
                // Another container, another variable.
                image("rogue"),
                json!({ "spec": { "template": { "spec": { "containers": [
                    { "name": "catalog", "env": [{ "name": "ROGUE", "value": "1" }] },
                ] } } } }),
            ],
        ),
        (
            Kind::PodDisruptionBudget,
            vec![json!({ "spec": { "maxUnavailable": 2 } })],
        ),
        (
            Kind::HorizontalPodAutoscaler,
            vec![json!({ "spec": { "maxReplicas": 9 } })],
        ),
        (
            Kind::NetworkPolicy,
            vec![
                json!({ "spec": { "ingress": [{}] } }),
                json!({ "spec": { "podSelector": { "matchLabels": { "a": "b" } } } }),
            ],
        ),
        (
            Kind::Ingress,
            vec![json!({ "spec": { "rules": [{ "host": "other.localhost" }] } })],
        ),
        (
            Kind::HttpRoute,
            vec![
                json!({ "spec": { "hostnames": ["other.example.org"] } }),
                json!({ "spec": { "parentRefs": [{ "name": "mine" }] } }),
                json!({ "spec": { "rules": [{ "backendRefs": [{ "name": "mine", "port": 80 }] }] } }),
            ],
        ),
    ])
}

#[tokio::test]
async fn every_kind_comes_back_when_deleted() {
    let space = Cluster::connect().await.space("deleted").await;
    let _kubelet = Kubelet::start(&space);
    let _gateways = Gateways::start(&space);
    let _operator = Operator::start(&space).await;
    ready(&space).await;
    let before = space.all().await;

    // A claim stays until no pod uses it, and what a Job did is remembered without it.
    let comes_back = |kind: Kind| kind != Kind::PersistentVolumeClaim && kind != Kind::Job;
    let mut kinds: Vec<_> = before.keys().map(|(kind, _)| *kind).collect();
    kinds.dedup();
    let deleted: Vec<_> = before
        .keys()
        .filter(|(kind, _)| comes_back(*kind))
        .collect();
    for (kind, name) in &deleted {
        space
            .kind(*kind)
            .delete(name, &DeleteParams::background())
            .await
            .unwrap();
    }
    for (kind, name) in &deleted {
        let old = &before[&(*kind, name.clone())];
        let new = space
            .object(*kind, name, |object| object.uid() != old.uid())
            .await;
        assert_eq!(new.labels(), old.labels(), "{kind:?} {name}");
    }
    space.phase("shop", Phase::Ready).await;
    println!(
        "{} objects of {} kinds came back",
        deleted.len(),
        kinds.len() - 2
    );
    assert_eq!(kinds.len(), Kind::ALL.len(), "{kinds:?}");
}

#[tokio::test]
async fn every_kind_comes_back_when_edited() {
    let space = Cluster::connect().await.space("edited").await;
    let _kubelet = Kubelet::start(&space);
    let _gateways = Gateways::start(&space);
    let _operator = Operator::start(&space).await;
    ready(&space).await;
    let before = space.all().await;
    let name_of = |kind: Kind| {
        let names = before
            .keys()
            .filter(|(of, _)| *of == kind)
            .map(|(_, name)| name.clone());
        let mut names: Vec<_> = names.collect();
        names.sort_by_key(|name| !(name.ends_with("-catalog") || name.ends_with("-redis")));
        names.remove(0)
    };
    let mut count = 0;
    for (kind, edits) in edits() {
        let name = name_of(kind);
        let original = decided(&before[&(kind, name.clone())]);
        for edit in edits {
            let parameters = PatchParams::default();
            // Of kinds with a definition of their own, the API server knows no other patch.
            let plain = [Kind::ServiceAccount, Kind::ConfigMap, Kind::HttpRoute];
            let patch = if plain.contains(&kind) {
                Patch::Merge(&edit)
            } else {
                Patch::Strategic(&edit)
            };
            let edited = space
                .kind(kind)
                .patch(&name, &parameters, &patch)
                .await
                .unwrap();
            assert_ne!(
                decided(&edited),
                original,
                "the edit of {kind:?} changes nothing"
            );
            space
                .object(kind, &name, |object| decided(object) == original)
                .await;
            count += 1;
        }
    }
    // Labels and owners, on an object of each kind.
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Job) {
        let name = name_of(kind);
        let original = decided(&before[&(kind, name.clone())]);
        let labels = json!({ "metadata": { "labels": {
            "app.kubernetes.io/part-of": null, "app.kubernetes.io/component": "other",
        } } });
        space.edit(kind, &name, &labels).await;
        space
            .object(kind, &name, |object| decided(object) == original)
            .await;
        count += 1;
        if kind != Kind::PersistentVolumeClaim {
            let owners = json!({ "metadata": { "ownerReferences": null } });
            space.edit(kind, &name, &owners).await;
            space
                .object(kind, &name, |object| decided(object) == original)
                .await;
            count += 1;
        }
    }
    println!("{count} edits undone");
    space.phase("shop", Phase::Ready).await;
}

/// Fields that the operator does not decide are left to those who do.
#[tokio::test]
async fn what_others_add_stays() {
    let space = Cluster::connect().await.space("others").await;
    let _kubelet = Kubelet::start(&space);
    let _gateways = Gateways::start(&space);
    let operator = Operator::start(&space).await;
    ready(&space).await;
    operator.proxy.reset();
    let added = json!({
        "metadata": { "labels": { "somebody": "else" }, "annotations": { "mesh/inject": "true" } },
        "spec": { "minReadySeconds": 1 },
    });
    space.edit(Kind::Deployment, "shop-cart", &added).await;
    // An edit of ours is undone in the same pass, so the pass has seen the other one too.
    space
        .edit(
            Kind::Deployment,
            "shop-orders",
            &json!({ "spec": { "replicas": 4 } }),
        )
        .await;
    space
        .object(Kind::Deployment, "shop-orders", |object| {
            object.data["spec"]["replicas"] == 1
        })
        .await;
    let cart = space.kind(Kind::Deployment).get("shop-cart").await.unwrap();
    assert_eq!(cart.labels()["somebody"], "else");
    assert_eq!(cart.data["spec"]["minReadySeconds"], 1);
    let sent = operator.proxy.writes();
    assert!(
        !sent.iter().any(|write| write.path.contains("shop-cart")),
        "{sent:#?}"
    );
}

/// The checksum that the bootstrap task has completed last.
async fn bootstrapped(space: &Space) -> Option<String> {
    let status = space.shop("shop").await.status?;
    status.task("bootstrap")?.completed.clone()
}

#[tokio::test]
async fn secrets_come_back_and_values_are_never_replaced() {
    let space = Cluster::connect().await.space("secrets").await;
    let _kubelet = Kubelet::start(&space);
    let _gateways = Gateways::start(&space);
    let _operator = Operator::start(&space).await;
    ready(&space).await;
    let secrets = space.api::<Secret>();

    for name in ["shop-database", "shop-redis", "shop-internal-keys"] {
        let old = secrets.get(name).await.unwrap();
        let bootstrapped = bootstrapped(&space).await;
        space.delete::<Secret>(name).await;
        // Secrets are not watched: it returns with the next pass.
        space.annotate("shop", "test/wake", Some(name)).await;
        let new = eventually(&format!("{name} is back"), async || {
            secrets.get_opt(name).await.unwrap().ok_or("missing")
        })
        .await;
        assert_eq!(
            old.data.unwrap().keys().collect::<Vec<_>>(),
            new.data.unwrap().keys().collect::<Vec<_>>()
        );
        // The database learns of new passwords, and of nothing else.
        let again = name == "shop-database";
        space
            .status("shop", "is ready with the new values", |_, status| {
                let done = status.task("bootstrap")?.completed.clone();
                let as_expected = (done != bootstrapped) == again;
                (as_expected && status.phase == Some(Phase::Ready)).then_some(())
            })
            .await;
    }

    // A key that is missing is added; one that somebody changed is theirs.
    let patch = json!({ "data": { "orders-app-a": null, "catalog-app-a": "aGFuZG1hZGU=" } });
    secrets
        .patch(
            "shop-database",
            &PatchParams::default(),
            &Patch::Merge(&patch),
        )
        .await
        .unwrap();
    space.annotate("shop", "test/wake", Some("again")).await;
    let completed = eventually("the missing key is added", async || {
        let data = secrets.get("shop-database").await.unwrap().data.unwrap();
        if data.contains_key("orders-app-a") {
            Ok(data)
        } else {
            Err(data.into_keys().collect::<Vec<_>>())
        }
    })
    .await;
    assert_eq!(completed["catalog-app-a"].0, b"handmade");
}

#[tokio::test]
async fn what_is_wanted_no_more_goes() {
    let space = Cluster::connect().await.space("prune").await;
    let _kubelet = Kubelet::start(&space);
    let _gateways = Gateways::start(&space);
    let _operator = Operator::start(&space).await;
    ready(&space).await;
    let config = |objects: &BTreeMap<(Kind, String), DynamicObject>| {
        let maps = objects.keys().filter(|(kind, _)| *kind == Kind::ConfigMap);
        maps.map(|(_, name)| name.clone()).collect::<Vec<_>>()
    };
    let old_config = config(&space.all().await).remove(0);

    // With our labels and without our owner, it is somebody's: labels are no proof.
    let stray: DynamicObject = serde_json::from_value(json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": "shop-notes", "labels": {
            "app.kubernetes.io/instance": "shop", "app.kubernetes.io/managed-by": "localmart-operator",
        } },
    }))
    .unwrap();
    space
        .kind(Kind::ConfigMap)
        .create(&PostParams::default(), &stray)
        .await
        .unwrap();

    space
        .apply("shop", "{redis: {managed: {maxMemory: 32Mi}}}")
        .await
        .unwrap();
    space.gone(Kind::Ingress, "shop-storefront").await;
    space.gone(Kind::HttpRoute, "shop-storefront").await;
    space.gone(Kind::PodDisruptionBudget, "shop-catalog").await;
    space.gone(Kind::ConfigMap, &old_config).await;
    space.phase("shop", Phase::Ready).await;
    let left = config(&space.all().await);
    assert_eq!(left.len(), 1, "{left:?}");
    space.kind(Kind::ConfigMap).get("shop-notes").await.unwrap();
}

/// Which class absence means, the API server decides when an ingress is made and never again.
#[tokio::test]
async fn an_ingress_that_names_its_class_no_more_has_the_default_again() {
    let cluster = Cluster::connect().await;
    let space = &cluster.space("drift").await;
    let _kubelet = Kubelet::start(space);
    let _operator = Operator::start(space).await;
    let named = |class: &'static str| {
        move |ingress: &DynamicObject| ingress.data["spec"]["ingressClassName"] == class
    };
    let spec = "{ingress: {host: a.localhost, className: other}}";
    space.apply("shop", spec).await.unwrap();
    space
        .object(Kind::Ingress, "shop-storefront", named("other"))
        .await;
    space
        .apply("shop", "{ingress: {host: a.localhost}}")
        .await
        .unwrap();
    space
        .object(Kind::Ingress, "shop-storefront", named("traefik"))
        .await;
}
