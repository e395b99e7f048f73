//! Discount codes: how they are written, and why one does not count.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A discount code: 3 to 32 capital letters, digits and hyphens, no hyphen at either end. Read
/// from any mix of cases, always written in capitals.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[A-Z0-9][A-Z0-9-]{1,30}[A-Z0-9]$", examples("WELCOME10"))]
pub struct DiscountCode(String);

impl DiscountCode {
    /// The code in capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Text that can be no discount code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a discount code has 3 to 32 letters, digits and hyphens, and begins and ends with a letter or digit"
)]
pub struct NoDiscountCode;

impl FromStr for DiscountCode {
    type Err = NoDiscountCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let inner = |c: u8| c.is_ascii_alphanumeric() || c == b'-';
        let bytes = text.as_bytes();
        let ends = [bytes.first(), bytes.last()];
        let fits = (3..=32).contains(&bytes.len())
            && bytes.iter().copied().all(inner)
            && ends.into_iter().flatten().all(u8::is_ascii_alphanumeric);
        fits.then(|| Self(text.to_ascii_uppercase()))
            .ok_or(NoDiscountCode)
    }
}

impl TryFrom<String> for DiscountCode {
    type Error = NoDiscountCode;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DiscountCode> for String {
    fn from(code: DiscountCode) -> Self {
        code.0
    }
}

impl fmt::Display for DiscountCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a code does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeRefusal {
    /// There is no such code, or it was switched off.
    Unknown,
    NotStarted,
    Expired,
    /// As many orders as may use it have done so.
    UsedUp,
    /// The goods are worth less than it asks for.
    MinimumNotReached,
}

impl CodeRefusal {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::NotStarted => "not_started",
            Self::Expired => "expired",
            Self::UsedUp => "used_up",
            Self::MinimumNotReached => "minimum_not_reached",
        }
    }
}

/// A code and what the quote makes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuotedCode {
    pub code: DiscountCode,
    /// For people; the code itself where there is no such code.
    pub title: String,
    /// Whether the totals contain it.
    pub applied: bool,
    /// Why not: what, why, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The same for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<CodeRefusal>,
}

/// A code that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AppliedCode {
    pub code: DiscountCode,
    pub title: String,
}

impl QuotedCode {
    /// The code, if it counts.
    pub fn applied(&self) -> Option<AppliedCode> {
        self.applied.then(|| AppliedCode {
            code: self.code.clone(),
            title: self.title.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_in_any_case_and_written_in_capitals() {
        let code: DiscountCode = serde_json::from_str("\"welcome-10\"").expect("a code");
        assert_eq!(code.as_str(), "WELCOME-10");
        assert_eq!(
            serde_json::to_string(&code).expect("serialisable"),
            "\"WELCOME-10\""
        );
        for right in ["ABC", "a1b", "9-9", &"A".repeat(32)] {
            assert!(right.parse::<DiscountCode>().is_ok(), "{right}");
        }
        for wrong in [
            "",
            "AB",
            "-AB",
            "AB-",
            "A B",
            "A_B",
            "ÄÖÜ",
            " ABC",
            &"A".repeat(33),
        ] {
            assert!(wrong.parse::<DiscountCode>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_wire_name_of_a_refusal_is_its_str() {
        for refusal in [
            CodeRefusal::Unknown,
            CodeRefusal::NotStarted,
            CodeRefusal::Expired,
            CodeRefusal::UsedUp,
            CodeRefusal::MinimumNotReached,
        ] {
            let json = serde_json::to_value(refusal).expect("serialisable");
            assert_eq!(json, refusal.as_str());
        }
    }
}
