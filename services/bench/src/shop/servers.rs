//! Postgres and Redis as the operator sets them up: checksums, writes that wait for the disk, an
//! append-only file.

use std::{
    fs,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use chassis::Service;
use nix::unistd::geteuid;
use topology::RedisPlace;

use super::process::Process;

/// Connections of all pods twice over, rounded up, as the operator reckons for one pod a service.
const MAX_CONNECTIONS: &str = "max_connections=100";
/// More than the operator gives, for the carts of a million additions; nothing is evicted either way.
const MAX_MEMORY: &str = "1gb";

/// A program that ends together with this one, however this one ends.
pub(super) fn program(path: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(path);
    command
}

/// Starts Postgres with its data below `folder`.
pub(super) fn postgres(folder: &Path, port: u16, log: &Path) -> Result<Process> {
    let programs = postgres_programs()?;
    if let Some((user, group)) = unprivileged()? {
        chown(folder, Some(user), Some(group))?;
    }
    let data = folder.join("data");
    let output = as_postgres(&programs.join("initdb"))?
        .arg("-D")
        .arg(&data)
        .args(["-U", super::ADMINISTRATOR, "-A", "trust"])
        .args(["--data-checksums", "--locale=C.UTF-8"])
        .current_dir(folder)
        .output()
        .context("cannot start initdb")?;
    if !output.status.success() {
        bail!("initdb: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    // Services log in by password, as in the cluster.
    let access = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
    fs::write(data.join("pg_hba.conf"), access)?;
    let mut command = as_postgres(&programs.join("postgres"))?;
    command
        .arg("-D")
        .arg(&data)
        .args(["-p", &port.to_string(), "-c", MAX_CONNECTIONS])
        .args(["-c", "listen_addresses=127.0.0.1"])
        .args(["-c", "unix_socket_directories="])
        .current_dir(folder);
    let mut process = Process::new("Postgres", command, log.to_owned());
    process.begin()?;
    process.listening(port)?;
    Ok(process)
}

/// Starts Redis with its data in `folder`.
pub(super) fn redis(folder: &Path, port: u16, password: &str) -> Result<Process> {
    let mut command = program(Path::new("redis-server"));
    command
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--appendonly", "yes", "--appendfsync", "everysec"])
        .args(["--save", "", "--maxmemory", MAX_MEMORY])
        .args(["--maxmemory-policy", "noeviction", "--dir"])
        .arg(folder)
        .args(["--user", "default", "on", "nopass", "-@all", "+ping"]);
    for service in Service::ALL.into_iter().filter(|s| s.uses_redis()) {
        command.args(["--user", service.name(), "on", &format!(">{password}")]);
        command.args(RedisPlace::OWN.rights(service).split(' '));
    }
    let mut process = Process::new("Redis", command, folder.join("redis.log"));
    process.begin()?;
    process.listening(port)?;
    Ok(process)
}

/// Debian's newest.
fn postgres_programs() -> Result<PathBuf> {
    const MISSING: &str =
        "Postgres is not installed; install it with: apt-get install postgresql-15";
    let mut found: Vec<_> = fs::read_dir("/usr/lib/postgresql")
        .context(MISSING)?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().context(MISSING)
}

/// User and group for Postgres, which refuses to run as root. `None` where this is not root.
fn unprivileged() -> Result<Option<(u32, u32)>> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    let line = users.lines().find(|line| line.starts_with("postgres:"));
    let mut numbers = line
        .context("there is no user postgres; the package postgresql-15 creates it")?
        .split(':')
        .filter_map(|field| field.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(user), Some(group)) => Ok(Some((user, group))),
        _ => bail!("/etc/passwd has a malformed line for postgres"),
    }
}

fn as_postgres(program: &Path) -> Result<Command> {
    let mut command = Command::new("setpriv");
    if let Some((user, group)) = unprivileged()? {
        command
            .args([format!("--reuid={user}"), format!("--regid={group}")])
            .arg("--clear-groups");
    }
    command
        .args(["--pdeathsig", "QUIT", "--"])
        .arg(program)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null());
    Ok(command)
}
