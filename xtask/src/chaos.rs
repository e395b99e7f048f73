//! `cargo xtask chaos`: the full forms of the proof, against a shop that is started for it.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{cargo, images, progress::Progress};

const PROGRAM: &str = "localmart-verify";
/// Rounds of each of five races with each of four numbers of buyers: 10,000 in all.
const RACES: u32 = 500;
/// Rounds of each step of a purchase and each thing that is done to it.
const CRASHES: u32 = 20;

/// Runs races and crashes, and fails where one finds a violation. The program is built as what is
/// shipped is, optimised, so that more rounds fit into an hour.
pub fn run(rounds: Option<u32>, progress: &Progress) -> Result<()> {
    let step = progress.step("build");
    let mut build = cargo::command("build");
    build.args(["--release", "--package", PROGRAM, "--features", "shop"]);
    step.run(&mut build, "chaos-build")?;
    step.done("built");
    let program = images::built(images::Profile::Release, PROGRAM)?;
    let mut failed = Vec::new();
    for (form, default) in [("races", RACES), ("crash", CRASHES)] {
        let rounds = rounds.unwrap_or(default).to_string();
        println!("\n{form}, {rounds} rounds each");
        let status = Command::new(&program)
            .args([form, "--rounds", &rounds])
            .status()
            .with_context(|| format!("cannot start {}", program.display()))?;
        if !status.success() {
            failed.push(form);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("these found violations: {}", failed.join(", "))
}
