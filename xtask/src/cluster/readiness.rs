//! When a part of the cluster is up: asked of the part itself, never guessed from time passed.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    os::unix::net::UnixStream,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};

use super::programs::Programs;
use crate::paths;

const ATTEMPT: Duration = Duration::from_millis(500);

/// Whether something listens at `address`.
pub(crate) fn listens(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, ATTEMPT).is_ok()
}

/// Whether something listens at the socket `path`.
pub(crate) fn listens_locally(path: &Path) -> bool {
    UnixStream::connect(path).is_ok()
}

/// Whether an HTTP server answers at `address`, whatever it says.
pub(crate) fn answers_http(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, ATTEMPT)?;
        stream.set_read_timeout(Some(ATTEMPT))?;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: readiness\r\nConnection: close\r\n\r\n")?;
        let mut start = [0; 5];
        stream.read_exact(&mut start)?;
        Ok(&start == b"HTTP/")
    };
    ask().unwrap_or(false)
}

/// Whether the HTTP server at `address` answers `path` with 200.
pub(crate) fn answers_well(address: SocketAddr, path: &str) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, ATTEMPT)?;
        stream.set_read_timeout(Some(ATTEMPT))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: readiness\r\nConnection: close\r\n\r\n"
        )?;
        let mut start = [0; 12];
        stream.read_exact(&mut start)?;
        Ok(&start == b"HTTP/1.1 200")
    };
    ask().unwrap_or(false)
}

/// Whether the nftables table `name` exists in this process's network namespace.
pub(crate) fn has_table(name: &str) -> Result<bool> {
    let list = Command::new("nft")
        .args(["list", "table", "inet", name])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    Ok(list
        .context("cannot start nft; install the package nftables")?
        .success())
}

/// kubectl against the cluster whose kubeconfig is given.
#[derive(Debug)]
pub(crate) struct Kubectl<'a> {
    pub(crate) programs: &'a Programs,
    pub(crate) kubeconfig: &'a Path,
}

impl Kubectl<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.programs.path("kubectl"));
        command
            .arg(format!("--kubeconfig={}", self.kubeconfig.display()))
            .arg("--request-timeout=10s")
            .args(arguments)
            .env("KUBECACHEDIR", paths::kubectl_cache())
            .stdin(Stdio::null());
        command
    }

    /// Whether the command succeeds.
    pub(crate) fn succeeds(&self, arguments: &[&str]) -> Result<bool> {
        let output = self
            .command(arguments)
            .output()
            .context("cannot start kubectl")?;
        Ok(output.status.success())
    }

    /// Applies objects, taking over fields that an earlier version of xtask set.
    pub(crate) fn apply(&self, manifest: &str) -> Result<()> {
        let mut child = self
            .command(&[
                "apply",
                "--server-side",
                "--force-conflicts",
                "--filename=-",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start kubectl")?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin
                .write_all(manifest.as_bytes())
                .context("cannot write to kubectl")?;
        }
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }
}
