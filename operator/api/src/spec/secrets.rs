//! Passwords and keys that the operator makes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::rule;

/// Passwords and keys that the operator makes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Secrets {
    /// Exchange of all of them while the shop serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Rotation>,
}

/// When passwords and keys are exchanged. The annotation `localmart.dev/rotate-secrets` asks for
/// it at once, by any new value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rotation {
    /// Age at which they are exchanged, in hours or days. Absent: never by themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 5), extend("x-kubernetes-validations" = [rule(
        "self.matches('^[1-9][0-9]{0,3}[hd]$')",
        "secrets.rotation.period must be whole hours or days, 1h to 9999d, such as 720h or 30d",
    )]))]
    pub period: Option<String>,
}

impl Rotation {
    /// The period in hours; absent where it is not set or no period.
    pub fn hours(&self) -> Option<i64> {
        let period = self.period.as_deref()?;
        let unit = match period.chars().last()? {
            'h' => 1,
            'd' => 24,
            _ => return None,
        };
        let count: u16 = period[..period.len() - 1].parse().ok()?;
        Some(i64::from(count) * unit)
    }
}
