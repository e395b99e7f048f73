//! The programs of a cluster as children of its supervisor.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// How to start one program.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    pub(crate) name: &'static str,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    /// How long the program may take to end after it was asked to.
    pub(crate) grace: Duration,
}

/// A started program.
#[derive(Debug)]
pub(crate) struct Component {
    spec: Spec,
    logs: PathBuf,
    child: Child,
    started: Instant,
}

impl Component {
    /// Starts the program with its output in `<logs>/<name>.log`.
    pub(crate) fn start(spec: Spec, logs: &Path) -> Result<Self> {
        let path = logs.join(format!("{}.log", spec.name));
        if path.exists() {
            fs::rename(&path, path.with_extension("previous.log"))
                .with_context(|| format!("cannot put {} aside", path.display()))?;
        }
        let log =
            File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        // The death signal ends the program with the supervisor even where no process namespace does.
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--"])
            .arg(&spec.program)
            .args(&spec.arguments)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", spec.program.display()))?;
        Ok(Self {
            spec,
            logs: logs.to_path_buf(),
            child,
            started: Instant::now(),
        })
    }

    pub(crate) fn name(&self) -> &'static str {
        self.spec.name
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.logs.join(format!("{}.log", self.spec.name))
    }

    /// How the program ended, if it did.
    pub(crate) fn ended(&mut self) -> Result<Option<String>> {
        let status = self
            .child
            .try_wait()
            .with_context(|| format!("cannot watch {}", self.name()))?;
        Ok(status.map(|status| {
            let seconds = self.started.elapsed().as_secs();
            format!("{} ended after {seconds} s: {status}", self.name())
        }))
    }

    /// Starts the program again after it ended.
    pub(crate) fn restart(&mut self) -> Result<()> {
        *self = Self::start(self.spec.clone(), &self.logs)?;
        Ok(())
    }

    /// Asks the program to end and insists when its grace is over.
    pub(crate) fn stop(&mut self) -> Result<()> {
        if self.ended()?.is_some() {
            return Ok(());
        }
        let pid = Pid::from_raw(i32::try_from(self.child.id())?);
        kill(pid, Signal::SIGTERM).with_context(|| format!("cannot stop {}", self.name()))?;
        let deadline = Instant::now() + self.spec.grace;
        while Instant::now() < deadline {
            if self.ended()?.is_some() {
                return Ok(());
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        self.child
            .kill()
            .with_context(|| format!("cannot kill {}", self.name()))?;
        self.child
            .wait()
            .with_context(|| format!("cannot wait for {}", self.name()))?;
        Ok(())
    }
}
