//! kubectl and helm against one cluster.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::paths;

/// How to reach a cluster's API.
#[derive(Clone, Debug)]
pub struct Kubernetes {
    kubeconfig: Option<PathBuf>,
    tools: Option<PathBuf>,
}

impl Kubernetes {
    /// `kubeconfig`: absent means what the person's own kubectl uses. `tools`: directory with
    /// kubectl and helm; absent means those on the `PATH`.
    pub fn new(kubeconfig: Option<PathBuf>, tools: Option<PathBuf>) -> Self {
        Self { kubeconfig, tools }
    }

    /// Directory with kubectl and helm; absent means those on the `PATH`.
    pub fn tools(&self) -> Option<&Path> {
        self.tools.as_deref()
    }

    pub fn kubectl(&self, arguments: &[&str]) -> Command {
        self.tool("kubectl", arguments)
    }

    pub fn helm(&self, arguments: &[&str]) -> Command {
        self.tool("helm", arguments)
    }

    fn tool(&self, name: &str, arguments: &[&str]) -> Command {
        let program = self
            .tools
            .as_ref()
            .map_or_else(|| name.into(), |dir| dir.join(name));
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("KUBECACHEDIR", paths::kubectl_cache());
        if let Some(kubeconfig) = &self.kubeconfig {
            command.env("KUBECONFIG", kubeconfig);
        }
        command
    }

    /// Standard output of `kubectl <arguments>`.
    pub fn output(&self, arguments: &[&str]) -> Result<String> {
        text_of(&mut self.kubectl(arguments))
    }

    /// Applies manifests given as text, server-side.
    pub fn apply(&self, manifests: &str) -> Result<String> {
        let mut command = self.kubectl(&["apply", "--server-side", "-f", "-"]);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().context("cannot start kubectl")?;
        child
            .stdin
            .take()
            .context("kubectl has no standard input")?
            .write_all(manifests.as_bytes())?;
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!(
                "kubectl apply: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Applies the manifests of a file, as a person would.
    pub fn apply_file(&self, file: &Path) -> Result<String> {
        self.output(&["apply", "-f", &file.to_string_lossy()])
    }
}

/// Standard output of a command that must succeed.
pub fn text_of(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot start {command:?}; is the program installed?"))?;
    if !output.status.success() {
        bail!(
            "{command:?} failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
