//! `cargo xtask`: everything a person does with this repository.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod cargo;
mod chaos;
mod cluster;
mod database;
mod dev;
mod diagram;
mod fingerprint;
mod generate;
mod images;
mod kubernetes;
#[cfg(test)]
mod links;
mod matrix;
mod paths;
mod postgres;
mod preflight;
mod progress;
mod test;
mod up;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Run, test and change LocalMart")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start a cluster, install the operator, apply the example, wait until the shop answers.
    Up(up::Options),
    /// Stop what `up` started; nothing is left but the cache directory.
    Down {
        #[command(flatten)]
        target: up::Target,
        /// Also remove the shop's data.
        #[arg(long)]
        data: bool,
    },
    /// Run the shop as local processes, without Kubernetes; what you save is built and restarted.
    Dev(dev::Options),
    /// Print KUBECONFIG, LOCALMART_URL and PATH; use it as `eval "$(cargo xtask env)"`.
    Env(up::Target),
    /// Run the tests: all of them, or only these levels.
    Test { levels: Vec<test::Level> },
    /// Faults at every request of the operator, races for the last unit, and processes killed at
    /// every step of a purchase, for hours.
    Chaos {
        /// Rounds of each race and of each step, instead of the full number.
        #[arg(long)]
        rounds: Option<u32>,
    },
    /// Measure the shop against its budgets and write docs/benchmarks.md.
    Bench(bench::Options),
    /// Make the files that are made from others.
    Gen {
        /// Change nothing; fail where a file is not current.
        #[arg(long)]
        check: bool,
    },
    /// Pack the shop's programs, Postgres and Redis into image archives and list them.
    Images {
        /// How to compile the programs.
        #[arg(long, value_enum, default_value = "dev")]
        profile: images::Profile,
        /// Only these images, for example `catalog postgres`.
        names: Vec<String>,
    },
    /// Check that this machine can run and test LocalMart; install missing Debian packages.
    Preflight,
    /// Try every connection between the shop's pods, with network policies on and off, and compare
    /// with the call graph.
    Matrix(up::Target),
    /// Start, stop or enter the embedded Kubernetes.
    Cluster(cluster::command::ClusterArguments),
    /// Print where xtask keeps built programs, images, clusters and logs.
    Cache,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let progress = progress::Progress::new();
    match command {
        Command::Up(options) => up::run(&options, &progress)?,
        Command::Down { target, data } => up::down(&target, data, &progress)?,
        Command::Dev(options) => dev::run(&options, &progress)?,
        Command::Env(target) => up::environment(&target)?,
        Command::Test { levels } => test::run(&levels, &progress)?,
        Command::Chaos { rounds } => chaos::run(rounds, &progress)?,
        Command::Bench(options) => bench::run(&options, &progress)?,
        Command::Gen { check } => generate::run(check, &progress)?,
        Command::Images { profile, names } => {
            let only = (!names.is_empty()).then_some(names.as_slice());
            let images = images::build_all(profile, &progress, only)?;
            print!("{}", images::table(&images));
        }
        Command::Preflight => {
            test::check_machine(&progress)?;
            progress.note("this machine can run and test LocalMart");
        }
        Command::Matrix(target) => {
            up::matrix(&target, &progress)?;
        }
        Command::Cluster(arguments) => cluster::command::run(arguments, &progress)?,
        Command::Cache => println!("{}", paths::cache().display()),
    }
    Ok(())
}
