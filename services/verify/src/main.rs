//! `localmart-verify`: looks for what must not be.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::{process::ExitCode, time::Duration};

use anyhow::{Context, Result};
use chassis::Service;
use clap::{Parser, Subcommand};
use localmart_verify::{buyer::Outside, crash, invariants, races, shop};
use sqlx::{PgPool, postgres::PgPoolOptions};

#[derive(Parser)]
#[command(about = "Looks for violations of what the shop promises")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Wait until the shop is quiet, then print every violation of its invariants.
    Invariants {
        /// For example `postgres://postgres@127.0.0.1/localmart`; the login must read all schemas.
        #[arg(long, env = "DATABASE_URL")]
        database_url: String,
        /// Seconds to wait for quiet.
        #[arg(long, default_value_t = 60)]
        patience: u64,
    },
    /// Let many buyers want the same thing at once.
    Races {
        /// Base URL of a running shop; without it a shop of its own is started.
        #[arg(long, requires = "database_url")]
        shop: Option<String>,
        /// The database of that shop; the login must own the tables of `catalog` and
        /// write those of `orders`.
        #[arg(long)]
        database_url: Option<String>,
        /// Rounds of each race with each number of buyers.
        #[arg(long, default_value_t = 20)]
        rounds: usize,
        /// Numbers of buyers.
        #[arg(long, value_delimiter = ',', default_values_t = [2, 8, 32, 64])]
        buyers: Vec<usize>,
    },
    /// Start a shop, kill its processes at every step of a purchase, and break what it stands on.
    Crash {
        /// Rounds of each step and moment.
        #[arg(long, default_value_t = 20)]
        rounds: usize,
    },
    /// Serve one of the services of such a shop.
    #[command(hide = true)]
    Serve { service: Service },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    if let Command::Serve { service } = &command {
        return shop::serve(*service);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(look(command))
}

async fn look(command: Command) -> Result<ExitCode> {
    let tell = |line: &str| eprintln!("{line}");
    let violations = match command {
        Command::Invariants {
            database_url,
            patience,
        } => {
            let pool = connect(&database_url).await?;
            invariants::after_quiet(&pool, Duration::from_secs(patience), &[]).await?
        }
        Command::Races {
            shop: url,
            database_url,
            rounds,
            buyers,
        } => {
            let (track, _own) = if let (Some(url), Some(database_url)) = (url, database_url) {
                let track = races::Track {
                    outside: Outside::new(&url)?,
                    pool: connect(&database_url).await?,
                };
                (track, None)
            } else {
                let own = shop::Shop::start(&std::env::current_exe()?).await?;
                (own.track.clone(), Some(own))
            };
            let outcome = races::run(&track, rounds, &buyers, &tell).await?;
            println!("{}{} rounds", outcome.table, outcome.rounds);
            outcome.violations
        }
        Command::Crash { rounds } => {
            let own = shop::Shop::start(&std::env::current_exe()?).await?;
            let outcome = crash::run(&own, rounds, None, &tell).await?;
            println!("{}", outcome.table);
            outcome.violations
        }
        Command::Serve { .. } => Vec::new(),
    };
    for violation in &violations {
        println!("{violation}");
    }
    println!("{} violations", violations.len());
    Ok(if violations.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn connect(url: &str) -> Result<PgPool> {
    let pool = PgPoolOptions::new().max_connections(2).connect(url).await;
    let pool =
        pool.with_context(|| "the database does not answer; see --database-url".to_owned())?;
    invariants::sees_every_schema(&pool).await?;
    Ok(pool)
}
