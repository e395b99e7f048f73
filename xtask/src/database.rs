//! A throw-away Postgres that holds every service's schema; sqlx checks queries against it.

use std::{fs, net::TcpListener, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::{paths, postgres};

/// Runs until dropped.
pub struct Database {
    directory: TempDir,
    programs: PathBuf,
    port: u16,
}

impl Database {
    /// Starts Postgres on a free loopback port and applies all of `migrations/`.
    pub fn start() -> Result<Self> {
        let database = Self {
            directory: tempfile::tempdir()?,
            programs: postgres::programs()?,
            port: TcpListener::bind("127.0.0.1:0")?.local_addr()?.port(),
        };
        let root = database.directory.path();
        postgres::give(root)?;
        let data = root.join("data");
        let data = data.to_string_lossy();
        database.program(
            "initdb",
            &["-D", &data, "-U", "postgres", "-A", "trust", "-N"],
        )?;
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c fsync=off",
            database.port,
            root.display()
        );
        let log = root.join("log");
        let log = log.to_string_lossy();
        database.program(
            "pg_ctl",
            &["-D", &data, "-o", &options, "-l", &log, "-w", "start"],
        )?;
        database.migrate()?;
        Ok(database)
    }

    /// Connection string of the superuser.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn migrate(&self) -> Result<()> {
        let folder = paths::repository().join("migrations");
        let mut files = Vec::new();
        for service in fs::read_dir(&folder).context("cannot list migrations/")? {
            let service = service?.path();
            if service.is_dir() {
                for file in fs::read_dir(service)? {
                    files.push(file?.path());
                }
            }
        }
        files.sort();
        for service in topology::Service::ALL {
            if service.has_schema() {
                self.psql(&["-c", &format!("CREATE SCHEMA {service}")])?;
            }
        }
        for file in files {
            self.psql(&["-f", &file.to_string_lossy()])
                .with_context(|| format!("{} does not apply", file.display()))?;
        }
        Ok(())
    }

    fn psql(&self, arguments: &[&str]) -> Result<()> {
        let url = self.url();
        let fixed = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &url];
        succeed(
            Command::new(self.programs.join("psql"))
                .args(fixed)
                .args(arguments),
        )
    }

    fn program(&self, name: &str, arguments: &[&str]) -> Result<()> {
        let mut command = postgres::command(&self.programs.join(name))?;
        succeed(command.args(arguments).current_dir(self.directory.path()))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let data = self.directory.path().join("data");
        let data = data.to_string_lossy();
        if let Err(error) = self.program("pg_ctl", &["-D", &data, "-m", "immediate", "stop"]) {
            eprintln!("the throw-away Postgres did not stop: {error:#}");
        }
    }
}

fn succeed(command: &mut Command) -> Result<()> {
    let output = command
        .output()
        .with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        bail!(
            "{command:?} failed: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}
