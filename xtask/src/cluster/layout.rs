//! The files of one cluster, all under `<cache>/clusters/<name>`.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::paths;

/// Longest cluster name: it is also the node's name and the name of a control group.
const NAME_LIMIT: usize = 40;

/// Where one cluster keeps its files.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) name: String,
    root: PathBuf,
}

impl Layout {
    pub(crate) fn of(name: &str) -> Result<Self> {
        check_name(name)?;
        Ok(Self {
            name: name.to_owned(),
            root: paths::cache().join("clusters").join(name),
        })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Held by the supervisor for as long as the cluster runs.
    fn lock_file(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// Written when the cluster is ready, removed when it stops.
    pub(crate) fn record(&self) -> PathBuf {
        self.root.join("cluster.json")
    }

    /// What the supervisor is told to start.
    pub(crate) fn order(&self) -> PathBuf {
        self.root.join("order.json")
    }

    /// Number of the supervisor's process, valid while the lock is held.
    pub(crate) fn supervisor_pid(&self) -> PathBuf {
        self.root.join("supervisor.pid")
    }

    /// One line per stage of the start under way.
    pub(crate) fn start_log(&self) -> PathBuf {
        self.root.join("start.log")
    }

    /// The published ports of the last start, kept so that a kubeconfig stays valid.
    pub(crate) fn ports(&self) -> PathBuf {
        self.root.join("ports.json")
    }

    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.root.join("kubeconfig")
    }

    pub(crate) fn pki(&self) -> PathBuf {
        self.root.join("pki")
    }

    /// Generated configuration of the components.
    pub(crate) fn config(&self) -> PathBuf {
        self.root.join("config")
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    pub(crate) fn etcd(&self) -> PathBuf {
        self.root.join("etcd")
    }

    /// Where etcd's data lives when it shall not outlive the cluster: memory, on every Linux.
    pub(crate) fn etcd_in_memory(&self) -> PathBuf {
        Path::new("/dev/shm").join(format!("localmart-{}-etcd", self.name))
    }

    pub(crate) fn containerd(&self) -> PathBuf {
        self.root.join("containerd")
    }

    pub(crate) fn kubelet(&self) -> PathBuf {
        self.root.join("kubelet")
    }

    /// Data of the persistent volumes.
    pub(crate) fn volumes(&self) -> PathBuf {
        self.root.join("volumes")
    }

    pub(crate) fn audit_log(&self) -> PathBuf {
        self.logs().join("audit.log")
    }

    /// Takes the cluster for this process; `None` when another process runs it.
    ///
    /// The kernel frees the lock with the process, so there is no stale one after a crash.
    pub(crate) fn try_lock(&self) -> Result<Option<File>> {
        fs::create_dir_all(&self.root)
            .with_context(|| format!("cannot create {}", self.root.display()))?;
        let path = self.lock_file();
        let file =
            File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock {}", path.display()))
            }
        }
    }
}

fn check_name(name: &str) -> Result<()> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty()
        || name.len() > NAME_LIMIT
        || !name.chars().all(allowed)
        || name.starts_with('-')
        || name.ends_with('-')
    {
        bail!(
            "{name:?} cannot name a cluster: it also names the node. Use at most {NAME_LIMIT} \
             lower-case letters, digits and inner hyphens"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_name_is_a_node_name() {
        for good in ["localmart", "e2e-1", "a"] {
            check_name(good).expect(good);
        }
        for bad in [
            "",
            "-a",
            "a-",
            "A",
            "a/b",
            "a.b",
            &"x".repeat(NAME_LIMIT + 1),
        ] {
            check_name(bad).expect_err(bad);
        }
    }
}
