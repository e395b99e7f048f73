//! The commands that both programs have: the operator, and the plugin of kubectl.

#![allow(
    clippy::print_stdout,
    reason = "what a command answers goes to standard output"
)]

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use k8s_openapi::jiff::Timestamp;
use kube::Client;

use crate::{
    inspect::{self, explain, table, words},
    releases::Releases,
};

/// Where the cluster's answers come from.
#[derive(Args, Debug)]
pub struct Source {
    /// Namespace of the LocalMart; absent: that of the kubeconfig's context.
    #[arg(short, long)]
    namespace: Option<String>,
    /// File with the release table; absent: the running operator's.
    #[arg(long)]
    releases: Option<PathBuf>,
    /// Namespace of the running operator; absent: all are searched.
    #[arg(long)]
    operator_namespace: Option<String>,
}

impl Source {
    fn namespace(&self, client: &Client) -> String {
        let named = self.namespace.clone();
        named.unwrap_or_else(|| client.default_namespace().to_owned())
    }

    async fn releases(&self, client: &Client) -> anyhow::Result<Releases> {
        let namespace = self.operator_namespace.as_deref();
        table::find(client, self.releases.as_deref(), namespace).await
    }
}

/// For whom the answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Why is it not ready? Which stage waits, for what, since when, and what to try. Reads only.
#[derive(Args, Debug)]
pub struct Explain {
    /// Name of the LocalMart.
    name: String,
    #[command(flatten)]
    source: Source,
    /// Form of the answer.
    #[arg(short, long, value_enum, default_value = "text")]
    output: Output,
}

impl Explain {
    /// Looks and prints.
    pub async fn run(self) -> anyhow::Result<()> {
        let client = inspect::client().await?;
        let namespace = self.source.namespace(&client);
        let object = inspect::find(&client, &namespace, &self.name).await?;
        let releases = self.source.releases(&client).await?;
        let inspection = inspect::inspect(&client, object, &releases).await?;
        let explanation = explain::explain(&inspection);
        match self.output {
            Output::Json => println!("{}", serde_json::to_string_pretty(&explanation)?),
            Output::Text => print!("{}", words::explanation(&explanation, Timestamp::now())),
        }
        Ok(())
    }
}

/// Print every object that a LocalMart becomes, without a cluster.
#[derive(Args, Debug)]
pub struct Render {
    /// File with a LocalMart; - reads standard input.
    #[arg(short, long)]
    file: PathBuf,
    /// The release table; absent: image names with the version as tag.
    #[arg(long)]
    releases: Option<PathBuf>,
}

impl Render {
    /// Reads the file and prints its objects.
    pub fn print(&self) -> anyhow::Result<()> {
        let releases = match &self.releases {
            Some(path) => Releases::read(path)?,
            None => Releases::conventional(),
        };
        let text = read(&self.file)?;
        let rendered = crate::render::render(&text, &releases)
            .with_context(|| self.file.display().to_string())?;
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

/// Runs one command to its end.
pub fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}
