//! The Debian packages that LocalMart uses, and how they get onto the machine.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use nix::unistd::geteuid;
use tempfile::TempDir;

use crate::progress::Progress;

/// Where Debian's own tools look for programs; a user's `PATH` often lacks the first.
const SYSTEM_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What packages are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The node of the embedded cluster.
    Node,
    /// Postgres and Redis: their images, and the services' tests.
    Databases,
    /// What the end-to-end tests shop with.
    Shoppers,
}

struct Package {
    name: &'static str,
    purpose: Purpose,
    /// A program by name or a file by path that shows the package is there, on any distribution.
    evidence: &'static str,
    why: &'static str,
}

const PACKAGES: [Package; 11] = [
    Package {
        name: "containerd",
        purpose: Purpose::Node,
        evidence: "containerd",
        why: "runs containers for the kubelet",
    },
    Package {
        name: "runc",
        purpose: Purpose::Node,
        evidence: "runc",
        why: "starts containers for containerd",
    },
    Package {
        name: "containernetworking-plugins",
        purpose: Purpose::Node,
        evidence: "/usr/lib/cni/bridge",
        why: "joins pods to the node's network",
    },
    Package {
        name: "iproute2",
        purpose: Purpose::Node,
        evidence: "ip",
        why: "sets up the node's network",
    },
    Package {
        name: "nftables",
        purpose: Purpose::Node,
        evidence: "nft",
        why: "kube-proxy translates Services with it",
    },
    Package {
        name: "iptables",
        purpose: Purpose::Node,
        evidence: "iptables",
        why: "the network plugins open host ports with it",
    },
    Package {
        name: "postgresql-15",
        purpose: Purpose::Databases,
        evidence: "/usr/lib/postgresql/15/bin/postgres",
        why: "tests run against it and its image is made from it",
    },
    Package {
        name: "redis-server",
        purpose: Purpose::Databases,
        evidence: "redis-server",
        why: "tests run against it and its image is made from it",
    },
    Package {
        name: "chromium",
        purpose: Purpose::Shoppers,
        evidence: "chromium",
        why: "the browser journeys are driven in it",
    },
    Package {
        name: "curl",
        purpose: Purpose::Shoppers,
        evidence: "curl",
        why: "examples/purchase.sh asks the shop with it",
    },
    Package {
        name: "jq",
        purpose: Purpose::Shoppers,
        evidence: "jq",
        why: "examples/purchase.sh reads the answers with it",
    },
];

/// Installs what is missing for `purposes`; where that is impossible, says what to do.
pub(crate) fn ensure(purposes: &[Purpose], progress: &Progress) -> Result<()> {
    let missing = missing(purposes, &search_path());
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let command = format!(
        "apt-get install --no-install-recommends -y {}",
        names.join(" ")
    );
    let reasons: Vec<String> = missing
        .iter()
        .map(|package| format!("{}: {}", package.name, package.why))
        .collect();
    let list = reasons.join("\n  - ");
    if find("apt-get", &search_path()).is_none() {
        bail!(
            "these Debian packages, or what your distribution has in their place, are missing:\n  \
             - {list}"
        );
    }
    if !geteuid().is_root() {
        bail!("these Debian packages are missing:\n  - {list}\nInstall them: sudo {command}");
    }
    install(&names, progress).with_context(|| {
        format!("these Debian packages are missing and could not be installed:\n  - {list}")
    })
}

fn missing(purposes: &[Purpose], path: &[PathBuf]) -> Vec<&'static Package> {
    PACKAGES
        .iter()
        .filter(|package| purposes.contains(&package.purpose))
        .filter(|package| find(package.evidence, path).is_none())
        .collect()
}

fn install(names: &[&str], progress: &Progress) -> Result<()> {
    let step = progress.step("Debian packages");
    let mut update = apt_get();
    update.arg("update");
    step.run(&mut update, "apt-update")?;
    let stubs = service_stubs()?;
    let mut command = apt_get();
    command
        .arg("-o")
        .arg(format!(
            "DPkg::Path={}:{SYSTEM_PATH}",
            stubs.path().display()
        ))
        .args(["install", "--no-install-recommends", "-y"])
        .args(names);
    step.run(&mut command, "apt-install")?;
    step.done(&names.join(" "));
    Ok(())
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Programs that a package's scripts call to start its service, replaced for one installation by
/// ones that do nothing: the machine gets the programs, and no daemon that it did not have.
fn service_stubs() -> Result<TempDir> {
    let directory = tempfile::tempdir().context("cannot make a scratch directory")?;
    for name in ["invoke-rc.d", "deb-systemd-invoke"] {
        let path = directory.path().join(name);
        fs::write(&path, "#!/bin/sh\nexit 0\n")
            .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o755)))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(directory)
}

fn search_path() -> Vec<PathBuf> {
    let own = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&own)
        .chain(env::split_paths(SYSTEM_PATH))
        .collect()
}

fn find(evidence: &str, path: &[PathBuf]) -> Option<PathBuf> {
    if evidence.starts_with('/') {
        return Some(PathBuf::from(evidence)).filter(|file| file.exists());
    }
    path.iter()
        .map(|directory: &PathBuf| Path::new(directory).join(evidence))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_absent_and_asked_for_is_missing() {
        let directory = tempfile::tempdir().expect("a scratch directory");
        fs::write(directory.path().join("chromium"), "").expect("a program");
        let path = [directory.path().to_path_buf()];
        let names = |path| -> Vec<&str> {
            let packages = missing(&[Purpose::Shoppers], path);
            packages.into_iter().map(|package| package.name).collect()
        };
        assert_eq!(names(&path), ["curl", "jq"]);
        assert_eq!(names(&[]), ["chromium", "curl", "jq"]);
        assert!(missing(&[], &[]).is_empty());
    }

    #[test]
    fn the_stubs_shadow_the_programs_that_start_services() {
        let stubs = service_stubs().expect("stubs");
        for name in ["invoke-rc.d", "deb-systemd-invoke"] {
            let status = Command::new(stubs.path().join(name))
                .args(["redis-server", "start"])
                .status();
            assert!(status.is_ok_and(|status| status.success()), "{name}");
        }
    }
}
