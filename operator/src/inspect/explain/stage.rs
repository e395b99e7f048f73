//! One gate on the way to a shop that is ready.

use k8s_openapi::jiff::Timestamp;
use localmart_api::conditions::Reason;
use serde::{Serialize, Serializer};

/// One gate on the way to a shop that is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stage {
    pub name: String,
    pub state: State,
    /// Out of the closed set of the conditions; absent when the stage is open.
    #[serde(serialize_with = "as_word")]
    pub reason: Option<Reason>,
    pub message: String,
    /// When it began to wait, if that is known.
    #[serde(serialize_with = "as_text")]
    pub since: Option<Timestamp>,
    /// Commands to copy.
    pub remedies: Vec<String>,
}

/// Whether the way goes on here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum State {
    /// Nothing is missing.
    Open,
    /// This stage itself waits for something: here is the cause.
    Waits,
    /// Held back by a stage before it.
    Closed,
}

impl Stage {
    /// A stage at which nothing is missing.
    pub fn open(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            state: State::Open,
            reason: None,
            message: String::new(),
            since: None,
            remedies: Vec::new(),
        }
    }

    /// A stage that waits.
    pub fn shut(name: impl Into<String>, reason: Reason, message: impl Into<String>) -> Self {
        Self {
            state: State::Waits,
            reason: Some(reason),
            message: message.into(),
            ..Self::open(name)
        }
    }

    /// With the time when it began to wait.
    #[must_use]
    pub fn since(self, time: Option<Timestamp>) -> Self {
        Self {
            since: time,
            ..self
        }
    }

    /// With commands that may help.
    #[must_use]
    pub fn try_this(self, remedies: Vec<String>) -> Self {
        Self { remedies, ..self }
    }

    /// Whether the reason is one of these.
    pub fn is(&self, reasons: &[Reason]) -> bool {
        self.reason.is_some_and(|reason| reasons.contains(&reason))
    }

    /// Says that it is another stage's turn first.
    pub fn hold_back(&mut self, cause: &str) {
        *self = Self {
            state: State::Closed,
            reason: self.reason,
            message: format!("comes after {cause}"),
            ..Self::open(&*self.name)
        };
    }
}

#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn as_word<S: Serializer>(reason: &Option<Reason>, to: S) -> Result<S::Ok, S::Error> {
    reason.map(Reason::as_str).serialize(to)
}

#[expect(clippy::ref_option, reason = "serde calls it with a reference")]
fn as_text<S: Serializer>(time: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.to_string()).serialize(to)
}
