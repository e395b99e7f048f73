//! The steps of a purchase: every call and every commit that leaves a process, numbered.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chassis::Service;
use tokio::sync::oneshot;

/// The `nth` time that `process` does something.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    pub process: Service,
    /// For example `payments: POST /internal/v1/intents`, or `COMMIT`.
    pub what: String,
    pub nth: usize,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {} #{}", self.process, self.what, self.nth)
    }
}

/// What happens at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Stopped before the other side sees it.
    Before,
    /// The other side has done it; its answer is stopped.
    After,
    /// The other side gets it, and the connection breaks before it answers.
    Cut,
    /// The other side gets it twice.
    Twice,
    /// The other side refuses without doing anything.
    Refused,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "killed before",
            Self::After => "killed after",
            Self::Cut => "connection cut",
            Self::Twice => "sent twice",
            Self::Refused => "refused",
        })
    }
}

/// Counts steps, and stops the one that was asked for.
#[derive(Debug, Default)]
pub struct Steps(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    counting: bool,
    counts: HashMap<(Service, String), usize>,
    seen: Vec<Step>,
    armed: Option<(Step, Moment, oneshot::Sender<()>)>,
}

/// A step that is to be disturbed.
#[derive(Debug)]
pub(super) struct Trap {
    pub(super) moment: Moment,
    fired: oneshot::Sender<()>,
}

impl Trap {
    /// Tells that the moment is there.
    pub(super) fn fire(self) {
        // Nobody waits any more when the round is over.
        let _ = self.fired.send(());
    }

    /// Tells it and goes no further.
    pub(super) async fn hold(self) {
        self.fire();
        std::future::pending::<()>().await;
    }
}

impl Steps {
    /// Counts from here.
    pub fn count(&self) {
        *self.lock() = Inner {
            counting: true,
            ..Inner::default()
        };
    }

    /// Counts from here, and disturbs `step`. The receiver hears when it is reached.
    pub fn arm(&self, step: Step, moment: Moment) -> oneshot::Receiver<()> {
        self.count();
        let (fire, fired) = oneshot::channel();
        self.lock().armed = Some((step, moment, fire));
        fired
    }

    /// Counts no further; gives what was seen.
    pub fn stop(&self) -> Vec<Step> {
        std::mem::take(&mut *self.lock()).seen
    }

    /// Something leaves `process`.
    pub(super) fn pass(&self, process: Service, what: String) -> Option<Trap> {
        let mut inner = self.lock();
        if !inner.counting {
            return None;
        }
        let count = inner.counts.entry((process, what.clone())).or_default();
        *count += 1;
        let nth = *count;
        let step = Step { process, what, nth };
        let armed = inner
            .armed
            .as_ref()
            .is_some_and(|(armed, ..)| *armed == step);
        inner.seen.push(step);
        if !armed {
            return None;
        }
        let (_, moment, fired) = inner.armed.take()?;
        Some(Trap { moment, fired })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
