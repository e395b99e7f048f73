//! The questions that both programs answer: the operator, and the plugin of kubectl.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what a command answers goes to standard output, why it cannot to standard error"
)]

pub mod complete;

use std::{
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};
use k8s_openapi::jiff::Timestamp;
use kube::{Client, ResourceExt};
use localmart_api::LocalMart;

use crate::{
    inspect::{self, diff, edit, events, explain, remedy, status, table, words},
    releases::Releases,
    render,
};

/// As of `kubectl diff`: 0 says no difference, 1 some, more that something went wrong.
const FAILED: u8 = 2;

/// What people ask. Nothing here changes anything.
#[derive(Subcommand, Debug)]
pub enum Question {
    Status(Status),
    Explain(Explain),
    Diff(Diff),
    Render(Render),
    Events(Events),
}

impl Question {
    /// Answers on standard output; `program` is who speaks on standard error.
    pub fn answer(self, program: &str) -> ExitCode {
        let answered = match self {
            Self::Status(question) => block_on(question.run()),
            Self::Explain(question) => block_on(question.run()),
            Self::Diff(question) => block_on(question.run()),
            Self::Render(question) => question.print(),
            Self::Events(question) => block_on(question.run()),
        };
        answered.unwrap_or_else(|error| {
            eprintln!("{program}: {error:#}");
            ExitCode::from(FAILED)
        })
    }
}

/// Which LocalMart is meant.
#[derive(Args, Debug)]
struct Which {
    /// Name of the LocalMart; absent: the only one in the namespace.
    name: Option<String>,
    /// Namespace of the LocalMart; absent: that of the kubeconfig's context.
    #[arg(short, long)]
    namespace: Option<String>,
}

impl Which {
    async fn find(&self) -> anyhow::Result<(Client, LocalMart)> {
        let client = inspect::client().await?;
        let namespace = self.namespace.clone();
        let namespace = namespace.unwrap_or_else(|| client.default_namespace().to_owned());
        let object = inspect::find(&client, &namespace, self.name.as_deref()).await?;
        Ok((client, object))
    }
}

/// Where the release table comes from.
#[derive(Args, Debug)]
struct Table {
    /// File with the release table; absent: the running operator's.
    #[arg(long)]
    releases: Option<PathBuf>,
    /// Namespace of the running operator; absent: all are searched.
    #[arg(long)]
    operator_namespace: Option<String>,
}

impl Table {
    async fn read(&self, client: &Client) -> anyhow::Result<Releases> {
        let namespace = self.operator_namespace.as_deref();
        table::find(client, self.releases.as_deref(), namespace).await
    }
}

/// What the operator reported last: components, tasks and conditions.
#[derive(Args, Debug)]
#[command(after_help = "Example: kubectl localmart status -n localmart")]
pub struct Status {
    #[command(flatten)]
    which: Which,
}

impl Status {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let (_, object) = self.which.find().await?;
        print!("{}", status::words(&object, Timestamp::now()));
        Ok(ExitCode::SUCCESS)
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

/// Why is it not ready? Which stage waits, for what, since when, and what to try.
#[derive(Args, Debug)]
#[command(after_help = "Example: kubectl localmart explain localmart -n localmart")]
pub struct Explain {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    table: Table,
    /// Form of the answer.
    #[arg(short, long, value_enum, default_value = "text")]
    output: Output,
}

impl Explain {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let (client, object) = self.which.find().await?;
        let releases = self.table.read(&client).await?;
        let inspection = inspect::inspect(&client, object, &releases).await?;
        let explanation = explain::explain(&inspection);
        match self.output {
            Output::Json => println!("{}", serde_json::to_string_pretty(&explanation)?),
            Output::Text => print!("{}", words::explanation(&explanation, Timestamp::now())),
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What would an edit change? By wave, with the gate of each; ends with 1 if anything would.
#[derive(Args, Debug)]
#[command(after_help = "Example: kubectl localmart diff -f localmart.yaml")]
pub struct Diff {
    /// File with the edited LocalMart; - reads standard input.
    #[arg(short, long)]
    file: PathBuf,
    /// Namespace of the LocalMart; absent: that of the file, else of the kubeconfig's context.
    #[arg(short, long)]
    namespace: Option<String>,
    #[command(flatten)]
    table: Table,
}

impl Diff {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let wanted =
            render::read(&read(&self.file)?).with_context(|| self.file.display().to_string())?;
        let client = inspect::client().await?;
        let namespace = match (wanted.namespace(), self.namespace) {
            (Some(of_file), Some(asked)) if of_file != asked => {
                bail!("the file says namespace {of_file}, --namespace says {asked}")
            }
            (of_file, asked) => of_file.or(asked),
        };
        let namespace = namespace.unwrap_or_else(|| client.default_namespace().to_owned());
        let releases = self.table.read(&client).await?;
        let edit = edit::dry_run(&client, &namespace, &wanted).await?;
        let before = edit.before.as_ref().map(diff::shown_shop);
        let inspection = inspect::inspect(&client, edit.after, &releases).await?;
        let (shop, plan) = match &inspection.outcome {
            Ok(planned) => planned,
            Err(failure) => {
                let remedies = remedy::of(failure.reason, inspection.subject()).join("\n  try: ");
                bail!("the operator would refuse this edit, {failure}\n  try: {remedies}")
            }
        };
        let found = diff::difference(&client, before, &inspection, (shop, plan)).await?;
        print!("{}", diff::words::difference(&found));
        Ok(ExitCode::from(u8::from(!found.is_empty())))
    }
}

/// Print every object that a LocalMart becomes, without a cluster.
#[derive(Args, Debug)]
#[command(after_help = "Example: kubectl localmart render -f localmart.yaml")]
pub struct Render {
    /// File with a LocalMart; - reads standard input.
    #[arg(short, long)]
    file: PathBuf,
    /// The release table; absent: image names with the version as tag.
    #[arg(long)]
    releases: Option<PathBuf>,
}

impl Render {
    fn print(&self) -> anyhow::Result<ExitCode> {
        let releases = match &self.releases {
            Some(path) => Releases::read(path)?,
            None => Releases::conventional(),
        };
        let text = read(&self.file)?;
        let rendered =
            render::render(&text, &releases).with_context(|| self.file.display().to_string())?;
        print!("{rendered}");
        Ok(ExitCode::SUCCESS)
    }
}

/// What happened to a shop, its parts and their pods, oldest first.
#[derive(Args, Debug)]
#[command(after_help = "Example: kubectl localmart events -n localmart")]
pub struct Events {
    #[command(flatten)]
    which: Which,
}

impl Events {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let (client, object) = self.which.find().await?;
        let namespace = object.namespace().unwrap_or_default();
        let found = events::read(&client, &namespace, &object.name_any()).await?;
        print!("{}", events::words(&found, Timestamp::now()));
        Ok(ExitCode::SUCCESS)
    }
}

/// Prints what may come next, for kubectl. Where the cluster does not answer, nothing may.
pub fn complete(program: &clap::Command, words: &[String]) -> ExitCode {
    let next = complete::next(program, words);
    let mut names = Vec::new();
    if next == complete::Next::Shop {
        let of_option = words.windows(2).find(|pair| {
            let name = pair[0].as_str();
            name == "-n" || name == "--namespace"
        });
        let asked = of_option.map(|pair| pair[1].clone());
        let found = block_on(async {
            let client = inspect::client().await?;
            let namespace = asked.unwrap_or_else(|| client.default_namespace().to_owned());
            inspect::names(&client, &namespace).await
        });
        names = found.unwrap_or_default();
    }
    print!("{}", next.answer(&names));
    ExitCode::SUCCESS
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

fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}
