//! Looks at the machine before anything is built, so that a start fails in its first second or
//! not at all. Everything found is said at once: what, why it matters, what to do.

mod packages;

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use nix::{sys::statvfs::statvfs, unistd::geteuid};

pub(crate) use packages::Purpose;

use crate::{
    cluster::{self, ClusterConfig},
    paths,
    progress::Progress,
};

const GIB: u64 = 1 << 30;
/// What a node with the shop on it takes.
const NODE_MEMORY: u64 = 3 * GIB;
/// What a control plane alone takes.
const CONTROL_PLANE_MEMORY: u64 = GIB;
/// Go's caches while the cluster's programs are built, and the programs.
const BUILD_DISK: u64 = 13 * GIB;
/// Images, containers and volumes of a shop.
const RUN_DISK: u64 = 5 * GIB;
/// The first Go that fetches a newer one by itself when a module asks for it.
const OLDEST_GO: u32 = 21;
/// The oldest Node that the web shop's tools run on.
const OLDEST_NODE: u32 = 20;

/// Fails, with everything that is wrong, when the cluster could not start on this machine.
/// Missing Debian packages are installed where that is possible.
pub(crate) fn check_cluster(config: &ClusterConfig, progress: &Progress) -> Result<()> {
    if cluster::running(&config.name)?.is_some() {
        return Ok(());
    }
    let node = !config.control_plane_only;
    let must_build = !cluster::is_built(node)?;
    let mut problems = Vec::new();
    if node && !geteuid().is_root() {
        problems.push(
            "this is not root: a node needs namespaces, mounts and network links of its own. \
             Run the command with sudo"
                .to_owned(),
        );
    }
    if node {
        problems.extend(cluster::hidden_path()?);
    }
    if must_build {
        problems.extend(go());
    }
    problems.extend(memory(if node {
        NODE_MEMORY
    } else {
        CONTROL_PLANE_MEMORY
    })?);
    let build = if must_build { BUILD_DISK } else { 0 };
    problems.extend(disk(&paths::cache(), build + RUN_DISK)?);
    if node && let Some(port) = config.ingress_port {
        problems.extend(taken(port));
    }
    report(&problems)?;
    if node {
        packages::ensure(&[Purpose::Node, Purpose::Databases], progress)?;
    }
    Ok(())
}

/// Everything that testing LocalMart here needs, with `config` as its cluster.
pub(crate) fn check_everything(config: &ClusterConfig, progress: &Progress) -> Result<()> {
    check_cluster(config, progress)?;
    check_web()?;
    packages::ensure(
        &[Purpose::Node, Purpose::Databases, Purpose::Shoppers],
        progress,
    )
}

/// What the images and the web shop are made with.
pub(crate) fn check_build(progress: &Progress) -> Result<()> {
    check_web()?;
    packages::ensure(&[Purpose::Databases], progress)
}

fn check_web() -> Result<()> {
    let advice = format!(
        "the web shop is built with it. Install Node {OLDEST_NODE} or newer from nodejs.org"
    );
    let Ok(output) = Command::new("node").arg("--version").output() else {
        bail!("there is no Node: {advice}");
    };
    let version = String::from_utf8_lossy(&output.stdout).into_owned();
    match major_version(&version) {
        Some(major) if major < OLDEST_NODE => bail!("Node {} is too old: {advice}", version.trim()),
        Some(_) => {}
        None => bail!("node --version said {:?}: {advice}", version.trim()),
    }
    if Command::new("npm").arg("--version").output().is_err() {
        bail!("there is no npm: it comes with Node, or as the package npm; {advice}");
    }
    Ok(())
}

/// 20 of `v20.20.2`.
fn major_version(text: &str) -> Option<u32> {
    text.trim()
        .strip_prefix('v')?
        .split('.')
        .next()?
        .parse()
        .ok()
}

fn report(problems: &[String]) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    bail!(
        "this machine cannot run the cluster yet:\n  - {}",
        problems.join("\n  - ")
    )
}

fn go() -> Option<String> {
    let advice = "the cluster's programs are built with it once. Install Go 1.26 from go.dev/dl and \
                  put its bin directory on the PATH";
    let Ok(output) = Command::new("go").arg("version").output() else {
        return Some(format!("there is no Go: {advice}"));
    };
    let version = String::from_utf8_lossy(&output.stdout).into_owned();
    (minor_version(&version)? < OLDEST_GO)
        .then(|| format!("{} is too old: {advice}", version.trim()))
}

/// 26 of `go version go1.26.8 linux/amd64`; development versions have none and are trusted.
fn minor_version(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once("go1.")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn memory(needed: u64) -> Result<Option<String>> {
    let text = fs::read_to_string("/proc/meminfo").context("cannot read /proc/meminfo")?;
    let available = available_memory(&text).context("/proc/meminfo does not name MemAvailable")?;
    Ok((available < needed).then(|| {
        format!(
            "{} MiB of memory are free, {} MiB are needed: the kernel would kill parts of the \
             cluster. Close other programs",
            available >> 20,
            needed >> 20
        )
    }))
}

/// In bytes.
fn available_memory(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

fn disk(directory: &Path, needed: u64) -> Result<Option<String>> {
    let mut existing = PathBuf::from(directory);
    while !existing.exists() && existing.pop() {}
    let found = statvfs(&existing)
        .with_context(|| format!("cannot look at the disk of {}", existing.display()))?;
    let free = found.blocks_available() * found.fragment_size();
    Ok((free < needed).then(|| {
        format!(
            "{} MiB are free on the disk of {}, {} MiB are needed for built programs, images and \
             volumes. Free some, or set XDG_CACHE_HOME to a directory on a larger disk",
            free >> 20,
            directory.display(),
            needed >> 20
        )
    }))
}

fn taken(port: u16) -> Option<String> {
    TcpListener::bind(("127.0.0.1", port)).err().map(|error| {
        format!(
            "port {port} on 127.0.0.1 cannot be used for the shop ({error}). Stop the program that \
             has it (`ss -ltnp sport = :{port}` names it) or choose another with --port"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_gos_version() {
        assert_eq!(minor_version("go version go1.26.8 linux/amd64"), Some(26));
        assert_eq!(minor_version("go version devel +abc"), None);
        assert_eq!(major_version("v20.20.2\n"), Some(20));
        assert_eq!(major_version("20"), None);
    }

    #[test]
    fn reads_the_available_memory() {
        let text = "MemTotal:  100 kB\nMemFree:  10 kB\nMemAvailable:   64 kB\n";
        assert_eq!(available_memory(text), Some(64 * 1024));
        assert_eq!(available_memory("MemTotal: 100 kB\n"), None);
    }

    #[test]
    fn a_taken_port_is_a_problem_and_a_free_one_is_none() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        assert!(taken(port).is_some_and(|problem| problem.contains(&port.to_string())));
        // Port 0 stands for any free one.
        assert_eq!(taken(0), None);
    }

    #[test]
    fn a_full_disk_is_a_problem_even_for_a_directory_to_come() {
        let directory = tempfile::tempdir().expect("a scratch directory");
        let to_come = directory.path().join("not/yet");
        assert_eq!(disk(&to_come, 0).expect("an answer"), None);
        assert!(disk(&to_come, u64::MAX).expect("an answer").is_some());
    }

    #[test]
    fn every_problem_is_reported() {
        report(&[]).expect("no problem");
        let error = report(&["one".to_owned(), "two".to_owned()]).expect_err("problems");
        assert!(error.to_string().contains("one") && error.to_string().contains("two"));
    }
}
