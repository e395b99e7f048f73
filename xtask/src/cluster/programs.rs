//! The cluster's programs, built from the Go modules of `kubelite/` and cached by their content.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::{
    fingerprint::of_trees,
    paths,
    progress::{Progress, Step},
};

/// Names under which the multi-call binary runs.
const MULTI_CALL: [&str; 11] = [
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "kube-proxy",
    "network-policies",
    "coredns",
    "metrics-server",
    "kubectl",
    "helm",
];

/// One `go build`.
struct Program {
    name: &'static str,
    /// Folder of its module, below `kubelite/`.
    module: &'static str,
    package: &'static str,
}

static KUBELITE: Program = Program {
    name: "kubelite",
    module: "",
    package: ".",
};

static NODE_PROGRAMS: [Program; 4] = [
    Program {
        name: "pause",
        module: "pause",
        package: ".",
    },
    Program {
        name: "volume",
        module: "volume",
        package: ".",
    },
    Program {
        name: "local-path-provisioner",
        module: "local-path",
        package: "github.com/rancher/local-path-provisioner",
    },
    Program {
        name: "traefik",
        module: "traefik",
        package: "github.com/traefik/traefik/v3/cmd/traefik",
    },
];

/// The directory with the built programs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Programs {
    directory: PathBuf,
}

impl Programs {
    /// Where the programs of this version of `kubelite/` are or will be.
    pub(crate) fn locate() -> Result<Self> {
        let hash = of_trees(&[sources()], &["README.md"])?;
        Ok(Self {
            directory: paths::cache().join("bin").join(&hash[..16]),
        })
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    pub(crate) fn is_built(&self, with_node: bool) -> bool {
        // The links come last.
        self.path(MULTI_CALL[MULTI_CALL.len() - 1]).exists()
            && wanted(with_node).all(|program| self.path(program.name).exists())
    }

    /// Builds what is missing: the multi-call binary, and what only a node needs on request.
    pub(crate) fn build(&self, with_node: bool, progress: &Progress) -> Result<()> {
        if self.is_built(with_node) {
            return Ok(());
        }
        fs::create_dir_all(&self.directory)
            .with_context(|| format!("cannot create {}", self.directory.display()))?;
        // Two builds of the same programs would only slow each other down.
        let lock = File::create(self.directory.join("lock")).context("cannot lock the build")?;
        lock.lock().context("cannot lock the build")?;
        for program in wanted(with_node) {
            if !self.path(program.name).exists() {
                let step = progress.step(&format!("build {}", program.name));
                self.build_one(program, &step)?;
                step.done("built");
            }
        }
        self.link_names()
    }

    fn build_one(&self, program: &Program, step: &Step<'_>) -> Result<()> {
        let module = sources().join(program.module);
        let total = count_packages(&module, program.package, step)?;
        let fresh = self.path(&format!("{}.new", program.name));
        let mut child = go(&module)
            .args(["build", "-v", "-trimpath", "-ldflags", &link_flags()?, "-o"])
            .arg(&fresh)
            .arg(program.package)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start go; install Go as kubelite/go.mod asks for")?;
        let mut lines = Vec::new();
        if let Some(stderr) = child.stderr.take() {
            // `-v` names each package that is compiled; cached ones are not named.
            for line in BufReader::new(stderr).lines() {
                lines.push(line?);
                let percent = lines.len() * 100 / total;
                step.say(&format!("compiling, {} % of its packages", percent / 5 * 5));
            }
        }
        if !child.wait()?.success() {
            let tail = &lines[lines.len().saturating_sub(20)..];
            bail!(
                "go build of {} failed:\n  {}",
                program.name,
                tail.join("\n  ")
            );
        }
        fs::rename(&fresh, self.path(program.name))
            .with_context(|| format!("cannot move {} into place", fresh.display()))
    }

    fn link_names(&self) -> Result<()> {
        for name in MULTI_CALL {
            let link = self.path(name);
            if !link.exists() {
                symlink(KUBELITE.name, &link)
                    .with_context(|| format!("cannot link {}", link.display()))?;
            }
        }
        Ok(())
    }
}

fn wanted(with_node: bool) -> impl Iterator<Item = &'static Program> {
    std::iter::once(&KUBELITE).chain(NODE_PROGRAMS.iter().filter(move |_| with_node))
}

fn sources() -> PathBuf {
    paths::repository().join("kubelite")
}

fn go(module: &Path) -> Command {
    let mut command = Command::new("go");
    command
        .current_dir(module)
        .env("CGO_ENABLED", "0")
        .env("GOFLAGS", "-mod=readonly -buildvcs=false");
    command
}

/// Downloads the module's dependencies on the way, which is the slow part on a fresh machine.
fn count_packages(module: &Path, package: &str, step: &Step<'_>) -> Result<usize> {
    step.say("fetching modules");
    let output = go(module)
        .args(["list", "-deps", package])
        .output()
        .context("cannot start go; install Go as kubelite/go.mod asks for")?;
    if !output.status.success() {
        bail!(
            "go cannot resolve the packages of {package} in {}:\n  {}",
            module.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(output.stdout.split(|byte| *byte == b'\n').count())
}

/// Strips the programs and stamps Kubernetes' version, which clients parse.
fn link_flags() -> Result<String> {
    let version = kubernetes_version()?;
    let mut numbers = version.trim_start_matches('v').split('.');
    let (major, minor) = (
        numbers.next().unwrap_or_default(),
        numbers.next().unwrap_or_default(),
    );
    let stamp = "-X k8s.io/component-base/version.git";
    let client = "-X k8s.io/client-go/pkg/version.git";
    Ok(format!(
        "-s -w {stamp}Version={version} {stamp}Major={major} {stamp}Minor={minor} \
         {client}Version={version}"
    ))
}

/// The version that `kubelite/go.mod` pins, such as `v1.36.3`.
fn kubernetes_version() -> Result<String> {
    let path = sources().join("go.mod");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let version = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("k8s.io/kubernetes "))
        .map(|rest| {
            rest.split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned()
        });
    version.with_context(|| format!("{} does not require k8s.io/kubernetes", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stamped_version_is_the_pinned_one() {
        let flags = link_flags().expect("go.mod pins Kubernetes");
        assert!(flags.contains("gitVersion=v1."), "{flags}");
        assert!(flags.contains("gitMinor=3"), "{flags}");
    }
}
