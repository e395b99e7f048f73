//! The real things, for tests: Postgres, Redis, keys, running services.
//!
//! One Postgres and one Redis serve a test process; both are started on first use from the
//! installed programs and end with the process, however it ends. Each test takes a fresh database,
//! a copy of one that was migrated once. Services log in with the rights they have in production.

mod child;
mod http;
mod keys;
mod postgres;
mod redis;

use std::{
    future::Future,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{config::Listeners, program, telemetry};

/// Start of the names that a shop has where others are, too.
const PREFIX: &str = "lm_00000000";

pub use self::http::{Api, Reply};
pub use keys::{Keys, keys};
pub use postgres::{TestDatabase, database};
pub use redis::{TestRedis, redis, redis_alone};

/// What `main` does before anything else. Every part of the kit calls it.
pub fn prepare() {
    program::install_crypto();
    telemetry::captured().get_or_init(|| Mutex::new(Vec::new()));
    telemetry::start("test", "test", "info,sqlx=warn");
}

/// Listeners on free ports of the loopback interface.
pub fn listeners() -> Listeners {
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    Listeners {
        api: any,
        admin: any,
        version: "test".to_owned(),
    }
}

/// The log lines of this process so far, of all its tests.
pub fn logs() -> Vec<Value> {
    let captured = telemetry::captured().get_or_init(|| Mutex::new(Vec::new()));
    let bytes = captured.lock().unwrap_or_else(PoisonError::into_inner);
    bytes
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect()
}

/// Asks until the answer is `Ok`, for ten seconds at most; then fails with the last `Err`.
pub async fn eventually<T, F, R>(what: &str, mut ask: F) -> T
where
    F: FnMut() -> R,
    R: Future<Output = Result<T, String>>,
{
    const PATIENCE: Duration = Duration::from_secs(10);
    let began = Instant::now();
    loop {
        let seen = match ask().await {
            Ok(value) => return value,
            Err(seen) => seen,
        };
        assert!(
            began.elapsed() < PATIENCE,
            "{what}: not within {PATIENCE:?}; last seen: {seen}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
