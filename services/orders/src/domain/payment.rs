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
        matches!(self, Self::Requested | Self::Unknown)
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
    fn the_status_is_that_of_the_attempt_that_held_money() {
        use AttemptState as A;
        assert_eq!(status(&[]), PaymentStatus::None);
        assert_eq!(status(&[A::Declined, A::Requested]), PaymentStatus::None);
        assert_eq!(status(&[A::Declined, A::Captured]), PaymentStatus::Captured);
        assert_eq!(status(&[A::Voided, A::Abandoned]), PaymentStatus::Voided);
    }
}
