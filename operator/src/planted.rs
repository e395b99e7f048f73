//! Bugs that are put in on purpose: a search for faults that finds none proves something only if it
//! finds these (`tests/faults`, `tests/campaign`). A program built without the feature `planted-bugs` has none.

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
    /// A field that is wanted no more is left in its object.
    FieldKept,
    /// An object that is wanted no more is left in the cluster.
    ObjectKept,
    /// The title of the shop is never read.
    FieldIgnored,
    /// What is merged into a pod is sent as it was written, not as the API server stores it.
    SpellingKept,
}

impl Bug {
    /// Those that faults bring to light.
    pub const OF_FAULTS: [Self; 4] = [
        Self::DeleteWithoutUid,
        Self::AppliedWithoutUid,
        Self::SecretMadeAgain,
        Self::CompletedTooEarly,
    ];

    /// Those that values bring to light.
    pub const OF_CAMPAIGN: [Self; 4] = [
        Self::FieldKept,
        Self::ObjectKept,
        Self::FieldIgnored,
        Self::SpellingKept,
    ];

    /// What `LOCALMART_PLANTED_BUG` is set to.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DeleteWithoutUid => "delete-without-uid",
            Self::AppliedWithoutUid => "applied-without-uid",
            Self::SecretMadeAgain => "secret-made-again",
            Self::CompletedTooEarly => "completed-too-early",
            Self::FieldKept => "field-kept",
            Self::ObjectKept => "object-kept",
            Self::FieldIgnored => "field-ignored",
            Self::SpellingKept => "spelling-kept",
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
