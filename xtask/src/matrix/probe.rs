//! Connecting from inside of pods: a thread enters a pod's network namespace, as its processes
//! would, without needing a program in the pod's image.

use std::{
    collections::BTreeMap,
    fmt, fs,
    fs::File,
    io::ErrorKind,
    net::{IpAddr, SocketAddr, TcpStream, UdpSocket},
    path::Path,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, ensure};
use nix::sched::{CloneFlags, setns};

/// Longer than the kernel's first two attempts, which are a second apart.
const LIMIT: Duration = Duration::from_millis(2500);

/// One connection to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Attempt {
    pub(crate) from: IpAddr,
    pub(crate) to: SocketAddr,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Open,
    /// No answer at all: what a policy does.
    Dropped,
    /// An answer that is no connection: the packet got through.
    Failed(ErrorKind),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("open"),
            Self::Dropped => f.write_str("dropped"),
            Self::Failed(kind) => write!(f, "{kind}"),
        }
    }
}

/// Tries everything at once; `namespaces` is the directory with a file per pod's network.
pub(crate) fn run(namespaces: &Path, attempts: &[Attempt]) -> Result<BTreeMap<Attempt, Outcome>> {
    let mut outcomes = BTreeMap::new();
    let entries = fs::read_dir(namespaces)
        .with_context(|| format!("cannot read {}", namespaces.display()))?;
    let files: Vec<_> = entries
        .map(|entry| Ok(File::open(entry?.path())?))
        .collect::<Result<_>>()?;
    thread::scope(|scope| -> Result<()> {
        let pods: Vec<_> = files
            .iter()
            .map(|file| scope.spawn(move || from_inside(file, attempts)))
            .collect();
        for pod in pods {
            let found = pod.join().map_err(|_| anyhow!("a probe panicked"))??;
            outcomes.extend(found);
        }
        Ok(())
    })?;
    let missing = attempts
        .iter()
        .find(|attempt| !outcomes.contains_key(attempt));
    ensure!(
        missing.is_none(),
        "no pod's network below {} has the address of {missing:?}",
        namespaces.display()
    );
    Ok(outcomes)
}

/// Enters one pod's network for good, so this thread must end afterwards.
fn from_inside(namespace: &File, attempts: &[Attempt]) -> Result<Vec<(Attempt, Outcome)>> {
    setns(namespace, CloneFlags::CLONE_NEWNET)
        .context("cannot enter a pod's network; this needs root")?;
    let Some(own) = own_address() else {
        // A pod that is just starting or ending.
        return Ok(Vec::new());
    };
    // Threads inherit the network of the one that starts them.
    Ok(thread::scope(|scope| {
        let tries: Vec<_> = attempts
            .iter()
            .filter(|attempt| attempt.from == own)
            .map(|attempt| scope.spawn(move || (*attempt, connect(attempt.to))))
            .collect();
        tries
            .into_iter()
            .filter_map(|attempt| attempt.join().ok())
            .collect()
    }))
}

/// The address this network calls out from. Choosing a peer sends nothing yet.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind(("0.0.0.0", 0)).ok()?;
    // An address that documentation is given; no machine has it.
    socket.connect(("192.0.2.1", 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

fn connect(to: SocketAddr) -> Outcome {
    match TcpStream::connect_timeout(&to, LIMIT) {
        Ok(_) => Outcome::Open,
        Err(error) if error.kind() == ErrorKind::TimedOut => Outcome::Dropped,
        Err(error) => Outcome::Failed(error.kind()),
    }
}
