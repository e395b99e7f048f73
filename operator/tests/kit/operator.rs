//! The operator's own program, running with the rights of its chart.

use std::{
    fs::File,
    net::SocketAddr,
    path::PathBuf,
    process::Stdio,
    sync::{Arc, Mutex, Weak},
};

use localmart_operator::releases::OWN_VERSION;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::{
    chart,
    cluster::{Cluster, Space},
    proxy::Proxy,
    wire::Wire,
};

/// A release that exists in tests only: every image of it is another one.
pub const NEXT_VERSION: &str = "99.0.0";
/// What that release takes away in the end.
pub const NEXT_CONTRACT: &str = "cart/9002_note.contract.sql";

/// How an operator is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Looks for LocalMarts everywhere, as the chart's default does. Only one such operator can
    /// run in a cluster.
    pub cluster_wide: bool,
    /// Takes the Lease of this namespace before working, under this name.
    pub leader_election: Option<String>,
    /// Seconds, instead of minutes, until a shop that is ready is looked at again.
    pub recheck: Option<u32>,
    /// The bug that was planted for this one.
    pub bug: Option<&'static str>,
    /// Further namespaces in which it has rights.
    pub beside: Vec<String>,
    /// Without its rights until they are granted, under a name of its own: what it is refused until
    /// then is meant to be.
    pub ungranted: bool,
}

/// What the plugin said.
pub struct Answer {
    pub code: i32,
    pub text: String,
    pub complaint: String,
}

/// One operator; killed when dropped.
pub struct Operator {
    pub proxy: Proxy,
    program: Arc<Program>,
    rights: Rights,
}

/// What the chart grants, to whom and where.
struct Rights {
    documents: Vec<Value>,
    user: String,
    namespaces: Vec<String>,
}

/// The process and how it is started.
struct Program {
    child: Mutex<Option<Child>>,
    arguments: Vec<String>,
    bug: Option<&'static str>,
    folder: TempDir,
}

impl Operator {
    /// Starts an operator for one namespace.
    pub async fn start(space: &Space) -> Self {
        Self::start_with(space, Options::default()).await
    }

    pub async fn start_with(space: &Space, options: Options) -> Self {
        let operator = Self::prepare(space, options).await;
        operator.resume();
        operator
    }

    /// Everything but the process.
    pub async fn prepare(space: &Space, options: Options) -> Self {
        let replicas = if options.leader_election.is_some() {
            "2"
        } else {
            "1"
        };
        let granted = [&[space.name.clone()][..], &options.beside].concat();
        let namespaces = granted.join(",");
        let watched = format!("{{{namespaces}}}");
        let account = if options.ungranted {
            "late"
        } else {
            "operator"
        };
        let documents = chart::template(
            account,
            &space.name,
            &[
                ("watchNamespaces", &watched),
                (
                    "clusterRole",
                    if options.cluster_wide {
                        "true"
                    } else {
                        "false"
                    },
                ),
                ("replicas", replicas),
            ],
        );
        let rights = Rights {
            documents,
            user: format!("system:serviceaccount:{}:{account}", space.name),
            namespaces: granted,
        };
        if !options.ungranted {
            rights.grant(&space.cluster).await;
        }
        let proxy = Proxy::start(space.cluster.client.clone(), rights.user.clone()).await;

        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        write("kubeconfig", kubeconfig(proxy.address));
        let releases = write("releases.yaml", releases());
        let mut arguments = vec![
            "run".to_owned(),
            format!("--releases={releases}"),
            format!("--namespaces={namespaces}"),
            "--admin-listen=127.0.0.1:0".to_owned(),
            format!("--own-namespace={}", space.name),
            "--log-level=info,localmart_operator=debug".to_owned(),
        ];
        if !options.cluster_wide {
            arguments.push("--namespaces-only".to_owned());
        }
        if let Some(identity) = &options.leader_election {
            arguments.push("--leader-election".to_owned());
            arguments.push(format!("--identity={identity}"));
        }
        if let Some(seconds) = options.recheck {
            arguments.push(format!("--recheck-seconds={seconds}"));
        }
        let program = Arc::new(Program {
            child: Mutex::default(),
            arguments,
            bug: options.bug,
            folder,
        });
        let crashing = Arc::downgrade(&program);
        proxy.on_crash(move || {
            tokio::spawn(crash(crashing.clone()));
        });
        Self {
            proxy,
            program,
            rights,
        }
    }

    /// Gives it the rights that it was started without.
    pub async fn grant(&self, cluster: &Cluster) {
        self.rights.grant(cluster).await;
    }

    /// The next process reaches its API server through this wire.
    pub fn use_wire(&self, wire: &Wire) {
        let path = self.program.folder.path().join("kubeconfig");
        std::fs::write(path, kubeconfig(wire.address)).unwrap();
    }

    /// The next process reads this release table.
    pub fn use_releases(&self, table: &str) {
        std::fs::write(self.program.folder.path().join("releases.yaml"), table).unwrap();
    }

    /// Sends the process a signal, such as `STOP`.
    pub async fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let sent = Command::new("kill")
            .args(["-s", name, &id])
            .status()
            .await
            .unwrap();
        assert!(sent.success(), "kill -s {name} {id}");
    }

    /// What a question of the plugin answers to somebody with the operator's rights. Fails if it
    /// ends badly.
    pub async fn look(&self, space: &Space, arguments: &[&str]) -> String {
        let answer = self.ask(space, "operator", arguments).await;
        assert_eq!(answer.code, 0, "{arguments:?}: {}", answer.complaint);
        answer.text
    }

    /// Asks the plugin, with the rights of a ServiceAccount. Fails if it sends a single write that
    /// is no dry run.
    pub async fn ask(&self, space: &Space, who: &str, arguments: &[&str]) -> Answer {
        let user = format!("system:serviceaccount:{}:{who}", space.name);
        let proxy = Proxy::start(space.cluster.client.clone(), user).await;
        let path = self.program.folder.path().join("kubeconfig-of-a-person");
        std::fs::write(&path, kubeconfig(proxy.address)).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_kubectl-localmart"))
            .args(arguments)
            .arg(format!("--namespace={}", space.name))
            .arg(&self.program.arguments[1])
            .env("KUBECONFIG", path)
            .output()
            .await
            .unwrap();
        let mut writes = proxy.writes();
        writes.retain(|write| !write.path.contains("dryRun=All"));
        assert!(writes.is_empty(), "{arguments:?} wrote: {writes:?}");
        assert!(!proxy.exchanges().is_empty(), "{arguments:?} never asked");
        Answer {
            code: output.status.code().unwrap(),
            text: String::from_utf8(output.stdout).unwrap(),
            complaint: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The text of the release table.
    pub fn releases(&self) -> String {
        std::fs::read_to_string(self.program.folder.path().join("releases.yaml")).unwrap()
    }

    /// Id of the process that runs.
    pub fn id(&self) -> u32 {
        let child = self.program.child.lock().unwrap();
        child
            .as_ref()
            .and_then(Child::id)
            .expect("the process runs")
    }

    /// Starts the process, again if need be.
    pub fn resume(&self) {
        self.program.start();
    }

    /// SIGKILL, and waits until the process is gone.
    pub async fn kill(&self) {
        self.program.kill().await;
    }

    /// Whether the process has ended.
    pub fn has_ended(&self) -> bool {
        let mut child = self.program.child.lock().unwrap();
        child
            .as_mut()
            .is_none_or(|child| child.try_wait().unwrap().is_some())
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.program.log_path()).unwrap_or_default()
    }
}

impl Rights {
    async fn grant(&self, cluster: &Cluster) {
        chart::grant(cluster, &self.documents).await;
        for namespace in &self.namespaces {
            chart::in_force(cluster, &self.user, namespace).await;
        }
    }
}

impl Program {
    fn start(&self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_path())
            .unwrap();
        let child = Command::new(program())
            .args(&self.arguments)
            .env("KUBECONFIG", self.folder.path().join("kubeconfig"))
            .envs(self.bug.map(|bug| ("LOCALMART_PLANTED_BUG", bug)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        *self.child.lock().unwrap() = Some(child);
    }

    async fn kill(&self) {
        let child = self.child.lock().unwrap().take();
        if let Some(mut child) = child {
            child.kill().await.unwrap();
        }
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

/// Kills the process and, as a cluster does, starts another one.
async fn crash(program: Weak<Program>) {
    let Some(program) = program.upgrade() else {
        return;
    };
    program.kill().await;
    program.start();
}

impl Drop for Operator {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let end: Vec<_> = log.lines().rev().take(40).collect();
            let end: Vec<_> = end.into_iter().rev().collect();
            println!("the operator's log ends with:\n{}", end.join("\n"));
        }
    }
}

/// The operator; measurements name a build of it that is fit to be measured.
pub fn program() -> PathBuf {
    std::env::var_os("LOCALMART_BENCH_OPERATOR").map_or_else(
        || PathBuf::from(env!("CARGO_BIN_EXE_localmart-operator")),
        PathBuf::from,
    )
}

fn kubeconfig(address: SocketAddr) -> String {
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "clusters": [{ "name": "test", "cluster": { "server": format!("http://{address}") } }],
        "users": [{ "name": "test", "user": {} }],
        "contexts": [{ "name": "test", "context": { "cluster": "test", "user": "test" } }],
    })
    .to_string()
}

/// Two releases; the second takes something away that the first needs.
pub fn releases() -> String {
    let names = [
        "catalog",
        "cart",
        "orders",
        "payments",
        "storefront",
        "migrate",
        "redis",
    ];
    let release = |version: &str, hash: &str| {
        let images = names.map(|name| format!("  {name}: localmart/{name}:{hash}\n"));
        format!(
            "\"{version}\":\n{}  postgres: {{\"15\": \"localmart/postgres:same\"}}\n",
            images.concat()
        )
    };
    release(OWN_VERSION, "0a1b2c3d4e5f")
        + &release(NEXT_VERSION, "ffffffffffff")
        + &format!("  contracts: [{NEXT_CONTRACT}]\n")
}
