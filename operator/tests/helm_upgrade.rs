//! A newer operator, installed by `helm upgrade` of both charts, restarts no pod of a shop.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use std::{collections::BTreeMap, path::Path};

use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kit::{
    Cluster, Operator, Space, chart, eventually,
    kubelet::Kubelet,
    operator::{NEXT_VERSION, Options},
};
use kube::{ResourceExt, api::ListParams};
use localmart_api::Phase;
use localmart_operator::{build::Kind, releases::OWN_VERSION};
use serde_json::{Value, json};

/// The release of the operator that made the shop, before the one that runs here.
const OLD_VERSION: &str = "0.0.9";
const CRDS: &str = "localmart-crds";
const OPERATOR: &str = "localmart-operator";

/// `helm upgrade --install`, as documented. The tests share one cluster and its CRD, which this
/// release takes over from whoever had it.
fn upgrade(space: &Space, release: &str, chart: &str, values: &[(&str, &Value)]) {
    let kubeconfig = std::env::var("LOCALMART_TEST_KUBECONFIG").unwrap();
    let mut arguments = vec![
        "upgrade",
        "--install",
        release,
        chart,
        "--namespace",
        &space.name,
        "--kubeconfig",
        &kubeconfig,
        "--take-ownership",
        "--force-conflicts",
    ];
    let values: Vec<_> = values
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    arguments.extend(values.iter().flat_map(|value| ["--set-json", value]));
    chart::helm(&arguments).unwrap_or_else(|said| panic!("helm upgrade {release}: {said}"));
}

/// The chart of the CRD as an earlier release had it: without one field.
fn earlier_crds(folder: &Path) -> String {
    let new = chart::path(CRDS);
    let old = folder.join(CRDS);
    std::fs::create_dir_all(old.join("templates")).unwrap();
    std::fs::copy(format!("{new}/Chart.yaml"), old.join("Chart.yaml")).unwrap();
    let template = "templates/localmarts.yaml";
    let text = std::fs::read_to_string(format!("{new}/{template}")).unwrap();
    let mut crd: Value = localmart_operator::yaml::from_str(&text).unwrap();
    let schema = &mut crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    let spec = schema["properties"]["spec"]["properties"].as_object_mut();
    assert!(spec.unwrap().remove("suspend").is_some());
    let text = localmart_operator::yaml::to_string(&crd).unwrap();
    std::fs::write(old.join(template), text).unwrap();
    old.display().to_string()
}

/// A release table with these versions; each has images of its own.
fn table(versions: &[&str]) -> Value {
    let names = [
        "catalog",
        "cart",
        "orders",
        "payments",
        "storefront",
        "migrate",
        "redis",
    ];
    let release = |version: &str| -> Value {
        let mut images: BTreeMap<_, _> = names
            .iter()
            .map(|name| (*name, json!(format!("localmart/{name}:{version}"))))
            .collect();
        images.insert(
            "postgres",
            json!({ "15": format!("localmart/postgres:{version}") }),
        );
        json!(images)
    };
    versions
        .iter()
        .map(|version| ((*version).to_owned(), release(version)))
        .collect()
}

/// Generation and pod template of each workload, and the uid of each of the shop's pods.
async fn workloads(space: &Space) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for ((kind, name), object) in space.all().await {
        let workload = matches!(kind, Kind::Deployment | Kind::StatefulSet | Kind::Job);
        // The operator's own is to be replaced.
        if workload && name.starts_with("shop-") {
            let seen = json!([object.metadata.generation, object.data["spec"]["template"]]);
            found.insert(format!("{} {name}", kind.name()), seen);
        }
    }
    let ours = ListParams::default().labels("app.kubernetes.io/instance=shop");
    for pod in space.api::<Pod>().list(&ours).await.unwrap() {
        found.insert(format!("Pod {}", pod.name_any()), json!(pod.uid()));
    }
    found
}

/// Starts the operator with what the chart's ConfigMap holds now, and waits for a pass of it.
async fn restart(space: &Space, operator: &Operator, round: &str) {
    operator.kill().await;
    let table = space.api::<ConfigMap>().get("operator-releases").await;
    operator.use_releases(&table.unwrap().data.unwrap()["releases.yaml"]);
    operator.proxy.reset();
    operator.resume();
    for look in ["a", "b"] {
        let passes = || operator.log().matches("\"reconciled\"").count();
        let before = passes();
        let value = format!("{round}{look}");
        space.annotate("shop", "test/wake", Some(&value)).await;
        eventually("a pass", async || {
            let seen = passes();
            (seen > before).then_some(()).ok_or(seen)
        })
        .await;
    }
}

#[tokio::test]
async fn an_upgrade_of_operator_and_crds_restarts_no_pod() {
    let space = Cluster::connect().await.space("helm").await;
    let _kubelet = Kubelet::start(&space);
    let folder = tempfile::tempdir().unwrap();
    let operator = Operator::prepare(&space, Options::default()).await;
    let chart = chart::path(OPERATOR);
    let namespaces = json!([space.name]);
    let no = json!(false);
    let scope = [("watchNamespaces", &namespaces), ("clusterRole", &no)];

    upgrade(&space, "crds", &earlier_crds(folder.path()), &[]);
    let old = table(&[OLD_VERSION, OWN_VERSION]);
    let image = json!("localmart/operator:old");
    let values = [("releases", &old), ("image", &image)];
    upgrade(&space, "operator", &chart, &[&scope[..], &values].concat());
    restart_first(&space, &operator).await;
    // As if the operator of that release had made it, which writes no version into the spec.
    let spec = format!("{{version: {OLD_VERSION}, services: {{cart: {{replicas: 2}}}}}}");
    space.apply("shop", &spec).await.unwrap();
    space.phase("shop", Phase::Ready).await;
    let spec = "{services: {cart: {replicas: 2}}}";
    space.apply("shop", spec).await.unwrap();
    space.phase("shop", Phase::Ready).await;
    restart(&space, &operator, "1").await;
    let before = workloads(&space).await;
    assert!(before.keys().any(|name| name.starts_with("Pod shop-cart")));

    upgrade(&space, "crds", &chart::path(CRDS), &[]);
    let new = table(&[OLD_VERSION, OWN_VERSION, NEXT_VERSION]);
    let (image, yes) = (json!("localmart/operator:new"), json!(true));
    let values = [
        ("releases", &new),
        ("image", &image),
        ("dashboards.enabled", &yes),
        ("logLevel", &json!("debug")),
    ];
    upgrade(&space, "operator", &chart, &[&scope[..], &values].concat());
    restart(&space, &operator, "2").await;
    let after = workloads(&space).await;
    for name in before.keys().chain(after.keys()) {
        assert_eq!(before.get(name), after.get(name), "{name} is another one");
    }
    let old_image = format!("localmart/catalog:{OLD_VERSION}");
    assert_eq!(space.image("catalog").await, old_image);
    let writes = operator.proxy.writes();
    assert!(writes.is_empty(), "{writes:#?}");
    println!("{} workloads and pods stayed as they were", before.len());

    // What a person asks for is done: the comparison above can tell a difference.
    let spec = format!("{{version: {NEXT_VERSION}, suspend: false}}");
    space.apply("shop", &spec).await.unwrap();
    space.phase("shop", Phase::Ready).await;
    assert_ne!(before, workloads(&space).await);
}

#[tokio::test]
async fn the_number_of_operators_goes_up_and_down() {
    let space = Cluster::connect().await.space("replicas").await;
    let releases = table(&[OWN_VERSION]);
    let namespaces = json!([space.name]);
    let no = json!(false);
    for replicas in [1, 2, 1] {
        let replicas = json!(replicas);
        let values = [
            ("watchNamespaces", &namespaces),
            ("clusterRole", &no),
            ("releases", &releases),
            ("replicas", &replicas),
        ];
        upgrade(&space, "operator", &chart::path(OPERATOR), &values);
    }
}

/// The first start, when there is no shop to look at yet.
async fn restart_first(space: &Space, operator: &Operator) {
    let table = space.api::<ConfigMap>().get("operator-releases").await;
    operator.use_releases(&table.unwrap().data.unwrap()["releases.yaml"]);
    operator.resume();
}
