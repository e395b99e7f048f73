//! What a cluster may leave on the machine: looked up, not remembered.

use std::{collections::BTreeSet, fs, path::Path};

/// Places outside the cache that Kubernetes' programs use by default.
const PLACES: [&str; 9] = [
    "/dev/shm",
    "/etc/cni",
    "/opt",
    "/run/netns",
    "/usr/libexec",
    "/var/lib/cni",
    "/var/lib/kubelet",
    "/var/log/containers",
    "/var/log/pods",
];

/// Settings of the whole machine that the kubelet or kube-proxy would change.
const SETTINGS: [&str; 5] = [
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "net/ipv4/ip_forward",
];

/// Everything of one cluster and every machine-wide thing it could have changed, one line each.
#[derive(Debug)]
pub struct Traces(BTreeSet<String>);

impl Traces {
    /// The traces of the cluster `name` at this moment.
    pub fn of(name: &str) -> Self {
        let mut found = BTreeSet::new();
        processes(name, &mut found);
        cgroups(name, &mut found);
        let mounts = fs::read_to_string("/proc/self/mountinfo").expect("the mounts");
        let ours = mounts.lines().filter(|line| line.contains(name));
        found.extend(ours.map(|line| format!("mount {line}")));
        found.extend(entries("/sys/class/net").map(|link| format!("link {link}")));
        for place in PLACES {
            // Anybody uses shared memory.
            let ours = |entry: &String| place != "/dev/shm" || entry.contains(name);
            let files = entries(place).filter(ours);
            found.extend(files.map(|entry| format!("file {place}/{entry}")));
        }
        for setting in SETTINGS {
            let value = fs::read_to_string(Path::new("/proc/sys").join(setting)).expect(setting);
            found.insert(format!("setting {setting}={}", value.trim()));
        }
        Self(found)
    }

    /// Those of one kind.
    pub fn starting_with(&self, kind: &str) -> Vec<&String> {
        self.0
            .iter()
            .filter(|trace| trace.starts_with(kind))
            .collect()
    }

    /// Fails with every difference between these traces and those of now.
    pub fn assert_unchanged(&self, name: &str) {
        let now = Self::of(name);
        let changed: Vec<&String> = self.0.symmetric_difference(&now.0).collect();
        assert!(
            changed.is_empty(),
            "the cluster {name} left or took: {changed:#?}"
        );
    }
}

/// Components carry the cluster's directory in their command line, containers its control group;
/// what shares the mounts of either, such as containerd's helpers, belongs to it too.
fn processes(name: &str, found: &mut BTreeSet<String>) {
    let directory = format!("clusters/{name}/");
    let own_mounts = fs::read_link("/proc/self/ns/mnt").expect("the mount namespace");
    let mut all = Vec::new();
    for pid in entries("/proc").filter(|entry| entry.chars().all(|c| c.is_ascii_digit())) {
        let process = Path::new("/proc").join(&pid);
        // A process that ends while it is looked at has no files left to read.
        let Ok(line) = fs::read(process.join("cmdline")) else {
            continue;
        };
        let Ok(mounts) = fs::read_link(process.join("ns/mnt")) else {
            continue;
        };
        let groups = fs::read_to_string(process.join("cgroup")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        let ours = line.contains(&directory) || groups.contains(&format!("localmart-{name}/"));
        all.push((format!("process {pid} {line}"), mounts, ours));
    }
    let inside: BTreeSet<_> = all
        .iter()
        .filter(|(_, mounts, ours)| *ours && *mounts != own_mounts)
        .map(|(_, mounts, _)| mounts.clone())
        .collect();
    found.extend(
        all.into_iter()
            .filter(|(_, mounts, ours)| *ours || inside.contains(mounts))
            .map(|(process, ..)| process),
    );
}

fn cgroups(name: &str, found: &mut BTreeSet<String>) {
    let group = format!("localmart-{name}");
    let root = Path::new("/sys/fs/cgroup");
    let hierarchies = entries("/sys/fs/cgroup")
        .map(|entry| root.join(entry))
        .chain([root.to_path_buf()]);
    for path in hierarchies
        .map(|hierarchy| hierarchy.join(&group))
        .filter(|path| path.exists())
    {
        found.insert(format!("cgroup {}", path.display()));
    }
}

/// Names in a directory; none when there is no such directory.
fn entries(directory: &str) -> impl Iterator<Item = String> {
    fs::read_dir(directory)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
}
