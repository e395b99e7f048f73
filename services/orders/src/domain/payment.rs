//! Our side of an attempt to be paid.

use contracts::payments::IntentState;

use super::named::named;

named! {
    /// Where an attempt stands.
    AttemptState {
        /// About to be asked for, or asked for.
        Requested = "requested",
        /// Asked for; the answer got lost.
        Unknown = "unknown",
        /// The bank asks the customer.
        Challenged = "challenged",
        Authorized = "authorized",
        Declined = "declined",
        /// Settled before the provider had heard of it; nothing was held.
        Abandoned = "abandoned",
        Voided = "voided",
        Captured = "captured",
        PartiallyRefunded = "partially_refunded",
        Refunded = "refunded",
    }
}

named! {
    /// Where the money of an order stands; derived from its attempts.
    PaymentStatus {
        None = "none",
        Authorized = "authorized",
        Captured = "captured",
        PartiallyRefunded = "partially_refunded",
        Refunded = "refunded",
        Voided = "voided",
    }
}

impl From<IntentState> for AttemptState {
    fn from(state: IntentState) -> Self {
        match state {
            IntentState::Challenged => Self::Challenged,
            IntentState::Authorized => Self::Authorized,
            IntentState::Declined => Self::Declined,
            IntentState::Captured => Self::Captured,
            IntentState::PartiallyRefunded => Self::PartiallyRefunded,
            IntentState::Refunded => Self::Refunded,
            IntentState::Voided => Self::Voided,
            IntentState::Abandoned => Self::Abandoned,
        }
    }
}

impl AttemptState {
    /// Whether the provider's answer is still to come.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::Unknown | Self::Challenged)
    }

    /// The states that an attempt may have been in before this one: what is heard late, or in
    /// another order, takes no attempt back.
    pub fn follows(self) -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(move |before| before.progress() <= self.progress())
    }

    fn progress(self) -> u8 {
        match self {
            Self::Requested | Self::Unknown => 0,
            Self::Challenged => 1,
            Self::Authorized => 2,
            // Ends, but for captured money, whose sums tell the order.
            Self::Declined
            | Self::Abandoned
            | Self::Voided
            | Self::Captured
            | Self::PartiallyRefunded
            | Self::Refunded => 3,
        }
    }
}

/// The status of an order whose attempts stand like this, the latest last.
pub fn status(attempts: &[AttemptState]) -> PaymentStatus {
    let of = |state: &AttemptState| match state {
        AttemptState::Authorized => Some(PaymentStatus::Authorized),
        AttemptState::Captured => Some(PaymentStatus::Captured),
        AttemptState::PartiallyRefunded => Some(PaymentStatus::PartiallyRefunded),
        AttemptState::Refunded => Some(PaymentStatus::Refunded),
        AttemptState::Voided => Some(PaymentStatus::Voided),
        AttemptState::Requested
        | AttemptState::Unknown
        | AttemptState::Challenged
        | AttemptState::Declined
        | AttemptState::Abandoned => None,
    };
    attempts
        .iter()
        .rev()
        .find_map(of)
        .unwrap_or(PaymentStatus::None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_only_goes_forward() {
        use AttemptState as A;
        let follows = |state: A, before: A| state.follows().any(|known| known == before);
        for &state in A::ALL {
            assert!(follows(state, state) && follows(state, A::Requested) || state.is_open());
        }
        assert!(follows(A::Challenged, A::Unknown));
        assert!(follows(A::Authorized, A::Challenged));
        for (late, known) in [
            (A::Challenged, A::Authorized),
            (A::Challenged, A::Declined),
            (A::Authorized, A::Captured),
            (A::Authorized, A::Voided),
        ] {
            assert!(!follows(late, known), "{late} after {known}");
        }
    }

    #[test]
    fn the_status_is_that_of_the_attempt_that_held_money() {
        use AttemptState as A;
        assert_eq!(status(&[]), PaymentStatus::None);
        assert_eq!(status(&[A::Declined, A::Requested]), PaymentStatus::None);
        assert_eq!(status(&[A::Declined, A::Captured]), PaymentStatus::Captured);
        assert_eq!(status(&[A::Voided, A::Abandoned]), PaymentStatus::Voided);
    }
}
