//! The first process of the cluster's process namespace.
//!
//! It mounts `/proc`, collects orphans, and ends when the supervisor closes its end of the pipe,
//! by will or by death; then the kernel ends every process of the cluster.

use std::{
    io::{Read, Write},
    path::Path,
    process, thread,
};

use anyhow::{Context, Result};
use nix::{
    sys::wait::{WaitPidFlag, WaitStatus, waitpid},
    unistd::Pid,
};
use signal_hook::{consts::SIGCHLD, iterator::Signals};

use super::namespace;

pub(crate) fn run(scratch: &Path) -> Result<()> {
    let mut orphans = Signals::new([SIGCHLD]).context("cannot listen for ended processes")?;
    namespace::mount_proc(scratch)?;
    thread::spawn(|| {
        let mut ignored = Vec::new();
        // The end of the pipe and a broken pipe mean the same: the supervisor is gone.
        drop(std::io::stdin().read_to_end(&mut ignored));
        process::exit(0);
    });
    writeln!(std::io::stdout(), "ready").context("cannot tell the supervisor")?;
    for _ in orphans.forever() {
        while !matches!(
            waitpid(Pid::from_raw(-1), Some(WaitPidFlag::WNOHANG)),
            Ok(WaitStatus::StillAlive) | Err(_)
        ) {}
    }
    Ok(())
}
