//! `localmart-bench`: measures the shop against its budgets and writes the report.

#![allow(clippy::print_stdout, clippy::print_stderr)]
#![allow(
    clippy::float_arithmetic,
    reason = "ratios of measurements; there is no money here"
)]

mod budgets;
mod cores;
mod figures;
mod goods;
mod http;
mod load;
mod machine;
mod measure;
mod profile;
mod report;
mod shop;
mod usage;
mod workloads;

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::Parser;

use cores::Cores;
use measure::Plan;
use workloads::Workload;

#[derive(Parser)]
#[command(about = "Measures a shop that it starts, and writes a report in Markdown")]
struct Arguments {
    /// Folder with the programs of the services; the folder of this one without it.
    #[arg(long)]
    programs: Option<PathBuf>,
    /// File that the report is written to; without it the report is printed.
    #[arg(long)]
    report: Option<PathBuf>,
    /// What is measured, for the report.
    #[arg(long, default_value = "an unknown state")]
    source: String,
    /// Only show that everything works, in seconds; the figures mean nothing.
    #[arg(long)]
    quick: bool,
    /// Only these workloads.
    workloads: Vec<Workload>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    chassis::program::install_crypto();
    let programs = match &arguments.programs {
        Some(programs) => programs.clone(),
        None => std::env::current_exe()?
            .parent()
            .context("a program is in a folder")?
            .to_owned(),
    };
    let plan = if arguments.quick {
        Plan::quick()
    } else {
        Plan::full()
    };
    let workloads = if arguments.workloads.is_empty() {
        &Workload::ALL[..]
    } else {
        &arguments.workloads
    };
    let cores = Cores::choose()?;
    // One thread, so that the driver is on one core and what it uses is easily told.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let tell = |line: &str| println!("{line}");
    let results = runtime.block_on(measure::run(&programs, cores, &plan, workloads, &tell))?;
    let machine = machine::describe(cores)?;
    let page = report::render(&results, &plan, &arguments.source, &machine);
    match &arguments.report {
        Some(path) => {
            fs::write(path, page).with_context(|| format!("cannot write {}", path.display()))?;
        }
        None => print!("{page}"),
    }
    Ok(())
}
