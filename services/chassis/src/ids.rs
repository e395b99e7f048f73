//! New ids and random bytes, from an injected clock and generator.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use uuid::{Builder, Uuid};

use crate::Clock;

/// Makes ids (UUID version 7) and random bytes. Cheap to clone; clones share the generator.
#[derive(Clone)]
pub struct Ids {
    clock: Clock,
    rng: Arc<Mutex<StdRng>>,
}

impl Ids {
    /// Seeded by the operating system; fit for secrets.
    pub fn random(clock: Clock) -> Self {
        Self::with(clock, rand::make_rng())
    }

    /// The same sequence for the same seed; for tests.
    pub fn seeded(clock: Clock, seed: u64) -> Self {
        Self::with(clock, StdRng::seed_from_u64(seed))
    }

    fn with(clock: Clock, rng: StdRng) -> Self {
        Self {
            clock,
            rng: Arc::new(Mutex::new(rng)),
        }
    }

    /// A new id of whatever type is asked for, for example `OrderId`.
    pub fn next<T: From<Uuid>>(&self) -> T {
        let millis = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &self.bytes())
            .into_uuid()
            .into()
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut bytes);
        bytes
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ids")
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_ids_and_a_random_one_does_not() {
        let clock = Clock::manual(DateTime::UNIX_EPOCH).0;
        let first: Uuid = Ids::seeded(clock.clone(), 1).next();
        assert_eq!(first, Ids::seeded(clock.clone(), 1).next::<Uuid>());
        assert_eq!(first.get_version_num(), 7);
        assert_ne!(
            Ids::random(clock.clone()).next::<Uuid>(),
            Ids::random(clock).next::<Uuid>()
        );
    }
}
