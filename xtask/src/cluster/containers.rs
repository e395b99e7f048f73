//! Images and containers of a running node, through containerd's own client.

use std::process::Command;

use anyhow::{Context, Result, bail};

use super::node::CONTAINERD_SOCKET;

/// The namespace in which containerd keeps what belongs to Kubernetes.
const KUBERNETES: &str = "k8s.io";

/// `ctr` with these arguments; it must run inside the cluster's namespaces.
pub(crate) fn ctr(arguments: &[&str]) -> Vec<String> {
    let head = [
        "ctr",
        "--address",
        CONTAINERD_SOCKET,
        "--namespace",
        KUBERNETES,
    ];
    head.iter()
        .chain(arguments)
        .map(|argument| (*argument).to_owned())
        .collect()
}

/// Runs a command to its end and returns what it printed.
pub(crate) fn output(mut command: Command) -> Result<String> {
    let shown = format!("{command:?}");
    let output = command
        .output()
        .with_context(|| format!("cannot start {shown}"))?;
    if !output.status.success() {
        bail!(
            "{shown} failed ({}): {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The image references among `listed`, written as pods write them.
pub(crate) fn references(listed: &str) -> Vec<String> {
    listed
        .lines()
        .map(str::trim)
        // containerd also lists each image by its hash.
        .filter(|line| !line.is_empty() && !line.starts_with("sha256:"))
        .map(|line| line.strip_prefix("docker.io/").unwrap_or(line).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_short_and_without_hashes() {
        let listed = "docker.io/localmart/catalog:1\nsha256:0a1b\n\nquay.example/a/b:2\n";
        assert_eq!(
            references(listed),
            ["localmart/catalog:1", "quay.example/a/b:2"]
        );
    }
}
