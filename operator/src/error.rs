//! What goes wrong while reconciling: a reason out of the closed set, words for a person, and
//! whether trying again by itself can help.

use std::fmt;

use localmart_api::conditions::{ConditionType, Reason};

/// A failure, as it appears in a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub reason: Reason,
    /// What is wrong, where, and what to do.
    pub message: String,
    /// The part of the shop that it is about, where it is about one.
    pub about: Option<ConditionType>,
}

impl Failure {
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
            about: None,
        }
    }

    /// The same, as the trouble of one part of the shop.
    #[must_use]
    pub const fn about(mut self, part: ConditionType) -> Self {
        self.about = Some(part);
        self
    }

    /// What the API server said about `doing`.
    pub fn api(doing: &str, error: &kube::Error) -> Self {
        let (reason, words) = match error {
            kube::Error::Api(status) => (reason_for(status.code), status.message.clone()),
            other => (Reason::ApiUnavailable, chain(other)),
        };
        Self::new(reason, format!("{doing}: {words}"))
    }

    /// Whether the next attempt may succeed without anybody changing anything.
    pub const fn passes_by_itself(&self) -> bool {
        matches!(
            self.reason,
            Reason::ApiConflict | Reason::ApiUnavailable | Reason::Terminating
        )
    }
}

const fn reason_for(code: u16) -> Reason {
    match code {
        409 => Reason::ApiConflict,
        401 | 403 => Reason::ApiForbidden,
        400 | 404 | 405 | 413 | 415 | 422 => Reason::ApiInvalid,
        _ => Reason::ApiUnavailable,
    }
}

/// The error and its causes in one line: "error sending request" alone helps nobody.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = error.source();
    }
    text
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason.as_str(), self.message)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use kube::core::Status;

    use super::*;

    #[test]
    fn the_api_servers_words_are_kept() {
        let status = Status::failure("field is immutable", "Invalid").with_code(422);
        let failure = Failure::api("apply Service a", &kube::Error::Api(Box::new(status)));
        assert_eq!(failure.reason, Reason::ApiInvalid);
        assert_eq!(failure.message, "apply Service a: field is immutable");
        assert!(!failure.passes_by_itself());
    }

    #[test]
    fn what_passes_by_itself_is_told_apart() {
        for (code, passes) in [
            (409, true),
            (429, true),
            (500, true),
            (503, true),
            (403, false),
        ] {
            let status = Status::failure("x", "x").with_code(code);
            let failure = Failure::api("y", &kube::Error::Api(Box::new(status)));
            assert_eq!(failure.passes_by_itself(), passes, "{code}");
        }
    }
}
