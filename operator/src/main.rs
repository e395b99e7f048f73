//! `localmart-operator`: the controller and the tools around it.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::{
    collections::BTreeSet,
    io::Read,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use kube::Client;
use localmart_api::{conditions, schema};
use localmart_operator::{
    context::{Context, RECHECK},
    controller,
    leader::Leadership,
    releases::Releases,
    render, server, telemetry, yaml,
};

/// Where the chart mounts the release table.
const RELEASES: &str = "/etc/localmart/releases.yaml";

#[derive(Parser)]
#[command(version, about = "Turns a LocalMart object into a running shop")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Watch LocalMarts and keep their shops right.
    Run(Run),
    /// Print the CustomResourceDefinition.
    Crd,
    /// Print the reasons of all conditions with cause and remedy, as a Markdown table.
    Reasons,
    /// Print every object that a LocalMart becomes, without a cluster.
    Render(Render),
}

#[derive(Args)]
struct Run {
    /// The release table: which image a version means.
    #[arg(long, env = "RELEASES", default_value = RELEASES)]
    releases: PathBuf,
    /// Namespaces in which the operator has rights, separated by commas.
    #[arg(long, env = "WATCH_NAMESPACES", value_delimiter = ',', required = true)]
    namespaces: Vec<String>,
    /// Look for LocalMarts in these namespaces only; needs no ClusterRole. Without it, a
    /// LocalMart elsewhere is told how to grant its namespace.
    #[arg(long, env = "NAMESPACES_ONLY")]
    namespaces_only: bool,
    /// Take a Lease before working; needed with more than one replica.
    #[arg(long, env = "LEADER_ELECTION")]
    leader_election: bool,
    /// Namespace of this process, where the Lease is.
    #[arg(long, env = "POD_NAMESPACE", default_value = "default")]
    own_namespace: String,
    /// Name of this process in the Lease and in events.
    #[arg(long, env = "POD_NAME")]
    identity: Option<String>,
    /// Where health and metrics are served.
    #[arg(long, env = "ADMIN_LISTEN", default_value = "0.0.0.0:9090")]
    admin_listen: SocketAddr,
    /// Seconds until a shop at rest is looked at again, in case a watch lost something; up to twice
    /// as long, so that not all of them come together.
    #[arg(long, env = "RECHECK_SECONDS", default_value_t = RECHECK.as_secs(), value_parser = clap::value_parser!(u64).range(1..))]
    recheck_seconds: u64,
    /// Level of the log, or a list by module such as info,kube=debug.
    #[arg(long, env = "LOG_LEVEL", default_value = "info")]
    log_level: String,
}

#[derive(Args)]
struct Render {
    /// File with a LocalMart; - reads standard input.
    #[arg(short, long)]
    file: PathBuf,
    /// The release table; absent: image names with the version as tag.
    #[arg(long)]
    releases: Option<PathBuf>,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Run(run) => run.start(),
        Command::Crd => print_crd(),
        Command::Reasons => {
            print!("{}", conditions::Reason::markdown());
            Ok(())
        }
        Command::Render(arguments) => arguments.print(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("localmart-operator: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn print_crd() -> anyhow::Result<()> {
    print!("{}", yaml::to_string(&schema::crd())?);
    Ok(())
}

impl Render {
    fn print(&self) -> anyhow::Result<()> {
        let releases = match &self.releases {
            Some(path) => Releases::read(path)?,
            None => Releases::conventional(),
        };
        let text = read(&self.file)?;
        let rendered =
            render::render(&text, &releases).with_context(|| self.file.display().to_string())?;
        print!("{rendered}");
        Ok(())
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text)
}

impl Run {
    fn start(self) -> anyhow::Result<()> {
        telemetry::start(&self.log_level)?;
        // Fails only when a provider is installed already.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let releases = Releases::read(&self.releases)?;
        // One thread does: the operator waits for the API server nearly all of its time.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(self.work(releases))
    }

    async fn work(self, releases: Releases) -> anyhow::Result<()> {
        let client = Client::try_default()
            .await
            .context("no cluster to work with: neither a service account nor a kubeconfig")?;
        let namespaces: BTreeSet<String> = self.namespaces.iter().cloned().collect();
        let mut context = Context::new(client.clone(), releases, namespaces, self.identity.clone());
        context.recheck = Duration::from_secs(self.recheck_seconds);
        let readiness = server::Readiness::default();
        let served = server::serve(
            self.admin_listen,
            context.metrics.clone(),
            readiness.clone(),
        );
        let worked = self.lead(client, context, readiness);
        tokio::select! {
            result = served => result,
            result = worked => result,
        }
    }

    async fn lead(
        &self,
        client: Client,
        context: Context,
        readiness: server::Readiness,
    ) -> anyhow::Result<()> {
        let mut leadership = None;
        if self.leader_election {
            let identity = self
                .identity
                .as_deref()
                .context("--leader-election needs --identity, a name of this process alone")?;
            // A standby is ready: it does what it is there for.
            readiness.set(true);
            leadership = Some(Leadership::acquired(client, &self.own_namespace, identity).await?);
        }
        let running = controller::run(context, !self.namespaces_only, readiness, stop_signal());
        match &mut leadership {
            None => running.await,
            Some(leadership) => tokio::select! {
                () = running => {}
                () = leadership.lost() => anyhow::bail!("the lease is lost; ending at once"),
            },
        }
        tracing::info!("stopped");
        Ok(())
    }
}

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        // Without handlers the signals end the process directly.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
}
