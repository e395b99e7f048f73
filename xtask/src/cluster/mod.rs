//! A real Kubernetes on this machine, without Docker: upstream's own programs under a supervisor.
//!
//! [`start`] builds what is missing, leaves a supervisor running and returns once the cluster
//! answers. The supervisor ([`supervisor`]) gives the node a mount, network and process namespace
//! of its own ([`namespace`]), so two clusters never meet and nothing of the host changes.

mod addons;
mod cgroups;
mod containers;
mod control_plane;
mod forward;
mod init;
mod kubeconfig;
mod launch;
mod layout;
mod machine;
mod namespace;
mod node;
mod pki;
mod process;
mod programs;
mod readiness;
mod startup;
mod supervisor;

pub(crate) mod command;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::progress::Progress;
use layout::Layout;
pub(crate) use namespace::hidden_path;
use programs::Programs;
pub(crate) use readiness::{answers_well, listens};

/// Name of the cluster that people use.
pub(crate) const DEFAULT_NAME: &str = "localmart";
/// Port of the ingress on 127.0.0.1 unless another is asked for.
pub(crate) const DEFAULT_INGRESS_PORT: u16 = 8080;

/// What cluster to start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ClusterConfig {
    /// Everything of the cluster is keyed by its name.
    pub(crate) name: String,
    /// Only etcd, the API server and the controller manager, on the machine's loopback address.
    pub(crate) control_plane_only: bool,
    /// Where the ingress answers on 127.0.0.1; any free port when absent.
    pub(crate) ingress_port: Option<u16>,
    /// Keeps etcd's data in memory: faster, and gone when the cluster stops.
    pub(crate) etcd_in_memory: bool,
}

/// A running cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Cluster {
    pub(crate) name: String,
    pub(crate) kubeconfig: PathBuf,
    /// Port of the ingress on 127.0.0.1; absent without a node.
    pub(crate) ingress_port: Option<u16>,
    /// Port of the API server on 127.0.0.1.
    pub(crate) api_port: u16,
    /// The directory with kubectl and helm of the cluster's version, for the `PATH` of a shell.
    pub(crate) tools: PathBuf,
    config: ClusterConfig,
    supervisor: u32,
    /// First process of the cluster's process namespace; absent without a node.
    init: Option<u32>,
}

/// Starts the cluster, or finds it running.
pub(crate) fn start(config: &ClusterConfig, progress: &Progress) -> Result<Cluster> {
    launch::start(config, progress)
}

/// Ends the cluster's processes; `remove_data` also deletes everything it stored.
pub(crate) fn stop(name: &str, remove_data: bool, progress: &Progress) -> Result<()> {
    launch::stop(&Layout::of(name)?, remove_data, progress)
}

/// The cluster called `name`, if it runs.
pub(crate) fn running(name: &str) -> Result<Option<Cluster>> {
    launch::running(&Layout::of(name)?)
}

/// The audit logs of the cluster called `name`: the one that is written and those before it.
pub(crate) fn audit_logs(name: &str) -> Result<Vec<PathBuf>> {
    let current = Layout::of(name)?.audit_log();
    let folder = current.parent().context("an audit log has a folder")?;
    let mut found = Vec::new();
    for entry in
        std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("audit") && name.ends_with(".log") {
            found.push(path);
        }
    }
    Ok(found)
}

/// Builds kubectl and helm without starting anything, and says where they are.
pub(crate) fn build_tools(progress: &Progress) -> Result<PathBuf> {
    let programs = Programs::locate()?;
    programs.build(false, progress)?;
    Ok(programs.directory().to_path_buf())
}

/// Whether the programs of a cluster, with or without a node, are built already.
pub(crate) fn is_built(with_node: bool) -> Result<bool> {
    Ok(Programs::locate()?.is_built(with_node))
}

impl Cluster {
    /// `command` as it would run on the node: with its network, mounts and processes.
    pub(crate) fn exec_in_namespace<S: AsRef<std::ffi::OsStr>>(
        &self,
        command: &[S],
    ) -> Result<Command> {
        let init = self.init.with_context(|| {
            format!(
                "the cluster {} is a control plane without a node to run commands on",
                self.name
            )
        })?;
        let mut entered = Command::new("nsenter");
        entered
            .arg(format!("--target={init}"))
            .args(["--mount", "--net", "--pid"]);
        if let Ok(directory) = std::env::current_dir()
            && namespace::hides(&directory).is_none()
        {
            entered.arg(format!("--wdns={}", directory.display()));
        }
        entered
            .arg("--")
            .args(command)
            .env("KUBECONFIG", &self.kubeconfig);
        Ok(entered)
    }

    /// The directory with a file per pod's network namespace, seen from outside.
    pub(crate) fn pod_namespaces(&self) -> Result<PathBuf> {
        let init = self.init.with_context(|| {
            format!("the cluster {} is a control plane without pods", self.name)
        })?;
        Ok(PathBuf::from(format!("/proc/{init}/root/run/netns")))
    }

    /// Hands image archives to the node.
    pub(crate) fn import_images(&self, archives: &[impl AsRef<Path>]) -> Result<()> {
        for archive in archives {
            let path = archive.as_ref().display().to_string();
            let import = containers::ctr(&["images", "import", &path]);
            containers::output(self.exec_in_namespace(&import)?)?;
        }
        Ok(())
    }

    /// The images the node has, such as `localmart/catalog:0a1b2c3d4e5f`.
    pub(crate) fn list_images(&self) -> Result<Vec<String>> {
        let list = containers::ctr(&["images", "list", "--quiet"]);
        Ok(containers::references(&containers::output(
            self.exec_in_namespace(&list)?,
        )?))
    }
}
