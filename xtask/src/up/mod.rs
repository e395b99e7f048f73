//! `cargo xtask up`: a cluster, the operator, the example, a shop that answers.

mod install;
mod k3d;
mod report;
mod wait;

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};
use clap::ValueEnum as _;

use crate::{
    cluster::{self, Cluster, ClusterConfig},
    images::{self, ImageRef, Profile, Release},
    kubernetes::{Kubernetes, text_of},
    matrix, preflight,
    progress::Progress,
};

/// Where the shop runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum On {
    /// A Kubernetes that xtask starts on this machine, without Docker.
    Embedded,
    /// A k3d cluster; needs Docker and k3d.
    K3d,
    /// The cluster of the current kubeconfig.
    Current,
}

#[derive(Clone, Debug, clap::Args)]
pub struct Target {
    /// Where to run; absent: k3d where Docker and k3d work, otherwise embedded.
    #[arg(long, value_enum)]
    pub on: Option<On>,
    /// Name of the cluster.
    #[arg(long, default_value = cluster::DEFAULT_NAME)]
    pub name: String,
    /// Port of the shop on 127.0.0.1; 0 takes any free one.
    #[arg(long, default_value_t = cluster::DEFAULT_INGRESS_PORT)]
    pub port: u16,
}

#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    pub target: Target,
    /// How to compile the programs.
    #[arg(long, value_enum, default_value = "dev")]
    pub profile: Profile,
    /// With --on current: registry prefix that the images were pushed to, as in
    /// `registry.example.org/shop`; absent: the cluster's nodes already have them.
    #[arg(long)]
    pub registry: Option<String>,
    /// With --on k3d: print the commands and do nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Offer a release more, 99.0.0, to upgrade the shop to: the same programs, and a contract
    /// migration that takes away a table which nothing uses. Only with --on embedded.
    #[arg(long)]
    pub next_release: bool,
}

impl Target {
    /// What other commands need to be told to mean the same cluster.
    fn flags(&self) -> String {
        let mut flags = String::new();
        let on = self.on.and_then(|on| on.to_possible_value());
        if let Some(on) = &on {
            flags.extend([" --on ", on.get_name()]);
        }
        if self.name != cluster::DEFAULT_NAME {
            flags.extend([" --name ", &self.name]);
        }
        flags
    }

    /// The chosen road and why, for the person to read.
    fn road(&self) -> (On, &'static str) {
        match self.on {
            Some(on) => (on, "asked for"),
            None if k3d::works() => (On::K3d, "Docker and k3d work here"),
            None => (On::Embedded, "there is no Docker with k3d here"),
        }
    }
}

/// Brings everything up; running it again changes only what differs.
pub fn run(options: &Options, progress: &Progress) -> Result<()> {
    let target = &options.target;
    let (on, reason) = target.road();
    if options.dry_run {
        if on != On::K3d {
            bail!("--dry-run prints the k3d commands; call it with --on k3d");
        }
        let kubeconfig = k3d::kubeconfig(&target.name);
        k3d::dry_run(&target.name, target.port, &kubeconfig.to_string_lossy());
        return Ok(());
    }
    progress.note(&format!("LocalMart on {on:?}: {reason}"));
    if on == On::Embedded {
        preflight::check_cluster(&embedded(target), progress)?;
    }
    preflight::check_build(progress)?;
    let images = images::build_all(options.profile, progress, None)?;
    let place = start(on, target, &images, progress)?;
    let registry = options.registry.as_deref();
    let mut releases = vec![Release::current(images)?];
    if options.next_release {
        let next = next_release(options, &releases[0], progress)?;
        releases.push(next);
    }
    install::operator(&place.kubernetes, releases, registry, progress)?;
    let example = install::example(&place.kubernetes, progress)?;
    let shop = wait::ready(
        &place.kubernetes,
        &example.namespace,
        &example.name,
        progress,
    )?;
    report::print(&place, &shop, &target.flags());
    Ok(())
}

/// A cluster that answers.
pub struct Place {
    pub kubernetes: Kubernetes,
    pub kubeconfig: Option<PathBuf>,
    /// Port of the ingress on 127.0.0.1; absent where somebody else runs it.
    pub port: Option<u16>,
}

fn start(on: On, target: &Target, images: &[ImageRef], progress: &Progress) -> Result<Place> {
    match on {
        On::Embedded => {
            let cluster = cluster::start(&embedded(target), progress)?;
            import(&cluster, images, progress)?;
            Ok(of_embedded(&cluster))
        }
        On::K3d => {
            let kubeconfig = k3d::start(&target.name, target.port, images, progress)?;
            Ok(Place {
                kubernetes: Kubernetes::new(Some(kubeconfig.clone()), tools(progress)?),
                kubeconfig: Some(kubeconfig),
                port: Some(target.port),
            })
        }
        On::Current => Ok(Place {
            kubernetes: Kubernetes::new(None, tools(progress)?),
            kubeconfig: None,
            port: None,
        }),
    }
}

/// kubectl and helm: the machine's own, else those built with the embedded cluster.
fn tools(progress: &Progress) -> Result<Option<PathBuf>> {
    let answers =
        |program: &str| text_of(Command::new(program).args(["version", "--client"])).is_ok();
    if answers("kubectl") && text_of(Command::new("helm").arg("version")).is_ok() {
        return Ok(None);
    }
    Ok(Some(cluster::build_tools(progress)?))
}

/// The embedded cluster of `target`.
pub fn embedded(target: &Target) -> ClusterConfig {
    ClusterConfig {
        name: target.name.clone(),
        control_plane_only: false,
        ingress_port: (target.port != 0).then_some(target.port),
        etcd_in_memory: false,
    }
}

fn of_embedded(cluster: &Cluster) -> Place {
    Place {
        kubernetes: Kubernetes::new(
            Some(cluster.kubeconfig.clone()),
            Some(cluster.tools.clone()),
        ),
        kubeconfig: Some(cluster.kubeconfig.clone()),
        port: cluster.ingress_port,
    }
}

fn import(cluster: &Cluster, images: &[ImageRef], progress: &Progress) -> Result<()> {
    let known = cluster.list_images()?;
    let has = |image: &ImageRef| known.iter().any(|name| name.ends_with(&image.reference));
    let missing: Vec<_> = images.iter().filter(|image| !has(image)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let step = progress.step("import images");
    for image in &missing {
        step.say(&image.reference);
        cluster.import_images(&[&image.archive])?;
    }
    step.done(&format!("{} new", missing.len()));
    Ok(())
}

/// Upgrades the operator of a running shop to one that knows a release more: what a test can
/// upgrade the shop to.
pub fn offer_next_release(options: &Options, progress: &Progress) -> Result<()> {
    let current = Release::current(images::build_all(options.profile, progress, None)?)?;
    let next = next_release(options, &current, progress)?;
    let kubernetes = of_embedded(&running(&options.target)?).kubernetes;
    install::operator(&kubernetes, vec![current, next], None, progress)
}

/// A release after `current`, its images in the embedded cluster.
fn next_release(options: &Options, current: &Release, progress: &Progress) -> Result<Release> {
    if options.target.road().0 != On::Embedded {
        bail!("--next-release brings its images into the embedded cluster only: add --on embedded");
    }
    let next = Release::rehearsal(options.profile, current)?;
    import(&running(&options.target)?, &next.images, progress)?;
    Ok(next)
}

fn running(target: &Target) -> Result<Cluster> {
    cluster::running(&target.name)?
        .with_context(|| format!("the embedded cluster {} is not running", target.name))
}

/// Tries every connection between the pods of a running shop; the number of matrices that hold.
pub fn matrix(target: &Target, progress: &Progress) -> Result<u32> {
    let cluster = running(target)?;
    matrix::run(&cluster, &of_embedded(&cluster).kubernetes, progress)
}

/// `cargo xtask env`: lines for a shell to eval.
pub fn environment(target: &Target) -> Result<()> {
    report::environment(&reach(target)?)
}

/// Gives `command` what `cargo xtask env` prints.
pub fn enter(target: &Target, command: &mut Command) -> Result<()> {
    for (variable, value) in report::variables(&reach(target)?)? {
        command.env(variable, value);
    }
    Ok(())
}

/// The running cluster of `target`.
fn reach(target: &Target) -> Result<Place> {
    match target.road().0 {
        On::Embedded => {
            let cluster = cluster::running(&target.name)?.with_context(|| {
                format!(
                    "the cluster {} is not running; start it with: cargo xtask up",
                    target.name
                )
            })?;
            Ok(of_embedded(&cluster))
        }
        On::K3d => Ok(Place {
            kubernetes: Kubernetes::new(Some(k3d::kubeconfig(&target.name)), None),
            kubeconfig: Some(k3d::kubeconfig(&target.name)),
            port: Some(target.port),
        }),
        On::Current => bail!("--on current uses your own environment; there is nothing to set"),
    }
}

/// `cargo xtask down`.
pub fn down(target: &Target, remove_data: bool, progress: &Progress) -> Result<()> {
    match target.road().0 {
        On::Embedded => cluster::stop(&target.name, remove_data, progress),
        On::K3d => k3d::stop(&target.name, progress),
        On::Current => {
            let kubernetes = Kubernetes::new(None, tools(progress)?);
            install::remove(&kubernetes, remove_data, progress)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_commands_are_told_which_cluster_is_meant() {
        let target = |on, name: &str| Target {
            on,
            name: name.to_owned(),
            port: 8080,
        };
        assert_eq!(target(None, cluster::DEFAULT_NAME).flags(), "");
        assert_eq!(target(None, "mine").flags(), " --name mine");
        let both = target(Some(On::Embedded), "mine").flags();
        assert_eq!(both, " --on embedded --name mine");
    }
}
