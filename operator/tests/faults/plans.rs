//! Which faults are tried: from what passed in an undisturbed run to a list of plans.

use std::collections::BTreeSet;

use http::StatusCode;
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

use crate::kit::fault::{Class, Event, Fault, Plan};

/// How many plans are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Every one.
    Full,
    /// As many of each workload.
    Sample(usize),
}

/// How often a write is refused when it is refused more than once: the client itself tries some
/// of them again.
const SEVERAL: usize = 4;

/// Whether the operator may need to look again by itself, because it was not told or told wrong.
pub const fn needs_recheck(fault: Fault) -> bool {
    matches!(fault, Fault::Dropped | Fault::Stale)
}

/// The plans of one workload, in the order in which they are tried.
pub fn of(met: &BTreeSet<Event>, extent: Extent, seed: u64) -> Vec<Plan> {
    let mut random = StdRng::seed_from_u64(seed);
    let (mut writes, mut others) = (Vec::new(), Vec::new());
    for event in met {
        let faults = faults(event);
        let of_event = faults.into_iter().map(|fault| Plan {
            event: Some(event.clone()),
            fault,
        });
        match event.class {
            Class::Write => writes.extend(of_event),
            Class::Read | Class::Frame => others.extend(of_event),
        }
    }
    writes.shuffle(&mut random);
    others.shuffle(&mut random);
    // Not only once: here no process lives longer than one write.
    let mut plans = vec![Plan {
        event: None,
        fault: Fault::CrashAfter,
    }];
    if writes.is_empty() {
        plans.clear();
    }
    match extent {
        Extent::Full => plans.extend(writes.into_iter().chain(others)),
        Extent::Sample(number) => {
            let half = number.div_ceil(2);
            plans.extend(spread(writes, half));
            plans.extend(spread(others, half));
            plans.truncate(number.max(1));
        }
    }
    plans
}

/// The first `number`, each of another event where there are enough.
fn spread(plans: Vec<Plan>, number: usize) -> Vec<Plan> {
    let mut seen = BTreeSet::new();
    let (mut first, more): (Vec<_>, Vec<_>) = plans
        .into_iter()
        .partition(|plan| seen.insert(plan.event.clone()));
    first.extend(more);
    first.truncate(number);
    first
}

fn faults(event: &Event) -> Vec<Fault> {
    match event.class {
        Class::Write => {
            let codes = [
                (StatusCode::CONFLICT, 1),
                (StatusCode::UNPROCESSABLE_ENTITY, 1),
                (StatusCode::TOO_MANY_REQUESTS, 1),
                (StatusCode::INTERNAL_SERVER_ERROR, 1),
                (StatusCode::SERVICE_UNAVAILABLE, SEVERAL),
            ];
            let refusals = codes.map(|(status, times)| Fault::Refused { status, times });
            let mut faults = vec![Fault::CrashBefore, Fault::CrashAfter, Fault::LostReply];
            faults.extend(refusals);
            if can_be_replaced(&event.what) {
                faults.push(Fault::Stranger);
            }
            faults
        }
        Class::Read => vec![Fault::Stale],
        Class::Frame => vec![Fault::Frozen, Fault::Dropped, Fault::Cut],
    }
}

/// Whether somebody else's object can take the place of what this write is about. A volume in use
/// cannot be deleted, a Secret is never applied, and the LocalMart is the person's own.
fn can_be_replaced(what: &str) -> bool {
    let changes = what.starts_with("patch ") || what.starts_with("delete ");
    let kept = ["localmarts", "secrets", "persistentvolumeclaims"];
    changes && !kept.iter().any(|kept| what.contains(kept))
}
