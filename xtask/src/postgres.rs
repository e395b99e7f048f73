//! Debian's Postgres programs, and the user that they insist on.

use std::{
    fs,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use nix::unistd::geteuid;

/// Starts `program` as the user postgres where this is root, because the server refuses to run as
/// root; otherwise as the person.
pub(crate) fn command(program: &Path) -> Result<Command> {
    let mut command = Command::new("setpriv");
    if geteuid().is_root() {
        let (user, group) = ids()?;
        command
            .args([format!("--reuid={user}"), format!("--regid={group}")])
            .arg("--clear-groups")
            // Root's home, where the cache is, lets nobody else through.
            .args([
                "--inh-caps=+dac_read_search",
                "--ambient-caps=+dac_read_search",
            ]);
    }
    command
        .args(["--pdeathsig", "INT", "--"])
        .arg(program)
        .env("LC_ALL", "C.UTF-8");
    Ok(command)
}

/// Makes `directory` belong to the user that Postgres runs as.
pub(crate) fn give(directory: &Path) -> Result<()> {
    if !geteuid().is_root() {
        return Ok(());
    }
    let (user, group) = ids()?;
    chown(directory, Some(user), Some(group))
        .with_context(|| format!("cannot give {} to postgres", directory.display()))
}

/// Directory of Debian's newest Postgres programs.
pub(crate) fn programs() -> Result<PathBuf> {
    let base = Path::new("/usr/lib/postgresql");
    let mut versions: Vec<_> = fs::read_dir(base)
        .context("Postgres is not installed; install it with: apt-get install postgresql-15")?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    versions.sort();
    versions
        .pop()
        .context("Postgres is not installed; install it with: apt-get install postgresql-15")
}

fn ids() -> Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    let fields: Vec<_> = users
        .lines()
        .find(|line| line.starts_with("postgres:"))
        .context("there is no user postgres; the package postgresql-15 creates it")?
        .split(':')
        .collect();
    match fields.as_slice() {
        [_, _, user, group, ..] => Ok((user.parse()?, group.parse()?)),
        _ => bail!("/etc/passwd has a malformed line for postgres"),
    }
}
