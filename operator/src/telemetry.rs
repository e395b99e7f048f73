//! Logs: one JSON object per line, as the services write them.

use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// Starts logging to standard error; `filter` is a level or a list by module.
pub fn start(filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        anyhow::anyhow!(
            "--log-level {filter:?} is not understood: {error}; write info, or info,kube=debug"
        )
    })?;
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(std::io::stderr);
    tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init()?;
    Ok(())
}
