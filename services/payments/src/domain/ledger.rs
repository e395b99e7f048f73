//! What may be done with an intent, from the sums of its ledger.

use contracts::payments::IntentState;

/// A kind of ledger entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    Capture,
    Void,
    Refund,
}

impl Movement {
    /// The name in SQL and in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
        }
    }
}

/// Sums of an intent's ledger entries, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub authorized: i64,
    pub captured: i64,
    pub voided: i64,
    pub refunded: i64,
}

/// How the authorisation was answered; the ledger tells the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Authorized,
    Declined,
    Abandoned,
    /// The bank has asked the holder of the card and waits.
    Challenged,
}

impl Outcome {
    /// The name in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authorized => "authorized",
            Self::Declined => "declined",
            Self::Abandoned => "abandoned",
            Self::Challenged => "challenged",
        }
    }

    /// The outcome with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Authorized,
            Self::Declined,
            Self::Abandoned,
            Self::Challenged,
        ]
        .into_iter()
        .find(|outcome| outcome.name() == name)
    }
}

/// The state that outcome and ledger amount to.
pub fn state(outcome: Outcome, sums: Sums) -> IntentState {
    match outcome {
        Outcome::Declined => IntentState::Declined,
        Outcome::Abandoned => IntentState::Abandoned,
        Outcome::Challenged => IntentState::Challenged,
        Outcome::Authorized if sums.voided > 0 => IntentState::Voided,
        Outcome::Authorized if sums.captured == 0 => IntentState::Authorized,
        Outcome::Authorized if sums.refunded == 0 => IntentState::Captured,
        Outcome::Authorized if sums.refunded < sums.captured => IntentState::PartiallyRefunded,
        Outcome::Authorized => IntentState::Refunded,
    }
}

/// What a movement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Write an entry.
    Write,
    /// It has been done already; nothing is written.
    Done,
}

/// Why a movement is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("an intent that is {} cannot be taken for {}", .state.as_str(), .movement.name())]
    State {
        state: StateName,
        movement: Movement,
    },
    #[error("the amount must be between 1 and {most} minor units")]
    Amount { most: i64 },
}

/// [`IntentState`] for error texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateName(pub IntentState);

impl StateName {
    const fn as_str(self) -> &'static str {
        match self.0 {
            IntentState::Challenged => "challenged",
            IntentState::Authorized => "authorized",
            IntentState::Declined => "declined",
            IntentState::Captured => "captured",
            IntentState::PartiallyRefunded => "partially refunded",
            IntentState::Refunded => "refunded",
            IntentState::Voided => "voided",
            IntentState::Abandoned => "abandoned",
        }
    }
}

/// Whether `movement` of `amount` minor units is possible. There is one capture and one void per
/// intent, so asking for the same again, under whatever key, moves nothing.
pub fn decide(
    outcome: Outcome,
    sums: Sums,
    movement: Movement,
    amount: i64,
) -> Result<Decision, Refused> {
    use IntentState as S;
    let state = state(outcome, sums);
    let (most, done) = match (movement, state) {
        (Movement::Capture | Movement::Void, S::Authorized) => (sums.authorized, false),
        (Movement::Capture, S::Captured) => (sums.captured, true),
        (Movement::Void, S::Voided) => (sums.voided, true),
        (Movement::Refund, S::Captured | S::PartiallyRefunded) => {
            (sums.captured - sums.refunded, false)
        }
        _ => {
            return Err(Refused::State {
                state: StateName(state),
                movement,
            });
        }
    };
    let whole_only = movement == Movement::Void || done;
    if amount < 1 || amount > most || (whole_only && amount != most) {
        return Err(Refused::Amount { most });
    }
    Ok(if done {
        Decision::Done
    } else {
        Decision::Write
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AUTHORIZED: Sums = Sums {
        authorized: 100,
        captured: 0,
        voided: 0,
        refunded: 0,
    };

    #[test]
    fn captured_once_and_never_more_than_authorized() {
        let decide = |sums, amount| decide(Outcome::Authorized, sums, Movement::Capture, amount);
        assert_eq!(decide(AUTHORIZED, 100), Ok(Decision::Write));
        assert_eq!(decide(AUTHORIZED, 101), Err(Refused::Amount { most: 100 }));
        assert_eq!(decide(AUTHORIZED, 0), Err(Refused::Amount { most: 100 }));
        let captured = Sums {
            captured: 100,
            ..AUTHORIZED
        };
        assert_eq!(decide(captured, 100), Ok(Decision::Done));
        assert_eq!(decide(captured, 40), Err(Refused::Amount { most: 100 }));
        let voided = Sums {
            voided: 100,
            ..AUTHORIZED
        };
        assert!(matches!(decide(voided, 100), Err(Refused::State { .. })));
    }

    #[test]
    fn a_void_lifts_the_whole_hold_and_only_before_capture() {
        let decide = |sums, amount| decide(Outcome::Authorized, sums, Movement::Void, amount);
        assert_eq!(decide(AUTHORIZED, 100), Ok(Decision::Write));
        assert_eq!(decide(AUTHORIZED, 99), Err(Refused::Amount { most: 100 }));
        assert_eq!(
            decide(
                Sums {
                    voided: 100,
                    ..AUTHORIZED
                },
                100
            ),
            Ok(Decision::Done)
        );
        assert!(
            decide(
                Sums {
                    captured: 100,
                    ..AUTHORIZED
                },
                100
            )
            .is_err()
        );
    }

    #[test]
    fn nothing_moves_without_an_authorisation() {
        for outcome in [Outcome::Declined, Outcome::Abandoned, Outcome::Challenged] {
            for movement in [Movement::Capture, Movement::Void, Movement::Refund] {
                let refused = decide(outcome, Sums::default(), movement, 1);
                assert!(
                    matches!(refused, Err(Refused::State { .. })),
                    "{outcome:?} {movement:?}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_asked_the_sums_stay_in_order(
            asked in prop::collection::vec((0_u8..3, 1_i64..150), 1..20),
        ) {
            let mut sums = AUTHORIZED;
            for (movement, amount) in asked {
                let movement = [Movement::Capture, Movement::Void, Movement::Refund][usize::from(movement)];
                if decide(Outcome::Authorized, sums, movement, amount) == Ok(Decision::Write) {
                    match movement {
                        Movement::Capture => sums.captured += amount,
                        Movement::Void => sums.voided += amount,
                        Movement::Refund => sums.refunded += amount,
                    }
                }
                prop_assert!(sums.captured <= sums.authorized);
                prop_assert!(sums.refunded <= sums.captured);
                prop_assert!(sums.voided == 0 || (sums.captured == 0 && sums.voided == sums.authorized));
            }
        }
    }
}
