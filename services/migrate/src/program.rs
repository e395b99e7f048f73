//! The command line.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{
    bootstrap, logins,
    migrate::{self, File},
    redis_logins, redis_users, seed,
    server::{self, Server},
};

#[derive(Parser)]
#[command(about = "Prepares the shop's databases")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Clone, Copy, Subcommand)]
enum Task {
    /// Create the database, and each service's schema and roles; passwords are set anew.
    Bootstrap,
    /// Give each service its user in a Redis that somebody else runs.
    Redis,
    /// Let exactly those log in that there is a password for.
    Rotate,
    /// Apply the migrations that old and new versions of the services can both live with.
    Migrate,
    /// Apply the migrations that only the new version can live with.
    Contract,
    /// Add the sample catalogue and discount codes; what is there stays as it is.
    Seed,
}

/// Does what the command line asks for, with these migrations.
pub async fn main(files: &[File]) -> ExitCode {
    match run(Arguments::parse().task, files).await {
        Ok(done) => {
            println!("{done}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(task: Task, files: &[File]) -> anyhow::Result<String> {
    // Fails only when a provider is installed already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let server = Server::from_environment;
    match task {
        Task::Bootstrap => bootstrap::run(&server()?).await,
        Task::Redis => redis_users::run(&redis_users::Shop::from_environment()?).await,
        Task::Rotate => {
            let mut said = logins::run(&server()?).await?;
            if let Some(users) = redis_logins::Users::from_environment()? {
                said = format!("{said}; {}", redis_logins::run(&users).await?);
            }
            Ok(said)
        }
        Task::Migrate => migrate::run(&server()?, files, migrate::Kind::Expand).await,
        Task::Seed => seed::run(&server()?, &server::currency()?).await,
        Task::Contract => migrate::run(&server()?, files, migrate::Kind::Contract).await,
    }
}
