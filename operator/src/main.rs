//! `localmart-operator`: the controller and the tools around it.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::{
    collections::BTreeSet, net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration,
};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use kube::{Client, Config};
use localmart_api::schema;
use localmart_operator::{
    cli,
    context::{Context, RECHECK},
    controller,
    leader::{Leadership, Term},
    reference,
    releases::Releases,
    server, telemetry, yaml,
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
    /// Print what conditions, reasons, events and tasks mean, as a page of Markdown.
    Conditions,
    /// Print every field of a LocalMart, as a page of Markdown.
    Fields,
    #[command(flatten)]
    Question(cli::Question),
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

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Run(run) => run.start(),
        Command::Crd => print_crd(),
        Command::Conditions => {
            print!("{}", reference::conditions::page());
            Ok(())
        }
        Command::Fields => {
            print!("{}", reference::fields::page());
            Ok(())
        }
        Command::Question(question) => return question.answer("localmart-operator"),
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
        let mut config = Config::infer()
            .await
            .context("no cluster to work with: neither a service account nor a kubeconfig")?;
        // A failed pass is tried again as a whole, from what is true then, and others get their
        // turn meanwhile. A request that the client kept would be none of that.
        config.default_retry = false;
        let term = Term::default();
        let client = if self.leader_election {
            term.fence(config.clone())?
        } else {
            Client::try_from(config.clone())?
        };
        let namespaces: BTreeSet<String> = self.namespaces.iter().cloned().collect();
        let mut context = Context::new(client, releases, namespaces, self.identity.clone());
        context.own_namespace.clone_from(&self.own_namespace);
        context.recheck = Duration::from_secs(self.recheck_seconds);
        let readiness = server::Readiness::default();
        let served = server::serve(
            self.admin_listen,
            context.metrics.clone(),
            readiness.clone(),
        );
        let worked = self.lead(config, term, context, readiness);
        tokio::select! {
            result = served => result,
            result = worked => result,
        }
    }

    async fn lead(
        &self,
        config: Config,
        term: Term,
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
            let client = Client::try_from(config)?;
            let acquired = Leadership::acquired(client, &self.own_namespace, identity, term);
            leadership = Some(acquired.await);
        }
        context.metrics.leading(true);
        let running = controller::run(context, !self.namespaces_only, readiness, stop_signal());
        match leadership {
            None => running.await,
            Some(mut leadership) => {
                tokio::select! {
                    () = running => {}
                    why = leadership.lost() => anyhow::bail!("the lease is lost: {why}"),
                }
                leadership.release().await?;
            }
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
