//! Growing pauses per object: one LocalMart that fails does not slow down the others, and a
//! failing one does not hammer the API server.

use std::{collections::HashMap, hash::Hash, sync::Mutex, time::Duration};

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(5);

/// How often each object has failed in a row.
#[derive(Debug)]
pub struct Backoff<K>(Mutex<HashMap<K, u32>>);

impl<K: Eq + Hash> Default for Backoff<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash> Backoff<K> {
    /// Notes another failure and says how long to wait: 1, 2, 4 … 300 seconds.
    pub fn failed(&self, key: K) -> Duration {
        let mut failures = self.lock();
        let count = failures.entry(key).or_default();
        let pause = FIRST.saturating_mul(1 << (*count).min(16)).min(LONGEST);
        *count += 1;
        pause
    }

    /// Notes a success.
    pub fn succeeded(&self, key: &K) {
        self.lock().remove(key);
    }

    /// Number of objects that failed last.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<K, u32>> {
        // The map is whole even if a thread died holding it.
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit_and_start_again_after_a_success() {
        let backoff = Backoff::default();
        let seconds = |key| backoff.failed(key).as_secs();
        assert_eq!([seconds("a"), seconds("a"), seconds("a")], [1, 2, 4]);
        assert_eq!(seconds("b"), 1, "objects do not share a pause");
        for _ in 0..40 {
            seconds("a");
        }
        assert_eq!(seconds("a"), 300);
        assert_eq!(backoff.len(), 2);
        backoff.succeeded(&"a");
        assert_eq!(seconds("a"), 1);
    }
}
