//! What this machine's kernel grants and how it is set up: detected, never assumed.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

/// Number of the capability that lets a process lower its out-of-memory score.
const CAP_SYS_RESOURCE: u32 = 24;

/// How control groups are mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CgroupVersion {
    /// One hierarchy per controller; also the hybrid with an empty v2 hierarchy beside them.
    V1,
    V2,
}

/// The differences between machines that change how the node is configured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Machine {
    pub(crate) cgroups: CgroupVersion,
    pub(crate) may_lower_oom_score: bool,
}

impl Machine {
    pub(crate) fn detect() -> Result<Self> {
        Ok(Self {
            cgroups: cgroup_version(Path::new("/sys/fs/cgroup"))?,
            may_lower_oom_score: has_capability(
                &fs::read_to_string("/proc/self/status")
                    .context("cannot read /proc/self/status to learn this process's rights")?,
                CAP_SYS_RESOURCE,
            ),
        })
    }
}

fn cgroup_version(mount: &Path) -> Result<CgroupVersion> {
    if mount.join("cgroup.controllers").exists() {
        return Ok(CgroupVersion::V2);
    }
    if mount.join("memory/cgroup.procs").exists() {
        return Ok(CgroupVersion::V1);
    }
    bail!(
        "no control groups with a memory controller at {}: the kubelet limits pods with them. \
         Mount cgroup2 there, as systemd does",
        mount.display()
    )
}

/// Reads the effective set from the text of `/proc/<pid>/status`.
fn has_capability(status: &str, capability: u32) -> bool {
    status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask >> capability & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_one_capability_from_the_effective_mask() {
        let everything_else = "CapPrm:\t000001ffffffffff\nCapEff:\t000001fffeffffff\n";
        assert!(!has_capability(everything_else, CAP_SYS_RESOURCE));
        assert!(has_capability(
            "CapEff:\t0000000001000000\n",
            CAP_SYS_RESOURCE
        ));
        assert!(!has_capability("", CAP_SYS_RESOURCE));
    }

    #[test]
    fn tells_the_cgroup_versions_apart() {
        let directory = tempfile::tempdir().expect("a scratch directory");
        let mount = directory.path();
        assert!(cgroup_version(mount).is_err());
        fs::create_dir(mount.join("memory")).expect("a controller");
        fs::write(mount.join("memory/cgroup.procs"), "").expect("its members");
        assert_eq!(cgroup_version(mount).expect("v1"), CgroupVersion::V1);
        fs::write(mount.join("cgroup.controllers"), "cpu memory").expect("controllers");
        assert_eq!(cgroup_version(mount).expect("v2"), CgroupVersion::V2);
    }
}
