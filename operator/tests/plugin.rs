//! `kubectl localmart`, as kubectl itself finds, runs and completes it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use std::{os::unix::fs::PermissionsExt, path::Path};

use k8s_openapi::api::core::v1::ConfigMap;
use kit::{Cluster, Operator, Space, chart, kubelet::Kubelet, shell};
use kube::api::PostParams;
use localmart_api::Phase;
use tempfile::TempDir;

/// A folder with the plugin and the program that completes it.
async fn install() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_kubectl-localmart");
    std::os::unix::fs::symlink(program, folder.path().join("kubectl-localmart")).unwrap();
    let script = say("kubectl localmart completion", folder.path()).await;
    let path = folder.path().join("kubectl_complete-localmart");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

/// What a command prints; fails if it fails.
async fn say(line: &str, folder: &Path) -> String {
    let output = shell::run(line, Some(folder)).await;
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

async fn ready() -> (Space, Kubelet, Operator) {
    let space = Cluster::connect().await.space("plugin").await;
    let kubelet = Kubelet::start(&space);
    let operator = Operator::start(&space).await;
    space.apply("shop", "{}").await.unwrap();
    space.phase("shop", Phase::Ready).await;
    (space, kubelet, operator)
}

#[tokio::test]
async fn kubectl_runs_and_completes_it() {
    let (space, _kubelet, _operator) = ready().await;
    let folder = install().await;
    let ask = async |line: &str| say(&format!("{line} -n {}", space.name), folder.path()).await;

    // The only one of the namespace is meant.
    let status = ask("kubectl localmart status").await;
    let head = format!("LocalMart {}/shop: Ready, ", space.name);
    assert!(status.starts_with(&head), "{status}");
    for part in ["shop-migrate-", "PostgresReady", "localmart/cart:"] {
        assert!(status.contains(part), "no {part} in {status}");
    }

    let events = ask("kubectl localmart events shop").await;
    let at = |part: &str| {
        events
            .find(part)
            .unwrap_or_else(|| panic!("{part}: {events}"))
    };
    assert!(
        at("localmart/shop") < at("deployment/shop-cart"),
        "{events}"
    );
    let (first, last) = (at("Provisioning"), at(" Ready "));
    assert!(first < last, "{events}");

    let completed = say("kubectl __complete localmart ex", folder.path()).await;
    assert!(completed.starts_with("explain\t"), "{completed}");
    let line = format!("kubectl __complete localmart status -n {} ''", space.name);
    let names = say(&line, folder.path()).await;
    assert_eq!(names, "shop\n:4\n");
}

#[tokio::test]
async fn the_release_table_is_that_of_the_operator() {
    let (space, _kubelet, operator) = ready().await;
    let folder = install().await;
    let line = format!(
        "kubectl localmart explain -n {ns} --operator-namespace {ns}",
        ns = space.name
    );
    let output = shell::run(&line, Some(folder.path())).await;
    assert_eq!(output.status.code(), Some(2));
    let complaint = String::from_utf8(output.stderr).unwrap();
    let words = "no operator's release table was found; name the operator's namespace";
    assert!(complaint.contains(words), "{complaint}");

    let documents = chart::template(
        "operator",
        &space.name,
        &[("watchNamespaces", &format!("{{{}}}", space.name))],
    );
    let found = documents.into_iter().find(|it| it["kind"] == "ConfigMap");
    let mut map = found.unwrap();
    map["data"]["releases.yaml"] = operator.releases().into();
    let map: ConfigMap = serde_json::from_value(map).unwrap();
    let maps = space.api::<ConfigMap>();
    maps.create(&PostParams::default(), &map).await.unwrap();
    let text = say(&line, folder.path()).await;
    assert!(text.lines().next().unwrap().ends_with(": ready"), "{text}");
}

#[tokio::test]
async fn every_command_explains_itself_with_an_example() {
    let folder = install().await;
    let help = say("kubectl localmart --help", folder.path()).await;
    for command in ["status", "explain", "diff", "render", "events"] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
        let line = format!("kubectl localmart {command} --help");
        let help = say(&line, folder.path()).await;
        let example = format!("Example: kubectl localmart {command} ");
        assert!(help.contains(&example), "{help}");
    }
    let output = shell::run(
        "kubectl localmart status nobody -n default",
        Some(folder.path()),
    );
    let output = output.await;
    assert_eq!(output.status.code(), Some(2));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(
        complaint.contains("there is no LocalMart nobody in namespace default"),
        "{complaint}"
    );
}
