//! Commands as a person types them, with the cluster's kubectl and all rights.

use std::{
    path::Path,
    process::{Output, Stdio},
};

use tokio::process::Command;

/// Runs a line in a shell; programs in `folder` are found first.
pub async fn run(line: &str, folder: Option<&Path>) -> Output {
    // kubectl lies beside helm.
    let helm = std::env::var_os("LOCALMART_TEST_HELM").unwrap_or_default();
    let tools = Path::new(&helm).parent();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let first = folder.into_iter().chain(tools).map(Path::to_path_buf);
    let path = std::env::join_paths(first.chain(std::env::split_paths(&others))).unwrap();
    let kubeconfig = std::env::var_os("LOCALMART_TEST_KUBECONFIG").unwrap();
    Command::new("sh")
        .args(["-c", line])
        .env("PATH", path)
        .env("KUBECONFIG", kubeconfig)
        // `kubectl edit` that changes nothing.
        .env("KUBE_EDITOR", "true")
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap()
}
