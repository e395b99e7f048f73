//! Waiting for a condition, never for a fixed time.

use std::{
    fmt::Debug,
    time::{Duration, Instant},
};

/// Long enough for a loaded machine; a test that needs it all is about to fail.
pub const LONG: Duration = Duration::from_mins(2);
/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(40);

/// Waits until `look` gives a value; fails with what it saw last.
pub async fn eventually<T, E: Debug>(what: &str, mut look: impl AsyncFnMut() -> Result<T, E>) -> T {
    let started = Instant::now();
    loop {
        match look().await {
            Ok(value) => return value,
            Err(seen) if started.elapsed() > LONG => {
                panic!("waited {LONG:?} for: {what}; saw last: {seen:#?}")
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Watches that something stays as it is while `others` go on: for as long as `during` takes.
pub async fn meanwhile<T>(
    what: &str,
    during: impl Future<Output = T>,
    mut holds: impl AsyncFnMut() -> Result<(), String>,
) -> T {
    let watching = async {
        loop {
            if let Err(seen) = holds().await {
                return seen;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::select! {
        value = during => value,
        seen = watching => panic!("{what}: {seen}"),
    }
}
