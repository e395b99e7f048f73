//! The chart's values: what is unknown or of the wrong type is refused before anything is
//! installed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

use kit::chart;
use serde_json::{Value, json};

const VALUES: &str = include_str!("../../charts/localmart-operator/values.yaml");

/// Maps whose names are the user's own: any is good.
const FREE: [&str; 5] = [
    "releases",
    "resources.requests",
    "resources.limits",
    "serviceMonitor.labels",
    "alerts.labels",
];

/// Values that have a good type and are wrong all the same, and the name that the refusal has.
const WRONG: [(&str, &str, &str); 12] = [
    ("replicas", "0", "minimum"),
    ("replicas", "1.5", "integer"),
    ("imagePullPolicy", "\"Sometimes\"", "imagePullPolicy"),
    ("watchNamespaces", "[]", "minItems"),
    ("watchNamespaces", "[\"a\", \"a\"]", "equal"),
    ("watchNamespaces", "[\"Shop\"]", "pattern"),
    ("releases", "null", "releases"),
    ("releases.9\\.9\\.9", "{\"migrate\": \"a\"}", "postgres"),
    ("imagePullSecrets", "[{\"nam\": \"a\"}]", "nam"),
    ("resources.limits.memory", "\"128 MB\"", "pattern"),
    ("serviceMonitor.interval", "\"often\"", "pattern"),
    ("dashboards.labels.a", "1", "string"),
];

/// Every value of the chart, by its path.
fn walk(path: &str, value: &Value, found: &mut Vec<(String, Value)>) {
    if !path.is_empty() {
        found.push((path.to_owned(), value.clone()));
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        let name = name.replace('.', "\\.");
        let path = match path {
            "" => name,
            path => format!("{path}.{name}"),
        };
        walk(&path, value, found);
    }
}

#[test]
fn an_unknown_or_wrongly_typed_value_is_refused() {
    let values: Value = localmart_operator::yaml::from_str(VALUES).unwrap();
    let mut known = Vec::new();
    walk("", &values, &mut known);
    assert!(chart::try_template(&[]).is_ok());

    let unknown = chart::try_template(&[("surprise", "1")]).unwrap_err();
    assert!(unknown.contains("surprise"), "{unknown}");
    let mut tried = 1;
    for (path, value) in &known {
        let wrong = match value {
            Value::Object(_) => json!(7),
            _ => json!({ "surprise": 1 }),
        };
        let answer = chart::try_template(&[(path, &wrong.to_string())]);
        assert!(answer.is_err(), "{path}={wrong} was accepted");
        tried += 1;
        let free = FREE.contains(&path.as_str()) || path == "dashboards.labels";
        if value.is_object() && !free && !path.starts_with("releases") {
            let answer = chart::try_template(&[(&format!("{path}.surprise"), "1")]);
            let refusal = answer
                .err()
                .unwrap_or_else(|| panic!("{path}.surprise was accepted"));
            assert!(refusal.contains("surprise"), "{refusal}");
            tried += 1;
        }
    }
    for (path, value, word) in WRONG {
        let refusal = chart::try_template(&[(path, value)])
            .err()
            .unwrap_or_else(|| panic!("{path}={value} was accepted"));
        assert!(refusal.contains(word), "{path}={value}: {refusal}");
        tried += 1;
    }
    println!("{} values, {tried} wrong ones refused", known.len());
}
