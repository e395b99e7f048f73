//! The circuit breaker: after several failures in a row a callee is left alone for a moment, then
//! tried with one call.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Failures in a row that open the breaker.
const THRESHOLD: u32 = 8;
/// Time for which the callee is left alone.
const REST: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    open_until: Option<Instant>,
    /// A call is out to see whether the callee is back.
    probing: bool,
}

/// The right to make one call. Dropped without a result, for example because the client went
/// away, it counts as neither.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

impl Breaker {
    /// `None` while the callee is left alone.
    pub(super) fn permit(&self, now: Instant) -> Option<Permit<'_>> {
        let mut state = self.state();
        let probe = match state.open_until {
            None => false,
            Some(until) if now < until || state.probing => return None,
            Some(_) => {
                state.probing = true;
                true
            }
        };
        Some(Permit {
            breaker: self,
            probe,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    pub(super) fn succeeded(self) {
        *self.breaker.state() = State::default();
    }

    pub(super) fn failed(self, now: Instant) {
        let mut state = self.breaker.state();
        state.failures = state.failures.saturating_add(1);
        if state.failures >= THRESHOLD {
            state.open_until = Some(now + REST);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.state().probing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(breaker: &Breaker, now: Instant, times: u32) {
        for _ in 0..times {
            breaker
                .permit(now)
                .expect("the breaker is closed")
                .failed(now);
        }
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_tries_one_call_after_a_rest() {
        let breaker = Breaker::default();
        let mut now = Instant::now();
        fail(&breaker, now, THRESHOLD - 1);
        breaker.permit(now).expect("closed").succeeded();
        fail(&breaker, now, THRESHOLD);
        assert!(breaker.permit(now).is_none());

        now += REST;
        let probe = breaker.permit(now).expect("one call may try");
        assert!(breaker.permit(now).is_none(), "only one");
        probe.failed(now);
        assert!(breaker.permit(now).is_none(), "still away");

        now += REST;
        breaker.permit(now).expect("one call may try").succeeded();
        assert!(breaker.permit(now).is_some());
    }

    #[test]
    fn a_probe_that_was_given_up_lets_another_one_out() {
        let breaker = Breaker::default();
        let now = Instant::now();
        fail(&breaker, now, THRESHOLD);
        let later = now + REST;
        drop(breaker.permit(later).expect("one call may try"));
        assert!(breaker.permit(later).is_some());
    }
}
