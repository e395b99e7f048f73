//! The embedded cluster does what a person would check by hand on a real one, and leaves nothing.
//!
//! The workload is an etcd from the cluster's own image: a server that runs as any user, keeps
//! its data in a volume and answers HTTP.

mod traces;
mod workload;

use std::{
    path::PathBuf,
    process::{Command, Output},
    thread,
    time::{Duration, Instant},
};

use traces::Traces;

/// A value that must survive restarts: "kept" in base64.
const KEPT: &str = "a2VwdA==";
const LIMIT: Duration = Duration::from_secs(90);

/// One cluster of this test's own.
struct Cluster {
    name: String,
    kubeconfig: PathBuf,
}

impl Cluster {
    fn start(name: &str) -> Self {
        Self::start_with(name, &[])
    }

    fn start_with(name: &str, options: &[&str]) -> Self {
        let output = succeed(xtask(&["cluster", "start", "--name", name]).args(options));
        let printed = String::from_utf8(output.stdout).expect("UTF-8");
        let last = printed.lines().last().expect("the path of the kubeconfig");
        Self {
            name: name.to_owned(),
            kubeconfig: PathBuf::from(last),
        }
    }

    fn directory(&self) -> PathBuf {
        self.kubeconfig
            .parent()
            .expect("the cluster's directory")
            .to_path_buf()
    }

    /// A value of the record that the supervisor writes when the cluster is ready.
    fn record(&self, key: &str) -> u64 {
        let text = std::fs::read(self.directory().join("cluster.json")).expect("the record");
        let record: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        record[key]
            .as_u64()
            .unwrap_or_else(|| panic!("{key} in {record}"))
    }

    /// kubectl of the cluster's own programs, outside of every namespace.
    fn kubectl(&self, arguments: &[&str]) -> Command {
        let order = std::fs::read(self.directory().join("order.json")).expect("the order");
        let order: serde_json::Value = serde_json::from_slice(&order).expect("JSON");
        let programs = order["programs"]["directory"]
            .as_str()
            .expect("a directory");
        let mut command = Command::new(PathBuf::from(programs).join("kubectl"));
        command.args(arguments).env("KUBECONFIG", &self.kubeconfig);
        command
    }

    /// Runs a command on the node.
    fn exec(&self, arguments: &[&str]) -> String {
        let mut all = vec!["cluster", "exec", "--name", &self.name, "--"];
        all.extend(arguments);
        String::from_utf8(succeed(&mut xtask(&all)).stdout).expect("UTF-8")
    }

    fn stop(&self, options: &[&str]) {
        succeed(xtask(&["cluster", "stop", "--name", &self.name]).args(options));
    }
}

/// Stops a cluster and removes its data when a test ends, well or not.
struct Cleanup(String);

impl Drop for Cleanup {
    fn drop(&mut self) {
        drop(xtask(&["cluster", "stop", "--name", &self.0, "--data"]).output());
    }
}

fn xtask(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments);
    command
}

fn succeed(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Asks until the answer is a value; fails with the last thing seen.
fn eventually<T>(what: &str, mut ask: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + LIMIT;
    loop {
        match ask() {
            Ok(value) => return value,
            Err(seen) => assert!(Instant::now() < deadline, "{what}: {seen}"),
        }
        thread::park_timeout(Duration::from_millis(100));
    }
}

fn processes_end(name: &str) {
    eventually("the processes end with their supervisor", || {
        let traces = Traces::of(name);
        let left = traces.starting_with("process");
        if left.is_empty() {
            Ok(())
        } else {
            Err(format!("{left:#?}"))
        }
    });
}

fn kill(pid: u64) {
    succeed(Command::new("kill").args(["-KILL", &pid.to_string()]));
}

#[test]
fn a_node_serves_survives_and_leaves_nothing() {
    let name = format!("test-{}-node", std::process::id());
    let before = Traces::of(&name);
    let _cleanup = Cleanup(name.clone());
    let cluster = Cluster::start(&name);
    let during = Traces::of(&name);
    assert!(!during.starting_with("process").is_empty(), "{during:#?}");
    assert!(!during.starting_with("cgroup").is_empty(), "{during:#?}");

    workload::is_refused_without_restrictions(&cluster);
    workload::deploy(&cluster);
    workload::resolves_service_names(&cluster);
    workload::shows_its_log(&cluster);
    workload::owns_its_files(&cluster);
    workload::is_measured(&cluster);
    workload::is_scaled_by_cpu(&cluster);
    workload::write(&cluster, KEPT);

    let same = Cluster::start(&name);
    assert_eq!(same.record("supervisor"), cluster.record("supervisor"));

    cluster.stop(&[]);
    before.assert_unchanged(&name);
    let restarted = Cluster::start(&name);
    assert_eq!(workload::read(&restarted), KEPT);

    kill(restarted.record("supervisor"));
    processes_end(&name);
    let revived = Cluster::start(&name);
    assert_eq!(workload::read(&revived), KEPT);

    revived.stop(&["--data"]);
    before.assert_unchanged(&name);
    assert!(!revived.directory().exists());
}

#[test]
fn control_planes_live_side_by_side_and_leave_nothing() {
    let names = ["a", "b"].map(|suffix| format!("test-{}-{suffix}", std::process::id()));
    let before = names.clone().map(|name| Traces::of(&name));
    let _cleanup = names.clone().map(Cleanup);
    let options = ["--control-plane-only", "--etcd-in-memory"];
    let [one, other] = names
        .clone()
        .map(|name| Cluster::start_with(&name, &options));
    succeed(&mut one.kubectl(&["create", "namespace", "mine"]));
    let seen = other
        .kubectl(&["get", "namespace", "mine"])
        .output()
        .expect("kubectl");
    assert!(
        !seen.status.success(),
        "the other control plane has its own objects"
    );
    succeed(&mut one.kubectl(&[
        "create",
        "deployment",
        "web",
        "--namespace=mine",
        "--image=web",
    ]));
    eventually("the controller manager makes a ReplicaSet", || {
        let output =
            succeed(&mut one.kubectl(&["get", "replicasets", "--namespace=mine", "-o=name"]));
        if output.stdout.is_empty() {
            Err("none".to_owned())
        } else {
            Ok(())
        }
    });
    kill(one.record("supervisor"));
    processes_end(&one.name);
    other.stop(&[]);
    one.stop(&[]);
    for (name, before) in names.iter().zip(&before) {
        before.assert_unchanged(name);
    }
}
