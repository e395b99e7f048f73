//! `cargo xtask chaos`: the full forms of the proof, against a shop that is started for it.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{
    cargo,
    cluster::{self, ClusterConfig},
    images,
    progress::Progress,
};

/// Name of the control plane that the operator's faults are tried against.
const CONTROL_PLANE: &str = "localmart-chaos-operator";

const PROGRAM: &str = "localmart-verify";
/// Rounds of each of five races with each of four numbers of buyers: 10,000 in all.
const RACES: u32 = 500;
/// Rounds of each step of a purchase and each thing that is done to it.
const CRASHES: u32 = 20;

/// Seconds for each search of the operator's model.
const MODEL_SECONDS: u32 = 300;

/// Runs the operator's faults, its campaign and its model, races and crashes, and fails where one finds a violation. The program is built as what is
/// shipped is, optimised, so that more rounds fit into an hour.
pub fn run(rounds: Option<u32>, progress: &Progress) -> Result<()> {
    let step = progress.step("build");
    let mut build = cargo::command("build");
    build.args(["--release", "--package", PROGRAM, "--features", "shop"]);
    step.run(&mut build, "chaos-build")?;
    step.done("built");
    let program = images::built(images::Profile::Release, PROGRAM)?;
    let mut failed = operator(progress)?;
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

/// Every fault between the operator and the API server, every value of every field of the spec, and
/// the model of the operator's loop; names what failed.
fn operator(progress: &Progress) -> Result<Vec<&'static str>> {
    let config = ClusterConfig {
        name: CONTROL_PLANE.to_owned(),
        control_plane_only: true,
        ingress_port: None,
        etcd_in_memory: true,
    };
    let cluster = cluster::start(&config, progress)?;
    let against = |test: &str, extent: &str| {
        let mut command = cargo::command("test");
        command
            .args(["--package", "localmart-operator", "--test", test])
            .args(["--features", "cluster-tests,planted-bugs"])
            .args(["--", "--nocapture", "--test-threads=1"])
            .env(extent, "full")
            .env("LOCALMART_TEST_KUBECONFIG", &cluster.kubeconfig)
            .env("LOCALMART_TEST_HELM", cluster.tools.join("helm"));
        command
    };
    let faults = against("faults", "LOCALMART_FAULTS");
    let campaign = against("campaign", "LOCALMART_CAMPAIGN");
    let mut model = cargo::command("test");
    model
        .args(["--package", "localmart-operator", "--test", "model"])
        .args(["--", "--nocapture", "--test-threads=1"])
        .env("LOCALMART_MODEL_SECONDS", MODEL_SECONDS.to_string());
    let mut failed = Vec::new();
    for (form, mut command) in [
        ("operator faults", faults),
        ("operator campaign", campaign),
        ("operator model", model),
    ] {
        println!("\n{form}");
        let status = command.status().context("cannot start cargo")?;
        if !status.success() {
            failed.push(form);
        }
    }
    cluster::stop(CONTROL_PLANE, true, progress)?;
    Ok(failed)
}
