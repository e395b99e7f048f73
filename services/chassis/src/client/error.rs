//! How a call can fail, and what its caller may answer then.

use std::{error::Error, time::Duration};

use topology::Service;

use crate::problem::{Code, Document, Problem};

/// A call that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The callee answered with a problem. Match on `problem.code`.
    #[error("{callee} refused: {}: {}", problem.code, problem.detail)]
    Refused {
        callee: Service,
        problem: Box<Document>,
    },
    /// There was no connection; nothing was sent.
    #[error("{callee} cannot be connected to: {reason}")]
    NotConnected { callee: Service, reason: String },
    /// The connection failed, before or after the callee got the request.
    #[error("{callee} cannot be reached: {reason}")]
    Unreachable { callee: Service, reason: String },
    /// No answer in time; whether the callee acted is not known.
    #[error("{callee} gave no answer within {after:?}")]
    Timeout { callee: Service, after: Duration },
    /// The callee failed too often just now; nothing was sent.
    #[error("{callee} is left alone for a moment after several failures")]
    Resting { callee: Service },
    /// An answer that is not what was agreed.
    #[error("{callee} answered something unreadable: {reason}")]
    Unreadable { callee: Service, reason: String },
    /// The topology has no such call.
    #[error("there is no key to call {callee} with")]
    NoKey { callee: Service },
}

impl CallError {
    /// The callee's problem, if it gave one.
    pub fn problem(&self) -> Option<&Document> {
        match self {
            Self::Refused { problem, .. } => Some(problem),
            _ => None,
        }
    }

    /// The code of the callee's problem, if it gave one.
    pub fn code(&self) -> Option<Code> {
        self.problem().map(|problem| problem.code)
    }

    /// Whether the callee may have acted although no answer came. The opposite means that the call
    /// certainly had no effect.
    pub fn outcome_is_unknown(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Timeout { .. } | Self::Unreadable { .. } => true,
            Self::Refused { problem, .. } => problem.status >= 500,
            Self::NotConnected { .. } | Self::Resting { .. } | Self::NoKey { .. } => false,
        }
    }

    pub(super) fn may_be_repeated(&self) -> bool {
        match self {
            Self::NotConnected { .. } | Self::Unreachable { .. } | Self::Timeout { .. } => true,
            Self::Refused { problem, .. } => {
                matches!(problem.code, Code::Unavailable | Code::Timeout)
            }
            Self::Resting { .. } | Self::Unreadable { .. } | Self::NoKey { .. } => false,
        }
    }

    pub(super) fn is_failure_of_callee(&self) -> bool {
        match self {
            Self::NotConnected { .. } | Self::Unreachable { .. } | Self::Timeout { .. } => true,
            Self::Refused { problem, .. } => problem.status >= 500,
            Self::Resting { .. } | Self::Unreadable { .. } | Self::NoKey { .. } => false,
        }
    }
}

/// For calls whose refusal the caller has no own words for: a refusal is a bug of the caller, the
/// rest is the callee being away.
impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        let callee = match &error {
            CallError::Refused { problem, .. } if problem.status < 500 => {
                return Self::internal(&error);
            }
            CallError::Unreadable { .. } | CallError::NoKey { .. } => {
                return Self::internal(&error);
            }
            CallError::Refused { callee, .. }
            | CallError::NotConnected { callee, .. }
            | CallError::Unreachable { callee, .. }
            | CallError::Timeout { callee, .. }
            | CallError::Resting { callee } => *callee,
        };
        tracing::warn!(%error, "a call failed");
        Self::unavailable(
            format!("The service {callee} is not available at the moment. Try again."),
            Duration::from_secs(1),
        )
    }
}

/// reqwest's own text leaves out why; the innermost source says it.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    let mut source: &dyn Error = error;
    while let Some(inner) = source.source() {
        source = inner;
    }
    source.to_string()
}
