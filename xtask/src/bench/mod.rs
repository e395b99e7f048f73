//! `cargo xtask bench`: builds the programs, has `localmart-bench` measure them, and says where the
//! report is.

mod operator;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use clap::Args;

use crate::{
    images::{self, Profile},
    kubernetes::text_of,
    paths, preflight,
    progress::Progress,
    web,
};

const PROGRAM: &str = "localmart-bench";
/// What the program can measure; said before anything is built.
const WORKLOADS: [&str; 10] = [
    "list",
    "list-storefront",
    "detail",
    "add",
    "add-storefront",
    "add-signed-in",
    "search-rare",
    "search-middling",
    "search-broad",
    "purchase",
];

#[derive(Args, Debug)]
pub struct Options {
    /// A run of seconds against the debug build, to see that everything works; its figures mean
    /// nothing.
    #[arg(long)]
    quick: bool,
    /// Measure the operator with many LocalMarts instead, and write docs/operator-scale.md.
    #[arg(long, conflicts_with = "workloads")]
    operator: bool,
    /// Only these workloads; without any, all of them.
    #[arg(value_parser = WORKLOADS)]
    workloads: Vec<String>,
}

impl Options {
    fn profile(&self) -> Profile {
        if self.quick {
            Profile::Dev
        } else {
            Profile::Release
        }
    }

    /// Only a whole run is fit for the page in the repository.
    fn report(&self) -> PathBuf {
        if self.quick || !self.workloads.is_empty() {
            paths::cache().join("bench/benchmarks.md")
        } else {
            paths::repository().join("docs/benchmarks.md")
        }
    }
}

/// Measures and writes the report.
pub fn run(options: &Options, progress: &Progress) -> Result<()> {
    preflight::check_build(progress)?;
    if options.operator {
        return operator::run(options.quick, progress);
    }
    web::build(progress)?;
    let step = progress.step("programs");
    images::compile(options.profile(), &step)?;
    step.done("compiled");

    let report = options.report();
    let folder = report.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let program = images::built(options.profile(), PROGRAM)?;
    let mut command = Command::new(&program);
    command
        .arg("--report")
        .arg(&report)
        .args(["--source", &source()?]);
    if options.quick {
        command.arg("--quick");
    }
    command.args(&options.workloads);
    let step = progress.step("measurements");
    step.run(&mut command, "bench")?;
    step.done("taken");
    println!("{}", report.display());
    Ok(())
}

/// The commit, and whether there is more than it.
fn source() -> Result<String> {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        text_of(command.args(arguments).current_dir(paths::repository()))
    };
    let commit = git(&["rev-parse", "--short", "HEAD"]).context("not a git repository")?;
    // The page of an earlier run is none of what is measured.
    let rest = [".", ":!docs/benchmarks.md", ":!docs/operator-scale.md"];
    let status = ["status", "--porcelain", "--untracked-files=no", "--"];
    let changes = git(&[&status[..], &rest].concat())?;
    let more = if changes.trim().is_empty() {
        ""
    } else {
        " with changes"
    };
    Ok(format!("commit {}{more}", commit.trim()))
}
