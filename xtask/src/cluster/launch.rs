//! The caller's side of a cluster: launches the supervisor, follows its start, ends it.

use std::{
    fs::{self, File},
    io,
    path::Path,
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde::{Deserialize, Serialize};

use super::{
    Cluster, ClusterConfig, addons::AddonImages, cgroups, layout::Layout, machine::Machine,
    programs::Programs,
};
use crate::{
    paths, preflight,
    progress::{Progress, Step},
};

const START_LIMIT: Duration = Duration::from_mins(4);
const STOP_LIMIT: Duration = Duration::from_mins(1);
const KILL_LIMIT: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(25);

/// What the supervisor is told; a file, because it outlives the command that wrote it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) config: ClusterConfig,
    pub(super) programs: Programs,
    /// Absent without a node.
    pub(super) images: Option<AddonImages>,
}

pub(super) fn start(config: &ClusterConfig, progress: &Progress) -> Result<Cluster> {
    let layout = Layout::of(&config.name)?;
    let Some(lock) = layout.try_lock()? else {
        return join(config, &layout, progress);
    };
    preflight::check_cluster(config, progress)?;
    let programs = Programs::locate()?;
    programs.build(!config.control_plane_only, progress)?;
    let images = if config.control_plane_only {
        None
    } else {
        Some(AddonImages::build(&programs, progress)?)
    };
    clear_traces(&layout)?;
    let order = Order {
        config: config.clone(),
        programs,
        images,
    };
    fs::write(layout.order(), serde_json::to_vec_pretty(&order)?)
        .with_context(|| format!("cannot write {}", layout.order().display()))?;
    let mut supervisor = spawn_supervisor(&layout, lock)?;
    let step = progress.step(&format!("cluster {}", config.name));
    let cluster = follow(&layout, Some(&mut supervisor), &step)?;
    let ingress = cluster
        .ingress_port
        .map(|port| format!(", ingress at 127.0.0.1:{port}"));
    step.done(&format!(
        "ready, API at 127.0.0.1:{}{}",
        cluster.api_port,
        ingress.unwrap_or_default()
    ));
    Ok(cluster)
}

/// Another process started this cluster or is just starting it.
fn join(config: &ClusterConfig, layout: &Layout, progress: &Progress) -> Result<Cluster> {
    let cluster = if let Some(cluster) = running(layout)? {
        cluster
    } else {
        let step = progress.step(&format!("cluster {}", config.name));
        let cluster = follow(layout, None, &step)?;
        step.done("ready");
        cluster
    };
    let runs = &cluster.config;
    let other_port = config
        .ingress_port
        .is_some_and(|port| cluster.ingress_port != Some(port));
    if runs.control_plane_only != config.control_plane_only
        || (!config.control_plane_only && other_port)
    {
        bail!(
            "the cluster {} runs already, with other settings (control plane only: {}, ingress \
             port: {}). Stop it first with `cargo xtask cluster stop --name {}`",
            config.name,
            runs.control_plane_only,
            cluster
                .ingress_port
                .map_or("none".to_owned(), |port| port.to_string()),
            config.name,
        );
    }
    Ok(cluster)
}

/// The record of a cluster counts only while its supervisor holds the lock.
pub(super) fn running(layout: &Layout) -> Result<Option<Cluster>> {
    if !layout.root().exists() || layout.try_lock()?.is_some() {
        return Ok(None);
    }
    let Ok(text) = fs::read(layout.record()) else {
        return Ok(None);
    };
    let cluster = serde_json::from_slice(&text)
        .with_context(|| format!("{} is damaged", layout.record().display()))?;
    Ok(Some(cluster))
}

/// Hands the lock over as standard input, so that there is no moment without an owner.
fn spawn_supervisor(layout: &Layout, lock: File) -> Result<Child> {
    fs::create_dir_all(layout.logs())
        .with_context(|| format!("cannot create {}", layout.logs().display()))?;
    let path = layout.logs().join("supervisor.log");
    let log = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let search_path = std::env::var("PATH").unwrap_or_default();
    Command::new(paths::this_program()?)
        .args(["cluster", "supervise", &layout.name])
        .current_dir("/")
        // containerd, runc and nft are where a plain user's search path does not look.
        .env("PATH", format!("{search_path}:/usr/sbin:/sbin"))
        // Its log is shown to people when the start fails.
        .env_remove("RUST_BACKTRACE")
        .stdin(lock)
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .context("cannot start the cluster's supervisor")
}

/// Shows the stages of a start until the cluster is ready or the start failed.
fn follow(layout: &Layout, mut supervisor: Option<&mut Child>, step: &Step<'_>) -> Result<Cluster> {
    let deadline = Instant::now() + START_LIMIT;
    loop {
        if let Some(cluster) = running(layout)? {
            return Ok(cluster);
        }
        let stages = fs::read_to_string(layout.start_log()).unwrap_or_default();
        if let Some(stage) = stages.lines().last() {
            step.say(stage);
        }
        let ended = match supervisor.as_mut() {
            Some(child) => child.try_wait()?.is_some(),
            None => layout.try_lock()?.is_some(),
        };
        if ended {
            let log = layout.logs().join("supervisor.log");
            let text = fs::read_to_string(&log).unwrap_or_default();
            bail!("the cluster {} did not start: {}", layout.name, text.trim());
        }
        if Instant::now() > deadline {
            bail!(
                "the cluster {} is not ready after {} s; the logs of its components are in {}",
                layout.name,
                START_LIMIT.as_secs(),
                layout.logs().display()
            );
        }
        thread::park_timeout(POLL);
    }
}

pub(super) fn stop(layout: &Layout, remove_data: bool, progress: &Progress) -> Result<()> {
    if !layout.root().exists() {
        progress.note(&format!("there is no cluster {}", layout.name));
        return Ok(());
    }
    let step = progress.step(&format!("stop {}", layout.name));
    let lock = end_supervisor(layout, &step)?;
    clear_traces(layout)?;
    if remove_data {
        remove_directory(layout.root())?;
    }
    drop(lock);
    step.done(if remove_data {
        "stopped, data removed"
    } else {
        "stopped, data kept"
    });
    Ok(())
}

/// Asks the supervisor to end, kills it when it does not, and takes its lock.
fn end_supervisor(layout: &Layout, step: &Step<'_>) -> Result<File> {
    let mut signals = [(Signal::SIGTERM, STOP_LIMIT), (Signal::SIGKILL, KILL_LIMIT)].into_iter();
    let mut deadline = Instant::now();
    loop {
        if let Some(lock) = layout.try_lock()? {
            return Ok(lock);
        }
        if Instant::now() >= deadline {
            let Some((signal, limit)) = signals.next() else {
                bail!(
                    "the supervisor of the cluster {} cannot be killed",
                    layout.name
                );
            };
            let pid = supervisor_pid(layout)
                .with_context(|| format!("the cluster {} is just starting", layout.name))?;
            step.say(&format!("{signal} to the supervisor, process {pid}"));
            kill(pid, signal).context("cannot stop the cluster's supervisor")?;
            deadline = Instant::now() + limit;
        }
        thread::park_timeout(POLL);
    }
}

/// The process that holds the lock; it wrote its number when it took it.
fn supervisor_pid(layout: &Layout) -> Option<Pid> {
    let text = fs::read_to_string(layout.supervisor_pid()).ok()?;
    text.trim().parse().ok().map(Pid::from_raw)
}

/// Removes what a supervisor leaves outside its own files. The caller holds the lock.
fn clear_traces(layout: &Layout) -> Result<()> {
    for path in [
        layout.record(),
        layout.start_log(),
        layout.supervisor_pid(),
        layout.order(),
    ] {
        if path.exists() {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    remove_directory(&layout.etcd_in_memory())?;
    let deadline = Instant::now() + KILL_LIMIT;
    let Ok(machine) = Machine::detect() else {
        return Ok(());
    };
    while !cgroups::remove(machine.cgroups, &layout.name)? {
        if Instant::now() > deadline {
            bail!(
                "processes of the cluster {} are still in the control group {}: they cannot be \
                 killed. `cat /proc/<pid>/stack` says what the kernel waits for",
                layout.name,
                cgroups::group(&layout.name)
            );
        }
        thread::park_timeout(POLL);
    }
    Ok(())
}

fn remove_directory(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
