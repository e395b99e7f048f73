//! Postgres and Redis on free loopback ports, with their data in one folder.

use std::{fs, path::Path, time::Duration};

use anyhow::{Result, bail};

use super::{local, process::Process};
use crate::{cluster::listens, postgres, progress::Progress};

/// How long a server may take until it listens.
const START: Duration = Duration::from_secs(30);

pub(super) struct Servers {
    pub(super) postgres_port: u16,
    pub(super) redis_port: u16,
    postgres: Process,
    redis: Process,
}

impl Servers {
    pub(super) fn start(directory: &Path, fresh: bool, progress: &Progress) -> Result<Self> {
        let step = progress.step("Postgres and Redis");
        let data = directory.join("postgres");
        if fresh && directory.exists() {
            fs::remove_dir_all(directory)?;
        }
        fs::create_dir_all(&data)?;
        postgres::give(&data)?;
        let programs = postgres::programs()?;
        if !data.join("PG_VERSION").exists() {
            let mut initdb = postgres::command(&programs.join("initdb"))?;
            initdb
                .arg("-D")
                .arg(&data)
                .args(["-U", local::ADMINISTRATOR, "-A", "trust"])
                .current_dir(&data);
            step.run(&mut initdb, "dev-initdb")?;
        }
        let (postgres_port, redis_port) = (local::port(0)?, local::port(0)?);

        let mut command = postgres::command(&programs.join("postgres"))?;
        command
            .arg("-D")
            .arg(&data)
            .args(["-p", &postgres_port.to_string()])
            .args([
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
            ])
            // Only what is worth a look: the services log the rest.
            .args(["-c", "log_min_messages=error", "-c", "log_checkpoints=off"])
            .current_dir(&data);
        let postgres = Process::start("postgres", command)?;

        let mut command = super::process::program(Path::new("redis-server"));
        command
            .args(["--port", &redis_port.to_string(), "--bind", "127.0.0.1"])
            .args(["--loglevel", "warning", "--appendonly", "yes", "--dir"])
            .arg(directory)
            .args(["--user", "default", "on", "nopass", "-@all", "+ping"]);
        for user in local::redis_users(directory)? {
            command.args(["--user", user.name, "on", &format!(">{}", user.password)]);
            command.args(user.rights.split(' '));
        }
        let redis = Process::start("redis", command)?;
        let mut servers = Self {
            postgres_port,
            redis_port,
            postgres,
            redis,
        };
        servers.wait()?;
        step.done(&format!("ports {postgres_port} and {redis_port}"));
        Ok(servers)
    }

    /// A command that opens the shop's database.
    pub(super) fn psql(&self) -> String {
        let (user, port) = (local::ADMINISTRATOR, self.postgres_port);
        format!(
            "psql -h 127.0.0.1 -p {port} -U {user} {}",
            topology::SHARED_DATABASE
        )
    }

    fn wait(&mut self) -> Result<()> {
        let deadline = std::time::Instant::now() + START;
        for (name, process, port) in [
            ("Postgres", &mut self.postgres, self.postgres_port),
            ("Redis", &mut self.redis, self.redis_port),
        ] {
            while !listens(([127, 0, 0, 1], port).into()) {
                if let Some(how) = process.ended() {
                    bail!("{name} ended: {how}; its own words are above");
                }
                if std::time::Instant::now() > deadline {
                    bail!("{name} does not listen after {} s", START.as_secs());
                }
                std::thread::park_timeout(Duration::from_millis(20));
            }
        }
        Ok(())
    }

    /// Ends both, and waits until their data is on disk.
    pub(super) fn stop(self) {
        drop(self.redis);
        drop(self.postgres);
    }
}
