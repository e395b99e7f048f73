//! Leaves out of a description what none of its paths leads to.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::OpenApi;

const SCHEMAS: &str = "#/components/schemas/";

/// Removes the schemas that no path refers to, directly or through other schemas: those of
/// internal endpoints are nobody's business outside.
pub(super) fn keep_reachable(document: &mut OpenApi) {
    // A document is always serialisable.
    let mut wanted = referred(&serde_json::to_value(&document.paths).unwrap_or_default());
    let Some(components) = &mut document.components else {
        return;
    };
    let mut found = BTreeSet::new();
    while let Some(name) = wanted.pop_first() {
        if let Some(schema) = components.schemas.get(&name)
            && found.insert(name)
        {
            wanted.extend(referred(&serde_json::to_value(schema).unwrap_or_default()));
        }
    }
    components.schemas.retain(|name, _| found.contains(name));
}

/// The names of the schemas that a part of a document refers to.
fn referred(part: &Value) -> BTreeSet<String> {
    match part {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| match value {
                Value::String(target) if name == "$ref" => target
                    .strip_prefix(SCHEMAS)
                    .map(str::to_owned)
                    .into_iter()
                    .collect(),
                other => referred(other),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(referred).collect(),
        _ => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_no_path_leads_to_is_left_out() {
        let refer = |name: &str| json!({"$ref": format!("{SCHEMAS}{name}")});
        let mut document: OpenApi = serde_json::from_value(json!({
            "openapi": "3.1.0",
            "info": {"title": "x", "version": "1"},
            "paths": {"/a": {"get": {"responses": {"200": {
                "description": "", "content": {"application/json": {"schema": refer("Outer")}}
            }}}}},
            "components": {"schemas": {
                "Outer": {"type": "object", "properties": {"inner": refer("Inner"), "more": refer("Outer")}},
                "Inner": {"type": "array", "items": refer("Leaf")},
                "Leaf": {"type": "string"},
                "Secret": {"type": "object", "properties": {"leaf": refer("Leaf")}},
            }},
        }))
        .expect("a small document");
        keep_reachable(&mut document);
        let kept = document.components.expect("components").schemas;
        assert_eq!(
            kept.into_keys().collect::<Vec<_>>(),
            ["Inner", "Leaf", "Outer"]
        );
    }
}
