//! The node's own view of the machine: mounts, network and processes of its own.
//!
//! Nothing of the host changes, and everything in here ends with the supervisor: the kernel takes
//! the mounts, the links and the nftables rules down with the last process.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::Ipv4Addr,
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail};
use nix::{
    mount::{MsFlags, mount},
    sched::{CloneFlags, unshare},
};

use super::layout::Layout;
use crate::paths;

/// The node's address. It exists only inside the cluster's network namespace.
pub(crate) const NODE_ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 89, 0, 1);

/// Directories that programs of the node write to by fixed paths; each becomes an empty one.
const SCRATCH: [&str; 3] = ["/run", "/var/lib", "/var/log"];

/// Where the node sees what the cluster keeps: the usual places, which also are short enough for
/// the sockets in them.
pub(crate) const KUBELET: &str = "/var/lib/kubelet";
pub(crate) const CONTAINERD: &str = "/var/lib/containerd";
pub(crate) const VOLUMES: &str = "/var/lib/localmart/volumes";
const POD_LOGS: &str = "/var/log/pods";

/// Kernel settings of the whole machine that the kubelet wants to change.
const TUNABLES: [&str; 6] = [
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
];

/// Gives the calling thread, and the threads and processes it starts, mounts and network of
/// their own.
pub(crate) fn enter(layout: &Layout) -> Result<()> {
    unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET).context(
        "cannot make a mount and a network namespace; the embedded cluster needs root and a kernel \
         that allows namespaces",
    )?;
    change_propagation("/", MsFlags::MS_PRIVATE)?;
    // The kubelet shares mounts with pods and containers below it.
    change_propagation("/", MsFlags::MS_SHARED)?;
    for directory in SCRATCH {
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
        mount(
            Some("tmpfs"),
            directory,
            Some("tmpfs"),
            flags,
            Some("mode=755"),
        )
        .with_context(|| format!("cannot mount a tmpfs on {directory}"))?;
    }
    let kept = [
        (layout.kubelet(), KUBELET),
        (layout.containerd(), CONTAINERD),
        (layout.volumes(), VOLUMES),
        (layout.logs().join("pods"), POD_LOGS),
    ];
    for (directory, seen_as) in &kept {
        for path in [directory.as_path(), Path::new(seen_as)] {
            fs::create_dir_all(path)
                .with_context(|| format!("cannot create {}", path.display()))?;
        }
        bind(directory, Path::new(seen_as))?;
    }
    configure_network()
}

/// Whether the node sees an empty directory in this path's place.
pub(crate) fn hides(path: &Path) -> Option<&'static str> {
    SCRATCH
        .into_iter()
        .find(|scratch| path.starts_with(scratch))
}

/// The problem with a cache or an xtask that lies where the node sees an empty directory.
pub(crate) fn hidden_path() -> Result<Option<String>> {
    let program = paths::this_program()?;
    for needed in [paths::cache(), program] {
        if let Some(directory) = hides(&needed) {
            return Ok(Some(format!(
                "{} lies below {directory}, which the cluster's programs see empty. Put it \
                 elsewhere: XDG_CACHE_HOME moves the cache, CARGO_TARGET_DIR the built programs",
                needed.display()
            )));
        }
    }
    Ok(None)
}

/// Starts the first process of a new process namespace, in which all later children of this
/// thread live. They end when that process ends, and it ends when this one does.
pub(crate) fn start_init(scratch: &Path) -> Result<Child> {
    let program = paths::this_program()?;
    unshare(CloneFlags::CLONE_NEWPID).context("cannot make a process namespace")?;
    let mut child = Command::new(program)
        .args(["cluster", "init"])
        .arg(scratch)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start the first process of the cluster's process namespace")?;
    let mut answer = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut answer)?;
    }
    if answer.trim() != "ready" {
        bail!("the first process of the cluster's process namespace did not come up");
    }
    Ok(child)
}

/// Mounts a `/proc` that shows this process namespace, and stand-ins for the machine's settings.
pub(crate) fn mount_proc(scratch: &Path) -> Result<()> {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    mount(Some("proc"), "/proc", Some("proc"), flags, None::<&str>)
        .context("cannot mount /proc for the cluster's processes")?;
    fs::create_dir_all(scratch).with_context(|| format!("cannot create {}", scratch.display()))?;
    for name in TUNABLES {
        let setting = Path::new("/proc/sys").join(name);
        if !setting.exists() {
            continue;
        }
        let stand_in = scratch.join(name.replace('/', "."));
        fs::write(&stand_in, fs::read(&setting)?)
            .with_context(|| format!("cannot write {}", stand_in.display()))?;
        bind(&stand_in, &setting)?;
    }
    Ok(())
}

fn configure_network() -> Result<()> {
    // A default route makes addresses of Services routable before kube-proxy translates them.
    ip(&format!(
        "link set lo up\n\
         link add node0 type bridge\n\
         address add {NODE_ADDRESS}/24 dev node0\n\
         link set node0 up\n\
         route add default dev node0\n"
    ))?;
    fs::write("/proc/sys/net/ipv4/ip_forward", "1").context("cannot enable IP forwarding")?;
    // Traffic between pods of the node's bridge must pass nftables, where Services are translated.
    let bridged = Path::new("/proc/sys/net/bridge/bridge-nf-call-iptables");
    if !bridged.exists() {
        let loaded = Command::new("modprobe").arg("br_netfilter").status();
        if !loaded.is_ok_and(|status| status.success()) || !bridged.exists() {
            bail!(
                "the kernel has no br_netfilter: pods on one node could not reach Services. \
                 Load the module with `modprobe br_netfilter`"
            );
        }
    }
    for setting in ["bridge-nf-call-iptables", "bridge-nf-call-ip6tables"] {
        fs::write(bridged.with_file_name(setting), "1")
            .context("cannot pass bridged traffic to nftables")?;
    }
    Ok(())
}

fn ip(batch: &str) -> Result<()> {
    let mut child = Command::new("ip")
        .args(["-batch", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start ip; install the package iproute2")?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(batch.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!(
            "cannot set up the node's network: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(())
}

fn change_propagation(path: &str, how: MsFlags) -> Result<()> {
    mount(
        None::<&str>,
        path,
        None::<&str>,
        how | MsFlags::MS_REC,
        None::<&str>,
    )
    .with_context(|| format!("cannot change how mounts below {path} are shared"))
}

fn bind(from: &Path, to: &Path) -> Result<()> {
    mount(Some(from), to, None::<&str>, MsFlags::MS_BIND, None::<&str>)
        .with_context(|| format!("cannot bind {} over {}", from.display(), to.display()))
}
