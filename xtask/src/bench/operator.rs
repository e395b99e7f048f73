//! `cargo xtask bench --operator`: what the operator costs with many LocalMarts, against a real
//! control plane.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::source;
use crate::{
    cargo,
    cluster::{self, ClusterConfig},
    images::{self, Profile},
    paths,
    progress::Progress,
};

/// Name of the control plane; a person's own cluster stays untouched.
const CONTROL_PLANE: &str = "localmart-bench-operator";
const PROGRAM: &str = "localmart-operator";
const PAGE: &str = "docs/operator-scale.md";

/// Measures with these numbers of LocalMarts; a quick run only shows that everything works.
pub fn run(quick: bool, progress: &Progress) -> Result<()> {
    let (profile, shops) = if quick {
        (Profile::Dev, "5")
    } else {
        (Profile::Release, "100,1000")
    };
    let step = progress.step("operator");
    let mut build = cargo::command("build");
    build.args(["-p", PROGRAM, "--bin", PROGRAM]);
    if !quick {
        build.arg("--release");
    }
    step.run(&mut build, "bench-operator-build")?;
    step.done("compiled");

    let config = ClusterConfig {
        name: CONTROL_PLANE.to_owned(),
        control_plane_only: true,
        ingress_port: None,
        etcd_in_memory: true,
    };
    let cluster = cluster::start(&config, progress)?;
    let measured = measure(&cluster, profile, shops, quick, progress);
    cluster::stop(CONTROL_PLANE, true, progress)?;
    measured
}

fn measure(
    cluster: &cluster::Cluster,
    profile: Profile,
    shops: &str,
    quick: bool,
    progress: &Progress,
) -> Result<()> {
    let page = if quick {
        paths::cache().join("bench/operator-scale.md")
    } else {
        paths::repository().join(PAGE)
    };
    let folder = page.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let logs = cluster::audit_logs(CONTROL_PLANE)?;
    let audit = logs.first().and_then(|log| log.parent());
    // What drives the measurement need not be fast; what is measured is named.
    let mut command = cargo::command("bench");
    command
        .args(["--profile", "dev", "-p", PROGRAM])
        .args(["--features", "cluster-tests", "--bench", "scale", "--"])
        .args(["--shops", shops, "--source", &source()?])
        .arg("--audit")
        .arg(audit.context("the control plane writes no audit log")?)
        .arg("--report")
        .arg(&page)
        .env("LOCALMART_BENCH_OPERATOR", images::built(profile, PROGRAM)?)
        .env("LOCALMART_TEST_KUBECONFIG", &cluster.kubeconfig)
        .env("LOCALMART_TEST_HELM", cluster.tools.join("helm"));
    let step = progress.step("measurements");
    step.run(&mut command, "bench-operator")?;
    step.done("taken");
    println!("{}", page.display());
    Ok(())
}
