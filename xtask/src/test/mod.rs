//! `cargo xtask test`: every level of proof, each of which can run alone.

mod counts;
mod levels;
pub(crate) mod rights;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::{preflight, progress::Progress, up};
use counts::Counts;

/// What a level runs against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Level {
    /// Nothing: format, lints, generated files, pure code, the web shop's own checks.
    Unit,
    /// Real Postgres and Redis.
    Services,
    /// A real etcd, kube-apiserver and kube-controller-manager.
    Operator,
    /// `cargo xtask up`: a whole cluster, containers, and a purchase in Chromium.
    E2e,
}

const ALL: [Level; 4] = [Level::Unit, Level::Services, Level::Operator, Level::E2e];

/// Runs `levels`, or all of them; prints the number of tests and the minutes of each stage.
pub fn run(levels: &[Level], progress: &Progress) -> Result<()> {
    check_machine(progress)?;
    let levels = if levels.is_empty() { &ALL } else { levels };
    let mut rows = Vec::new();
    for level in levels {
        let stages = match level {
            Level::Unit => levels::unit(),
            Level::Services => levels::services(),
            Level::Operator => levels::operator(),
            Level::E2e => levels::e2e(),
        };
        for stage in stages {
            rows.push(stage.run(*level, progress));
            if rows.last().is_some_and(|row| row.error.is_some()) {
                break;
            }
        }
    }
    report(&rows)
}

/// Fails, saying what is missing, where some level could not run.
pub fn check_machine(progress: &Progress) -> Result<()> {
    preflight::check_everything(&up::embedded(&levels::e2e_options().target), progress)
}

/// One thing a level does.
struct Stage {
    name: &'static str,
    work: fn(&Progress) -> Result<Counts>,
}

struct Row {
    level: Level,
    stage: &'static str,
    took: Duration,
    counts: Counts,
    error: Option<anyhow::Error>,
}

impl Stage {
    fn run(self, level: Level, progress: &Progress) -> Row {
        let started = Instant::now();
        let (counts, error) = match (self.work)(progress) {
            Ok(counts) => (counts, None),
            Err(error) => {
                progress.note(&format!("{} failed: {error:#}", self.name));
                (Counts::failure(), Some(error))
            }
        };
        Row {
            level,
            stage: self.name,
            took: started.elapsed(),
            counts,
            error,
        }
    }
}

fn report(rows: &[Row]) -> Result<()> {
    println!(
        "\n{:<10} {:<22} {:>7} {:>7} {:>8}",
        "level", "stage", "passed", "failed", "minutes"
    );
    let mut total = Counts::default();
    for row in rows {
        total.add(&row.counts);
        println!(
            "{:<10} {:<22} {:>7} {:>7} {:>8}",
            format!("{:?}", row.level).to_lowercase(),
            row.stage,
            row.counts.passed,
            row.counts.failed,
            minutes(row.took)
        );
    }
    let took: Duration = rows.iter().map(|row| row.took).sum();
    println!("{:<51} {:>6}", "", minutes(took));
    println!("\n{} passed, {} failed", total.passed, total.failed);
    let failed: Vec<_> = rows
        .iter()
        .filter(|r| r.error.is_some())
        .map(|r| r.stage)
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    bail!("these stages failed: {}", failed.join(", "))
}

/// Minutes and tenths, in integers.
fn minutes(took: Duration) -> String {
    let tenths = took.as_secs() / 6;
    format!("{}.{}", tenths / 10, tenths % 10)
}
