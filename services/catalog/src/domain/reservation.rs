//! The life of a reservation: one table of what each request does in each state.
//!
//! `held` is the only state that lapses. `released` and `expired` are final: an order whose
//! reservation is gone needs a new order, so a late or repeated request can never hold stock for
//! an order that has been given up.

use std::collections::BTreeSet;

use chassis::{Code, FieldErrors, Problem};
use contracts::catalog::{ReservationState, Reserve, StockLine};

/// Most lines of an order.
const MOST_LINES: usize = 100;
/// Most pieces of one line.
const MOST_PIECES: u32 = 10_000;
/// Longest time that stock is held, in seconds.
const LONGEST: u32 = 60 * 60;

/// A request about a reservation that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Hold the lines again.
    Reserve,
    Commit,
    Release,
    /// Release, and put sold pieces back on the shelf.
    ReleaseAndRestock,
    Extend,
}

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It was done before.
    Nothing,
    /// The promised pieces leave the shelf.
    Sell,
    /// The promise is taken back.
    Free,
    /// The sold pieces come back.
    Restock,
    /// The time is prolonged.
    Prolong,
    /// The time is over.
    RefuseExpired,
    /// Not possible in this state.
    RefuseState,
}

/// The table. A held reservation whose time is over counts as expired.
pub fn effect(state: ReservationState, request: Request) -> Effect {
    use ReservationState::{Committed, Expired, Held, Released};
    match (state, request) {
        (Held, Request::Reserve)
        | (Committed, Request::Reserve | Request::Commit)
        | (Released | Expired, Request::Release | Request::ReleaseAndRestock) => Effect::Nothing,
        (Held, Request::Commit) => Effect::Sell,
        (Held, Request::Release | Request::ReleaseAndRestock) => Effect::Free,
        (Held, Request::Extend) => Effect::Prolong,
        (Committed, Request::ReleaseAndRestock) => Effect::Restock,
        (Expired, Request::Reserve | Request::Commit | Request::Extend) => Effect::RefuseExpired,
        (Committed, Request::Release | Request::Extend)
        | (Released, Request::Reserve | Request::Commit | Request::Extend) => Effect::RefuseState,
    }
}

/// The state after an effect.
pub fn after(state: ReservationState, effect: Effect) -> ReservationState {
    match effect {
        Effect::Sell => ReservationState::Committed,
        Effect::Free | Effect::Restock => ReservationState::Released,
        Effect::Nothing | Effect::Prolong | Effect::RefuseExpired | Effect::RefuseState => state,
    }
}

/// The answer to a request that is refused; `None` when it is not.
pub fn refusal(state: ReservationState, request: Request) -> Option<Problem> {
    match effect(state, request) {
        Effect::RefuseExpired => Some(Problem::new(
            Code::ReservationExpired,
            "The time for which the stock was held is over; the pieces are on sale again.",
        )),
        Effect::RefuseState => Some(Problem::new(
            Code::InvalidState,
            match (state, request) {
                (ReservationState::Committed, Request::Release) => {
                    "The pieces are sold; release with restock to put them back on the shelf."
                }
                (ReservationState::Committed, _) => {
                    "The pieces are sold; there is no time to prolong."
                }
                _ => "The reservation was released; begin a new order.",
            },
        )),
        _ => None,
    }
}

/// Checks what is to be reserved.
pub fn check(reserve: &Reserve) -> Result<(), Problem> {
    let mut errors = FieldErrors::default();
    errors.check(
        (1..=MOST_LINES).contains(&reserve.lines.len()),
        "/lines",
        "out_of_range",
        format!("An order has 1 to {MOST_LINES} lines."),
    );
    let mut seen = BTreeSet::new();
    for (index, line) in reserve.lines.iter().enumerate() {
        errors.check(
            (1..=MOST_PIECES).contains(&line.qty),
            &format!("/lines/{index}/qty"),
            "out_of_range",
            format!("qty must be 1 to {MOST_PIECES}."),
        );
        errors.check(
            seen.insert(line.variant_id),
            &format!("/lines/{index}/variant_id"),
            "repeated",
            "This variant has a line already; add up the pieces.",
        );
    }
    check_ttl(&mut errors, reserve.ttl_seconds);
    errors.finish()
}

/// Checks how long stock is to be held.
pub fn check_ttl(errors: &mut FieldErrors, seconds: u32) {
    errors.check(
        (1..=LONGEST).contains(&seconds),
        "/ttl_seconds",
        "out_of_range",
        format!("Stock can be held for 1 to {LONGEST} seconds."),
    );
}

/// Lines in the order in which their rows are locked, which keeps two orders from waiting for
/// each other.
pub fn in_lock_order(lines: &[StockLine]) -> Vec<StockLine> {
    let mut lines = lines.to_vec();
    lines.sort_unstable_by_key(|line| line.variant_id);
    lines
}

#[cfg(test)]
mod tests {
    use contracts::{OrderId, VariantId};
    use uuid::Uuid;

    use super::*;

    const STATES: [ReservationState; 4] = [
        ReservationState::Held,
        ReservationState::Committed,
        ReservationState::Released,
        ReservationState::Expired,
    ];
    const REQUESTS: [Request; 5] = [
        Request::Reserve,
        Request::Commit,
        Request::Release,
        Request::ReleaseAndRestock,
        Request::Extend,
    ];

    #[test]
    fn a_repeated_request_does_nothing_or_is_refused() {
        for state in STATES {
            for request in REQUESTS {
                let first = effect(state, request);
                let again = effect(after(state, first), request);
                let settled = matches!(
                    again,
                    Effect::Nothing | Effect::Prolong | Effect::RefuseExpired | Effect::RefuseState
                );
                assert!(settled, "{state:?} {request:?}: {first:?} then {again:?}");
                assert_eq!(
                    refusal(state, request).is_some(),
                    matches!(first, Effect::RefuseExpired | Effect::RefuseState)
                );
            }
        }
    }

    #[test]
    fn what_is_given_up_stays_given_up() {
        for gone in [ReservationState::Released, ReservationState::Expired] {
            for request in REQUESTS {
                assert_eq!(after(gone, effect(gone, request)), gone);
            }
        }
    }

    #[test]
    fn wrong_lines_are_pointed_at() {
        let line = StockLine {
            variant_id: VariantId::from(Uuid::nil()),
            qty: 0,
        };
        let reserve = Reserve {
            order_id: OrderId::from(Uuid::nil()),
            lines: vec![line, StockLine { qty: 1, ..line }],
            ttl_seconds: 0,
        };
        let document = check(&reserve)
            .expect_err("three things are wrong")
            .document();
        let pointers: Vec<&str> = document
            .errors
            .iter()
            .map(|error| error.pointer.as_str())
            .collect();
        assert_eq!(
            pointers,
            ["/lines/0/qty", "/lines/1/variant_id", "/ttl_seconds"]
        );
        assert!(
            check(&Reserve {
                lines: vec![],
                ttl_seconds: 60,
                ..reserve
            })
            .is_err()
        );
    }
}
