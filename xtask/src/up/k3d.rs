//! The road for machines with Docker and k3d.

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use crate::{images::ImageRef, kubernetes::text_of, paths, progress::Progress};

/// Whether Docker answers and k3d is installed.
pub fn works() -> bool {
    text_of(Command::new("docker").arg("info")).is_ok()
        && text_of(Command::new("k3d").arg("version")).is_ok()
}

/// The command that creates the cluster called `name`.
fn create(name: &str, port: u16) -> Vec<String> {
    let definition = paths::repository().join("k3d/cluster.yaml");
    vec![
        "cluster".into(),
        "create".into(),
        name.into(),
        "--config".into(),
        definition.to_string_lossy().into_owned(),
        "--port".into(),
        format!("127.0.0.1:{port}:80@loadbalancer"),
    ]
}

fn import(name: &str, images: &[ImageRef]) -> Vec<String> {
    let archives = images
        .iter()
        .map(|i| i.archive.to_string_lossy().into_owned());
    ["image", "import", "--cluster", name]
        .into_iter()
        .map(str::to_owned)
        .chain(archives)
        .collect()
}

/// Prints what `up` would run, for a person to read or paste.
pub fn dry_run(name: &str, port: u16, kubeconfig: &str) {
    println!("k3d {}", create(name, port).join(" "));
    println!("k3d kubeconfig get {name} > {kubeconfig}");
    println!("cargo xtask images");
    println!(
        "k3d {} {}/*.tar",
        import(name, &[]).join(" "),
        crate::images::directory().display()
    );
}

/// Creates the cluster where it is missing, imports the images, writes a kubeconfig.
pub fn start(name: &str, port: u16, images: &[ImageRef], progress: &Progress) -> Result<PathBuf> {
    let step = progress.step("k3d");
    let known = text_of(Command::new("k3d").args(["cluster", "list", "--no-headers"]))?;
    let exists = known
        .lines()
        .any(|line| line.split_whitespace().next() == Some(name));
    if !exists {
        step.run(Command::new("k3d").args(create(name, port)), "k3d-create")?;
    }
    step.run(Command::new("k3d").args(import(name, images)), "k3d-import")?;
    let kubeconfig = kubeconfig(name);
    if let Some(folder) = kubeconfig.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let content = text_of(Command::new("k3d").args(["kubeconfig", "get", name]))?;
    std::fs::write(&kubeconfig, content)?;
    step.done("running");
    Ok(kubeconfig)
}

/// Where the kubeconfig of a k3d cluster is kept.
pub fn kubeconfig(name: &str) -> PathBuf {
    paths::cache().join("k3d").join(name)
}

/// Deletes the cluster with all it holds: k3d keeps volumes inside it.
pub fn stop(name: &str, progress: &Progress) -> Result<()> {
    let step = progress.step("k3d");
    step.run(
        Command::new("k3d").args(["cluster", "delete", name]),
        "k3d-delete",
    )?;
    if kubeconfig(name).exists() {
        std::fs::remove_file(kubeconfig(name))?;
    }
    step.done("deleted");
    Ok(())
}
