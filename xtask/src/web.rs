//! Builds the web shop that the storefront embeds.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::{
    fingerprint::{Stamp, of_trees},
    paths,
    progress::Progress,
};

const NOT_SOURCE: [&str; 4] = ["node_modules", "dist", "test-results", "e2e"];

/// The web shop's folder.
pub fn directory() -> PathBuf {
    paths::repository().join("services/storefront/web")
}

/// Installs the web shop's packages where the lock file changed since the last time.
pub fn install(progress: &Progress) -> Result<()> {
    let web = directory();
    let lock = of_trees(&[web.join("package-lock.json")], &[])?;
    let stamp = Stamp::new(web.join("node_modules/.localmart-lock"), lock);
    if stamp.is_current() {
        return Ok(());
    }
    let step = progress.step("web packages");
    // Not `npm ci`: the lock holds the native packages of the platforms it was made on, and `ci`
    // takes it for incomplete. Versions and hashes come from the lock all the same.
    let mut command = Command::new("npm");
    command
        .args(["install", "--no-save", "--no-audit", "--no-fund"])
        .current_dir(&web);
    step.run(&mut command, "npm-install")
        .context("the web shop's packages could not be installed")?;
    stamp.write()?;
    step.done("installed");
    Ok(())
}

/// Builds `dist` where a source changed since the last build.
pub fn build(progress: &Progress) -> Result<()> {
    let web = directory();
    install(progress)?;
    let stamp = Stamp::new(
        web.join("dist/.localmart-source"),
        of_trees(std::slice::from_ref(&web), &NOT_SOURCE)?,
    );
    if stamp.is_current() {
        return Ok(());
    }
    let step = progress.step("web shop");
    let mut command = Command::new("npm");
    command.args(["run", "build"]).current_dir(&web);
    step.run(&mut command, "web-build")?;
    stamp.write()?;
    step.done("built");
    Ok(())
}
