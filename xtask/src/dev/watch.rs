//! Which sources changed.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use crate::paths;

/// Editors save in several steps: a build waits until they are done.
const SETTLED: Duration = Duration::from_millis(100);

pub(super) struct Watch {
    events: Receiver<notify::Result<Event>>,
    _watcher: RecommendedWatcher,
}

impl Watch {
    pub(super) fn begin() -> Result<Self> {
        let (send, events) = mpsc::channel();
        let mut watcher = notify::recommended_watcher(send).context("cannot watch files")?;
        for path in sources()? {
            watcher
                .watch(&path, RecursiveMode::Recursive)
                .with_context(|| format!("cannot watch {}", path.display()))?;
        }
        Ok(Self {
            events,
            _watcher: watcher,
        })
    }

    /// Whether a source changed; waits at most `patience` for the first change.
    pub(super) fn changed(&self, patience: Duration) -> Result<bool> {
        let mut changed = false;
        loop {
            let patience = if changed { SETTLED } else { patience };
            match self.events.recv_timeout(patience) {
                Ok(event) => changed |= concerns(&event.context("cannot watch files")?),
                Err(RecvTimeoutError::Timeout) => return Ok(changed),
                Err(RecvTimeoutError::Disconnected) => bail!("nobody watches the files any more"),
            }
        }
    }
}

/// What programs are made of. The web shop is left to its own server.
fn sources() -> Result<Vec<PathBuf>> {
    let services = paths::repository().join("services");
    let mut sources = vec![paths::repository().join("migrations")];
    for service in fs::read_dir(&services).context("cannot list services/")? {
        let source = service?.path().join("src");
        if source.is_dir() {
            sources.push(source);
        }
    }
    Ok(sources)
}

fn concerns(event: &Event) -> bool {
    !event.kind.is_access() && event.paths.iter().any(|path| is_source(path))
}

/// What is compiled in, and not the traces of an editor.
fn is_source(path: &Path) -> bool {
    let kind = path.extension().and_then(|kind| kind.to_str());
    matches!(kind, Some("rs" | "sql" | "lua"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_compiled_counts() {
        for path in [
            "services/orders/src/app.rs",
            "migrations/orders/0001.expand.sql",
        ] {
            assert!(is_source(Path::new(path)), "{path}");
        }
        for path in [
            "services/orders/src/.app.rs.swp",
            "services/orders/src/app.rs~",
        ] {
            assert!(!is_source(Path::new(path)), "{path}");
        }
    }
}
