//! `cargo xtask cluster …`

use std::{ffi::OsString, os::unix::process::CommandExt, path::PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};

use super::{ClusterConfig, DEFAULT_NAME, build_tools, init, running, start, stop, supervisor};
use crate::{progress::Progress, test::rights};

#[derive(Args, Debug)]
pub(crate) struct ClusterArguments {
    #[command(subcommand)]
    command: ClusterCommand,
}

#[derive(Debug, Subcommand)]
enum ClusterCommand {
    /// Start a single-node Kubernetes and print the path of its kubeconfig.
    Start {
        #[arg(long, default_value = DEFAULT_NAME)]
        name: String,
        /// Start only etcd, the API server and the controller manager.
        #[arg(long)]
        control_plane_only: bool,
        /// Port of the ingress on 127.0.0.1 (default: the last one used, or 8080, or a free one).
        #[arg(long)]
        port: Option<u16>,
        /// Keep etcd's data in memory; it is gone when the cluster stops.
        #[arg(long)]
        etcd_in_memory: bool,
    },
    /// Stop the cluster.
    Stop {
        #[arg(long, default_value = DEFAULT_NAME)]
        name: String,
        /// Also remove everything it stored.
        #[arg(long)]
        data: bool,
    },
    /// Run a command on the node: with its network, mounts and processes.
    Exec {
        #[arg(long, default_value = DEFAULT_NAME)]
        name: String,
        #[arg(required = true, trailing_var_arg = true)]
        command: Vec<OsString>,
    },
    /// Say which rights of the chart the operator used, by the cluster's audit log; fails if one
    /// was never used or a request was denied.
    Rights {
        #[arg(long, default_value = DEFAULT_NAME)]
        name: String,
    },
    /// Run the cluster; `start` leaves this running.
    #[command(hide = true)]
    Supervise { name: String },
    /// Be the first process of the cluster's process namespace.
    #[command(hide = true)]
    Init { scratch: PathBuf },
}

pub(crate) fn run(arguments: ClusterArguments, progress: &Progress) -> Result<()> {
    match arguments.command {
        ClusterCommand::Start {
            name,
            control_plane_only,
            port,
            etcd_in_memory,
        } => {
            let config = ClusterConfig {
                name,
                control_plane_only,
                ingress_port: port,
                etcd_in_memory,
            };
            let cluster = start(&config, progress)?;
            println!("{}", cluster.kubeconfig.display());
            Ok(())
        }
        ClusterCommand::Stop { name, data } => stop(&name, data, progress),
        ClusterCommand::Exec { name, command } => {
            let Some(cluster) = running(&name)? else {
                bail!(
                    "the cluster {name} does not run; start it with `cargo xtask cluster start --name {name}`"
                );
            };
            let mut entered = cluster.exec_in_namespace(&command)?;
            Err(entered.exec()).context("cannot start nsenter; install the package util-linux")
        }
        ClusterCommand::Rights { name } => {
            let helm = build_tools(progress)?.join("helm");
            rights::check(&name, &helm)
        }
        ClusterCommand::Supervise { name } => supervisor::run(&name),
        ClusterCommand::Init { scratch } => init::run(&scratch),
    }
}
