//! The form in which the API server stores what a person wrote: sending another one would look
//! like a difference for ever.

use localmart_api::Quantity;
use serde_json::{Map, Value, json};

use crate::planted::Bug;

/// Maps of texts, whose values mean what they are.
const TEXTS: [&str; 4] = ["labels", "annotations", "nodeSelector", "matchLabels"];
/// Switches that are not stored while they are off.
const OFF_IS_ABSENT: [&str; 7] = [
    "hostNetwork",
    "hostPID",
    "hostIPC",
    "stdin",
    "stdinOnce",
    "tty",
    "readOnly",
];

/// `value` as the API server would store it.
pub fn canonical(value: &Value) -> Value {
    if Bug::SpellingKept.is_planted() {
        return value.clone();
    }
    field("", value)
}

fn field(name: &str, value: &Value) -> Value {
    match (name, value) {
        ("requests" | "limits" | "overhead", Value::Object(amounts)) => amounts
            .iter()
            .map(|(name, amount)| (name.clone(), quantity(amount)))
            .collect(),
        ("sizeLimit" | "divisor", amount) => quantity(amount),
        (_, Value::Object(fields)) if TEXTS.contains(&name) => Value::Object(fields.clone()),
        (_, Value::Object(fields)) => Value::Object(defaulted(name, fields)),
        (_, Value::Array(entries)) => {
            // An entry is looked at under the name of its list.
            entries.iter().map(|entry| field(name, entry)).collect()
        }
        _ => value.clone(),
    }
}

fn defaulted(name: &str, fields: &Map<String, Value>) -> Map<String, Value> {
    let mut kept: Map<_, _> = fields
        .iter()
        .filter(|(name, value)| !is_absent(name, value))
        .map(|(name, value)| (name.clone(), field(name, value)))
        .collect();
    // What is matched by a key that the API server completes, or stored as one piece.
    let completed = match name {
        "ports" => Some(("protocol", "TCP")),
        "fieldRef" => Some(("apiVersion", "v1")),
        "resourceFieldRef" => Some(("divisor", "0")),
        _ => None,
    };
    if let Some((name, default)) = completed {
        kept.entry(name).or_insert_with(|| json!(default));
    }
    kept
}

fn is_absent(name: &str, value: &Value) -> bool {
    let texts = TEXTS.contains(&name) || matches!(name, "requests" | "limits" | "overhead");
    match value {
        Value::Array(entries) => entries.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Bool(on) => !on && OFF_IS_ABSENT.contains(&name),
        Value::Object(fields) => texts && fields.is_empty(),
        _ => false,
    }
}

/// A text that is no quantity stays as it is: refusing it is the API server's.
fn quantity(amount: &Value) -> Value {
    let text = match amount {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return amount.clone(),
    };
    let parsed = text.parse::<Quantity>();
    json!(parsed.map_or(text, |quantity| quantity.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_otherwise_is_stored_alike() {
        let written = json!({
            "metadata": { "annotations": { "a": "" }, "labels": {} },
            "spec": {
                "hostNetwork": false, "tolerations": [],
                "volumes": [{ "name": "v", "emptyDir": { "sizeLimit": "0.5Gi", "medium": "" } }],
                "containers": [{
                    "name": "c", "tty": false,
                    "ports": [{ "containerPort": 1 }],
                    "env": [{ "name": "A", "value": "" },
                        { "name": "B", "valueFrom": { "fieldRef": { "fieldPath": "x" } } }],
                    "resources": { "requests": { "cpu": 0.5, "memory": "1024Mi" }, "limits": {} },
                }],
            },
        });
        let stored = json!({
            "metadata": { "annotations": { "a": "" } },
            "spec": {
                "volumes": [{ "name": "v", "emptyDir": { "sizeLimit": "512Mi" } }],
                "containers": [{
                    "name": "c",
                    "ports": [{ "containerPort": 1, "protocol": "TCP" }],
                    "env": [{ "name": "A" }, { "name": "B", "valueFrom": {
                        "fieldRef": { "apiVersion": "v1", "fieldPath": "x" } } }],
                    "resources": { "requests": { "cpu": "500m", "memory": "1Gi" } },
                }],
            },
        });
        assert_eq!(canonical(&written), stored);
        assert_eq!(canonical(&stored), stored);
    }
}
