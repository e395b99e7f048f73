//! The control group under which the kubelet limits the cluster's pods.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::machine::CgroupVersion;

const MOUNT: &str = "/sys/fs/cgroup";

/// Name of the group of the cluster `name`, at the top of each hierarchy.
pub(crate) fn group(name: &str) -> String {
    format!("localmart-{name}")
}

/// The empty v2 hierarchy of a hybrid set-up: it has no controllers, but runc makes groups in it.
const HYBRID: &str = "unified";

/// Makes the cluster's group with every controller the kubelet wants.
pub(crate) fn create(version: CgroupVersion, name: &str) -> Result<()> {
    for hierarchy in hierarchies(version)? {
        let group = hierarchy.join(group(name));
        fs::create_dir_all(&group).with_context(|| format!("cannot create {}", group.display()))?;
        if version == CgroupVersion::V2 {
            delegate(&hierarchy)?;
            delegate(&group)?;
        }
    }
    Ok(())
}

/// Removes the cluster's group. Its processes must have ended; `Ok(false)` when some have not yet.
pub(crate) fn remove(version: CgroupVersion, name: &str) -> Result<bool> {
    let mut gone = true;
    let hybrid = (version == CgroupVersion::V1).then(|| Path::new(MOUNT).join(HYBRID));
    for hierarchy in hierarchies(version)?.into_iter().chain(hybrid) {
        gone &= remove_tree(&hierarchy.join(group(name)))?;
    }
    Ok(gone)
}

/// On v2 a child has only the controllers that its parent passes on.
fn delegate(group: &Path) -> Result<()> {
    let available = fs::read_to_string(group.join("cgroup.controllers"))
        .with_context(|| format!("cannot read the controllers of {}", group.display()))?;
    let control = group.join("cgroup.subtree_control");
    for controller in available.split_whitespace() {
        fs::write(&control, format!("+{controller}")).with_context(|| {
            format!(
                "cannot pass the controller {controller} on in {}; the kubelet needs it to limit \
                 pods",
                control.display()
            )
        })?;
    }
    Ok(())
}

fn hierarchies(version: CgroupVersion) -> Result<Vec<PathBuf>> {
    if version == CgroupVersion::V2 {
        return Ok(vec![PathBuf::from(MOUNT)]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(MOUNT).with_context(|| format!("cannot read {MOUNT}"))? {
        let entry = entry?;
        // Links such as `cpu -> cpu,cpuacct` name a hierarchy twice.
        if entry.file_type()?.is_dir()
            && entry.file_name() != HYBRID
            && entry.path().join("cgroup.procs").exists()
        {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Control groups are removed from the leaves up; their files go with them.
fn remove_tree(group: &Path) -> Result<bool> {
    let entries = match fs::read_dir(group) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", group.display()));
        }
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() && !remove_tree(&entry.path())? {
            return Ok(false);
        }
    }
    match fs::remove_dir(group) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::ResourceBusy => Ok(false),
        Err(error) => Err(error).with_context(|| format!("cannot remove {}", group.display())),
    }
}
