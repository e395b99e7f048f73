//! What each level runs.

use std::process::Command;

use anyhow::Result;

use super::{Stage, counts::Counts, rights};
use crate::{
    cargo,
    cluster::{self, ClusterConfig},
    generate,
    images::Profile,
    paths,
    progress::Progress,
    up, web,
};

/// Name of the control plane that the operator's tests use.
const CONTROL_PLANE: &str = "localmart-test-operator";
/// Name of the cluster of the end-to-end tests; a person's own cluster stays untouched.
const E2E: &str = "localmart-test-e2e";

pub fn unit() -> Vec<Stage> {
    vec![
        Stage {
            name: "format",
            work: format,
        },
        Stage {
            name: "generated files",
            work: generated,
        },
        Stage {
            name: "lints",
            work: lints,
        },
        Stage {
            name: "pure code",
            work: pure,
        },
        Stage {
            name: "web shop",
            work: web_checks,
        },
    ]
}

pub fn services() -> Vec<Stage> {
    vec![Stage {
        name: "services",
        work: real_services,
    }]
}

pub fn operator() -> Vec<Stage> {
    vec![Stage {
        name: "operator",
        work: against_control_plane,
    }]
}

pub fn e2e() -> Vec<Stage> {
    vec![
        Stage {
            name: "up",
            work: bring_up,
        },
        Stage {
            name: "up --on current",
            work: bring_up_on_current,
        },
        Stage {
            name: "next release",
            work: offer_next_release,
        },
        Stage {
            name: "purchase, faults",
            work: whole_cluster,
        },
        Stage {
            name: "network policies",
            work: network_policies,
        },
        Stage {
            name: "browser",
            work: browser,
        },
        Stage {
            name: "down",
            work: bring_down,
        },
        Stage {
            name: "embedded cluster",
            work: embedded_cluster,
        },
    ]
}

fn format(progress: &Progress) -> Result<Counts> {
    let mut command = cargo::command("fmt");
    command.args(["--all", "--check"]);
    check(progress, "format", &mut command)
}

fn lints(progress: &Progress) -> Result<Counts> {
    let mut command = cargo::command("clippy");
    command.args(["--workspace", "--all-targets", "--all-features"]);
    command.args(["--", "-D", "warnings"]);
    check(progress, "lints", &mut command)
}

fn generated(progress: &Progress) -> Result<Counts> {
    generate::run(true, progress)?;
    Ok(Counts::one())
}

fn pure(progress: &Progress) -> Result<Counts> {
    let mut command = cargo::command("test");
    command.args(["--workspace", "--no-fail-fast", "--lib", "--bins"]);
    counted(progress, "pure code", "test-unit", &mut command)
}

fn web_checks(progress: &Progress) -> Result<Counts> {
    web::install(progress)?;
    let mut command = Command::new("npm");
    command.args(["run", "check"]).current_dir(web::directory());
    counted(progress, "web shop", "test-web", &mut command)
}

fn real_services(progress: &Progress) -> Result<Counts> {
    let mut command = cargo::command("test");
    command.args(["--workspace", "--no-fail-fast"]);
    for name in cargo::plain_tests()? {
        command.args(["--test", &name]);
    }
    counted(progress, "services", "test-services", &mut command)
}

fn against_control_plane(progress: &Progress) -> Result<Counts> {
    let config = ClusterConfig {
        name: CONTROL_PLANE.to_owned(),
        control_plane_only: true,
        ingress_port: None,
        etcd_in_memory: true,
    };
    let cluster = cluster::start(&config, progress)?;
    let mut command = cargo::command("test");
    command
        .args(["-p", "localmart-operator"])
        .args(["--features", "cluster-tests,planted-bugs"])
        .args(["--no-fail-fast", "--test", "*"])
        // The same sample each time: what turns red is the change's doing. `chaos` tries every plan.
        .env("LOCALMART_FAULTS_SEED", "1")
        .env("LOCALMART_CAMPAIGN_SEED", "1")
        // What was counted, for example writes and edits, belongs into the log.
        .args(["--", "--show-output"])
        .env("LOCALMART_TEST_KUBECONFIG", &cluster.kubeconfig)
        .env("LOCALMART_TEST_HELM", cluster.tools.join("helm"));
    let counts = counted(progress, "operator", "test-operator", &mut command);
    let rights = rights::check(CONTROL_PLANE, &cluster.tools.join("helm"));
    cluster::stop(CONTROL_PLANE, true, progress)?;
    let counts = counts?;
    rights?;
    Ok(counts)
}

fn embedded_cluster(progress: &Progress) -> Result<Counts> {
    let mut command = cargo::command("test");
    command.args([
        "-p",
        "xtask",
        "--features",
        "cluster-tests",
        "--test",
        "embedded_cluster",
    ]);
    counted(progress, "embedded cluster", "test-cluster", &mut command)
}

fn bring_up(progress: &Progress) -> Result<Counts> {
    up::run(&e2e_options(), progress)?;
    Ok(Counts::one())
}

/// The same cluster as a person's own: only KUBECONFIG and PATH tell of it.
fn bring_up_on_current(progress: &Progress) -> Result<Counts> {
    let mut command = Command::new(paths::this_program()?);
    command.args(["up", "--on", "current"]);
    up::enter(&e2e_options().target, &mut command)?;
    check(progress, "up on current", &mut command)
}

fn offer_next_release(progress: &Progress) -> Result<Counts> {
    up::offer_next_release(&e2e_options(), progress)?;
    Ok(Counts::one())
}

fn whole_cluster(progress: &Progress) -> Result<Counts> {
    let mut command = cargo::command("test");
    command.args([
        "-p",
        "localmart-tests",
        "--features",
        "e2e",
        "--test",
        "e2e_*",
        // How many requests there were, and how many failed, belongs into the log.
        "--",
        "--show-output",
    ]);
    up::enter(&e2e_options().target, &mut command)?;
    counted(progress, "whole cluster", "test-e2e", &mut command)
}

fn network_policies(progress: &Progress) -> Result<Counts> {
    let passed = up::matrix(&e2e_options().target, progress)?;
    Ok(Counts { passed, failed: 0 })
}

fn browser(progress: &Progress) -> Result<Counts> {
    let mut command = Command::new("npm");
    command.args(["run", "e2e"]).current_dir(web::directory());
    up::enter(&e2e_options().target, &mut command)?;
    counted(progress, "browser", "test-browser", &mut command)
}

fn bring_down(progress: &Progress) -> Result<Counts> {
    up::down(&e2e_options().target, true, progress)?;
    Ok(Counts::one())
}

pub fn e2e_options() -> up::Options {
    up::Options {
        target: up::Target {
            on: Some(up::On::Embedded),
            name: E2E.to_owned(),
            port: 0,
        },
        profile: Profile::Dev,
        registry: None,
        dry_run: false,
        next_release: false,
    }
}

fn check(progress: &Progress, name: &str, command: &mut Command) -> Result<Counts> {
    let step = progress.step(name);
    step.run(command, &format!("test-{}", name.replace(' ', "-")))?;
    step.done("clean");
    Ok(Counts::one())
}

fn counted(progress: &Progress, name: &str, log: &str, command: &mut Command) -> Result<Counts> {
    let step = progress.step(name);
    step.run(command, log)?;
    let counts = Counts::of_log(&paths::logs().join(format!("{log}.log")))?;
    step.done(&format!("{} passed", counts.passed));
    Ok(counts)
}
