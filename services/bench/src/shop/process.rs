//! A program that runs until it is dropped.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    ops::RangeInclusive,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// Longest time until something is ready.
pub(super) const START: Duration = Duration::from_secs(30);
/// Pause between two looks; the time until ready is known to within it.
const LOOK: Duration = Duration::from_micros(500);
/// Longest wait for an answer to a look.
const ANSWER: Duration = Duration::from_secs(2);

/// A program with its log file.
#[derive(Debug)]
pub(super) struct Process {
    name: &'static str,
    command: Command,
    log: PathBuf,
    child: Option<Child>,
    began: Instant,
}

impl Process {
    pub(super) fn new(name: &'static str, command: Command, log: PathBuf) -> Self {
        Self {
            name,
            command,
            log,
            child: None,
            began: Instant::now(),
        }
    }

    /// Starts the program; its output is appended to its log.
    pub(super) fn begin(&mut self) -> Result<()> {
        let log = || OpenOptions::new().create(true).append(true).open(&self.log);
        self.command
            .stdin(Stdio::null())
            .stdout(log()?)
            .stderr(log()?);
        self.began = Instant::now();
        let child = self.command.spawn();
        self.child = Some(child.with_context(|| format!("cannot start {}", self.name))?);
        Ok(())
    }

    /// Waits until `/readyz` is answered well. Gives the time since the program was started.
    pub(super) fn ready(&mut self, admin: SocketAddr) -> Result<Duration> {
        self.wait(|| is_ready(admin).unwrap_or_default())
    }

    /// Waits until it listens.
    pub(super) fn listening(&mut self, port: u16) -> Result<Duration> {
        self.wait(|| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok())
    }

    fn wait(&mut self, is_there: impl Fn() -> bool) -> Result<Duration> {
        while self.began.elapsed() < START {
            if is_there() {
                return Ok(self.began.elapsed());
            }
            let ended = self.child.as_mut().map(Child::try_wait).transpose()?;
            if let Some(Some(status)) = ended {
                bail!("{} ended: {status}: {}", self.name, self.said());
            }
            thread::park_timeout(LOOK);
        }
        bail!(
            "{} is not ready within {START:?}: {}",
            self.name,
            self.said()
        )
    }

    /// The end of the log.
    fn said(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().rev().take(10).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    pub(super) fn id(&self) -> Result<u32> {
        let child = self.child.as_ref();
        Ok(child
            .with_context(|| format!("{} does not run", self.name))?
            .id())
    }

    /// Lines are appended wherever the end is.
    pub(super) fn empty_log(&self) -> Result<()> {
        File::options().write(true).open(&self.log)?.set_len(0)?;
        Ok(())
    }

    /// `SIGKILL`.
    pub(super) fn kill(&mut self) -> Result<()> {
        self.end(Signal::SIGKILL)
    }

    fn end(&mut self, signal: Signal) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            kill(Pid::from_raw(i32::try_from(child.id())?), signal)?;
            child.wait()?;
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Postgres ends its children at this signal; everything else just ends. A process that is
        // gone already is what is wanted.
        let _ = self.end(Signal::SIGQUIT);
    }
}

fn is_ready(admin: SocketAddr) -> Result<bool> {
    let mut stream = TcpStream::connect(admin)?;
    stream.set_read_timeout(Some(ANSWER))?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")?;
    let mut status = [0; 12];
    stream.read_exact(&mut status)?;
    Ok(&status == b"HTTP/1.1 200")
}

/// Ports that Linux gives to nobody who does not ask for them: the port of a service that is
/// started again must not become the near end of some connection in between.
const PORTS: RangeInclusive<u16> = 10_000..=29_999;

/// One that nobody listens on; each process looks from a place of its own.
pub(super) fn free_port() -> Result<u16> {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    let count = u32::from(*PORTS.end() - *PORTS.start()) + 1;
    for _ in 0..count {
        let place = std::process::id()
            .wrapping_mul(97)
            .wrapping_add(TAKEN.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start() + u16::try_from(place % count)?;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port from {} to {}", PORTS.start(), PORTS.end())
}
