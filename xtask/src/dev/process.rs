//! A child process whose output appears line by line under its name.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::log;

/// How long a process may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(5);

/// Runs until dropped.
pub(super) struct Process {
    child: Child,
    told: bool,
}

/// A program that ends together with this one, even when this one is killed.
pub(super) fn program(path: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(path);
    command
}

impl Process {
    /// Starts `command`, showing its output under `name`.
    pub(super) fn start(name: &'static str, mut command: Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        show(name, child.stdout.take());
        show(name, child.stderr.take());
        Ok(Self { child, told: false })
    }

    /// Asks the process to end, without waiting for it.
    pub(super) fn ask_to_end(&self) -> bool {
        i32::try_from(self.child.id())
            .is_ok_and(|pid| kill(Pid::from_raw(pid), Signal::SIGTERM).is_ok())
    }

    /// How the process ended, said once.
    pub(super) fn ended(&mut self) -> Option<String> {
        if self.told {
            return None;
        }
        let status = self.child.try_wait().ok().flatten()?;
        self.told = true;
        Some(status.to_string())
    }

    fn is_gone_by(&mut self, deadline: Instant) -> bool {
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return true;
            }
            thread::park_timeout(Duration::from_millis(10));
        }
        false
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.ask_to_end() || !self.is_gone_by(Instant::now() + GRACE) {
            // It may have ended in between, which is what is wanted.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn show(name: &'static str, output: Option<impl Read + Send + 'static>) {
    let Some(output) = output else { return };
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            println!("{name:<11}{}", log::readable(&line));
        }
    });
}
