//! `cargo xtask`: everything a person does with this repository.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod cluster;
mod images;
mod paths;
mod preflight;
mod progress;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Run, test and change LocalMart")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Pack the shop's programs, Postgres and Redis into image archives and list them.
    Images {
        /// How to compile the programs.
        #[arg(long, value_enum, default_value = "dev")]
        profile: images::Profile,
        /// Only these images, for example `catalog postgres`.
        names: Vec<String>,
    },
    /// Start, stop or enter the embedded Kubernetes.
    Cluster(cluster::command::ClusterArguments),
    /// Print where xtask keeps built programs, images, clusters and logs.
    Cache,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Images { profile, names } => {
            let only = (!names.is_empty()).then_some(names.as_slice());
            let images = images::build_all(profile, &progress::Progress::new(), only)?;
            print!("{}", images::table(&images));
        }
        Command::Cluster(arguments) => cluster::command::run(arguments)?,
        Command::Cache => println!("{}", paths::cache().display()),
    }
    Ok(())
}
