//! Bugs that are put in on purpose: a search for faults that finds none proves something only if it
//! finds these (`tests/faults`). A program built without the feature `planted-bugs` has none.

/// One planted bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Prune deletes whatever has the name now.
    DeleteWithoutUid,
    /// Apply overwrites whatever has the name now.
    AppliedWithoutUid,
    /// A Secret that was not seen is made anew, also where it exists.
    SecretMadeAgain,
    /// A task counts as done when its Job is there.
    CompletedTooEarly,
}

impl Bug {
    pub const ALL: [Self; 4] = [
        Self::DeleteWithoutUid,
        Self::AppliedWithoutUid,
        Self::SecretMadeAgain,
        Self::CompletedTooEarly,
    ];

    /// What `LOCALMART_PLANTED_BUG` is set to.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DeleteWithoutUid => "delete-without-uid",
            Self::AppliedWithoutUid => "applied-without-uid",
            Self::SecretMadeAgain => "secret-made-again",
            Self::CompletedTooEarly => "completed-too-early",
        }
    }

    /// Whether this program has the bug.
    #[cfg(feature = "planted-bugs")]
    pub fn is_planted(self) -> bool {
        std::env::var_os("LOCALMART_PLANTED_BUG").is_some_and(|bug| bug == self.name())
    }

    /// Whether this program has the bug.
    #[cfg(not(feature = "planted-bugs"))]
    pub const fn is_planted(self) -> bool {
        false
    }
}
