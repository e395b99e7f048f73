//! YAML, behind one door.
//!
//! serde_yaml is archived upstream; replacing it touches this file only. It reads files that the
//! person who runs the operator wrote and prints what the operator made, never input from the
//! network.

use serde::{Serialize, de::DeserializeOwned};

/// A text that does not hold what was expected; the message has line and column.
pub type Error = serde_yaml::Error;

/// Reads one document.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_yaml::from_str(text)
}

/// Reads every document of a file.
pub fn documents(text: &str) -> Result<Vec<serde_json::Value>, Error> {
    serde_yaml::Deserializer::from_str(text)
        .map(serde::Deserialize::deserialize)
        .filter(|value| !matches!(value, Ok(serde_json::Value::Null)))
        .collect()
}

/// Writes one document.
pub fn to_string<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_yaml::to_string(value)
}
