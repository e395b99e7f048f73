//! The retry budget: repetitions are a share of the calls, so that they cannot multiply the load
//! on a callee that is already in trouble.

use std::sync::atomic::{AtomicU32, Ordering};

/// Tokens that one repetition costs; each call pays in one. Ten calls earn one repetition.
const COST: u32 = 10;
/// Most tokens that can be saved up: repetitions for a callee that was quiet before.
const MOST: u32 = 20 * COST;

#[derive(Debug)]
pub(super) struct Budget(AtomicU32);

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicU32::new(MOST))
    }
}

impl Budget {
    pub(super) fn deposit(&self) {
        let add = |saved: u32| (saved < MOST).then_some(saved + 1);
        // Full is as good as paid in.
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// Whether a repetition may be made; pays for it.
    pub(super) fn withdraw(&self) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |saved| {
                saved.checked_sub(COST)
            })
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_calls_earn_one_repetition() {
        let budget = Budget::default();
        while budget.withdraw() {}
        for _ in 0..9 {
            budget.deposit();
            assert!(!budget.withdraw());
        }
        budget.deposit();
        assert!(budget.withdraw());
        assert!(!budget.withdraw());
    }
}
