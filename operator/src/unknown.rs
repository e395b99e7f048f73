//! Fields that a reader passed over: what a person wrote beside what was understood of it.

use serde_json::Value;

/// The path of a field of `raw` that `known`, which was read from it, does not have.
pub fn field(path: &str, raw: &Value, known: &Value) -> Option<String> {
    match (raw, known) {
        (Value::Object(raw), Value::Object(known)) => raw.iter().find_map(|(name, value)| {
            let path = format!("{path}.{name}");
            match known.get(name) {
                Some(known) => field(&path, value, known),
                // An empty value says the same as an absent one.
                None if value.is_null() || value.as_array().is_some_and(Vec::is_empty) => None,
                None => Some(path.trim_start_matches('.').to_owned()),
            }
        }),
        (Value::Array(raw), Value::Array(known)) => {
            let mut pairs = raw.iter().zip(known).enumerate();
            pairs.find_map(|(at, (raw, known))| field(&format!("{path}[{at}]"), raw, known))
        }
        _ => None,
    }
}
