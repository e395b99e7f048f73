//! Whether an object needs to be sent.
//!
//! Server-side apply is safe to repeat, yet a request that changes nothing still costs the API
//! server a write path. So an object is sent only when one of these holds:
//!
//! * a desired field is absent or different in the live object: somebody changed it;
//! * our field manager does not own a desired field: somebody took it over;
//! * our field manager owns a field that is no longer desired: it must go.
//!
//! The live object says which fields we own in `metadata.managedFields`. That record is a tree of
//! `f:<field>`, `k:<keys of a list entry>` and `v:<value of a set>`, so walking it beside the two
//! objects tells which lists are matched by key, without knowing any schema.

use kube::core::DynamicObject;
use localmart_api::names::FIELD_MANAGER;
use serde_json::{Map, Value};

use crate::planted::Bug;

/// Whether `live` differs from `desired` in anything that is ours to decide.
pub fn needs_apply(desired: &Value, live: &DynamicObject) -> bool {
    let Ok(live_value) = serde_json::to_value(live) else {
        return true;
    };
    match owned(live) {
        Some(owned) => !in_step(owned, &applied_part(desired), &live_value),
        None => true,
    }
}

/// Whether our manager decided this field of a live object, for example `spec`, `replicas`.
pub fn decides(live: &DynamicObject, path: &[&str]) -> bool {
    let names = path.iter();
    let root = owned(live);
    names
        .fold(root, |at, name| at?.get(format!("f:{name}")))
        .is_some()
}

/// The record of the fields that our manager has applied.
fn owned(live: &DynamicObject) -> Option<&Value> {
    let entries = live.metadata.managed_fields.iter().flatten();
    let ours = entries.filter(|entry| {
        entry.manager.as_deref() == Some(FIELD_MANAGER)
            && entry.operation.as_deref() == Some("Apply")
            && entry.subresource.as_deref().unwrap_or_default().is_empty()
    });
    ours.filter_map(|entry| entry.fields_v1.as_ref())
        .map(|fields| &fields.0)
        .next()
}

/// What an apply takes ownership of: everything but the identity of the object.
fn applied_part(desired: &Value) -> Value {
    let mut part = desired.clone();
    if let Some(object) = part.as_object_mut() {
        object.remove("apiVersion");
        object.remove("kind");
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("name");
            metadata.remove("namespace");
        }
    }
    part
}

fn in_step(owned: &Value, desired: &Value, live: &Value) -> bool {
    let Some(owned) = owned.as_object() else {
        return false;
    };
    let mut children = owned.iter().filter(|(name, _)| *name != ".").peekable();
    if children.peek().is_none() {
        // A leaf of ownership: a scalar, or a list or map that is replaced as a whole.
        return covers(desired, live) && same_entries(desired, live);
    }
    match desired {
        Value::Object(desired) => fields_in_step(owned, desired, live),
        Value::Array(desired) => entries_in_step(owned, desired, live),
        _ => false,
    }
}

fn fields_in_step(owned: &Map<String, Value>, desired: &Map<String, Value>, live: &Value) -> bool {
    let all_desired = desired.iter().all(|(name, value)| {
        let child = owned.get(&format!("f:{name}"));
        let live = live.get(name);
        match (child, live) {
            (Some(child), Some(live)) => in_step(child, value, live),
            _ => false,
        }
    });
    all_desired
        && owned
            .keys()
            .filter_map(|name| name.strip_prefix("f:"))
            .all(|name| desired.contains_key(name) || Bug::FieldKept.is_planted())
}

fn entries_in_step(owned: &Map<String, Value>, desired: &[Value], live: &Value) -> bool {
    let Some(live) = live.as_array() else {
        return false;
    };
    let mut matched = 0;
    for (name, child) in owned {
        if let Some(keys) = name.strip_prefix("k:") {
            let Ok(keys) = serde_json::from_str::<Value>(keys) else {
                return false;
            };
            let find = |list: &[Value]| list.iter().find(|entry| covers(&keys, entry)).cloned();
            match (find(desired), find(live)) {
                (Some(desired), Some(live)) if in_step(child, &desired, &live) => matched += 1,
                _ => return false,
            }
        } else if let Some(value) = name.strip_prefix("v:") {
            let Ok(value) = serde_json::from_str::<Value>(value) else {
                return false;
            };
            if !desired.contains(&value) || !live.contains(&value) {
                return false;
            }
            matched += 1;
        }
    }
    matched == desired.len()
}

/// Whether a map of texts, such as a selector, has no entry more than it should: the API server
/// adds no defaults to one of these.
fn same_entries(desired: &Value, live: &Value) -> bool {
    match (desired, live) {
        (Value::Object(desired), Value::Object(live)) if live.values().all(Value::is_string) => {
            desired.len() == live.len()
        }
        _ => true,
    }
}

/// Whether `live` holds everything of `desired`. It may hold more in its maps, because the API
/// server fills in defaults.
fn covers(desired: &Value, live: &Value) -> bool {
    match (desired, live) {
        (Value::Object(desired), Value::Object(live)) => desired
            .iter()
            .all(|(name, value)| live.get(name).is_some_and(|live| covers(value, live))),
        (Value::Array(desired), Value::Array(live)) => {
            desired.len() == live.len()
                && desired
                    .iter()
                    .zip(live)
                    .all(|(desired, live)| covers(desired, live))
        }
        _ => desired == live,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn desired() -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": { "name": "a", "namespace": "b", "labels": { "x": "y" } },
            "spec": {
                "replicas": 1,
                "selector": { "matchLabels": { "x": "y" } },
                "template": { "spec": { "containers": [{
                    "name": "c", "image": "i", "args": ["-a"],
                    "env": [{ "name": "E", "value": "1" }],
                    "ports": [{ "name": "http", "containerPort": 80, "protocol": "TCP" }],
                }] } },
            },
        })
    }

    /// The object as the API server would answer it: defaults filled in, ownership recorded.
    fn live() -> Value {
        let mut live = desired();
        live["metadata"]["uid"] = json!("u");
        live["spec"]["revisionHistoryLimit"] = json!(10);
        live["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] = json!("Always");
        live["metadata"]["managedFields"] = json!([
            { "manager": "kube-controller-manager", "operation": "Update", "subresource": "status",
              "fieldsV1": { "f:status": {} } },
            { "manager": FIELD_MANAGER, "operation": "Apply", "fieldsV1": {
                "f:metadata": { "f:labels": { "f:x": {} } },
                "f:spec": {
                    "f:replicas": {}, "f:selector": {},
                    "f:template": { "f:spec": { "f:containers": { "k:{\"name\":\"c\"}": {
                        ".": {}, "f:name": {}, "f:image": {}, "f:args": {},
                        "f:env": { "k:{\"name\":\"E\"}": { ".": {}, "f:name": {}, "f:value": {} } },
                        "f:ports": { "k:{\"containerPort\":80,\"protocol\":\"TCP\"}":
                            { ".": {}, "f:name": {}, "f:containerPort": {}, "f:protocol": {} } },
                    } } } },
                } } },
        ]);
        live
    }

    fn needed(desired: &Value, live: &Value) -> bool {
        needs_apply(desired, &serde_json::from_value(live.clone()).unwrap())
    }

    #[test]
    fn an_object_that_is_as_wanted_is_not_sent() {
        assert!(!needed(&desired(), &live()));
    }

    #[test]
    fn what_others_added_is_theirs() {
        let mut live = live();
        live["metadata"]["annotations"] = json!({ "deployment.kubernetes.io/revision": "1" });
        live["spec"]["template"]["spec"]["containers"][0]["env"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "name": "THEIRS", "value": "1" }));
        assert!(!needed(&desired(), &live));
    }

    #[test]
    fn every_desired_field_that_differs_is_noticed() {
        let container = "/spec/template/spec/containers/0";
        let changes = [
            ("/spec/replicas".to_owned(), json!(3)),
            ("/metadata/labels/x".to_owned(), json!("z")),
            (format!("{container}/image"), json!("other")),
            (format!("{container}/args"), json!(["-a", "-b"])),
            (format!("{container}/env/0/value"), json!("2")),
            (format!("{container}/ports/0/name"), json!("web")),
            ("/spec/selector/matchLabels/x".to_owned(), json!("z")),
        ];
        for (path, value) in changes {
            let mut live = live();
            *live.pointer_mut(&path).unwrap() = value;
            assert!(needed(&desired(), &live), "{path}");
        }
    }

    #[test]
    fn a_desired_field_that_is_missing_is_noticed() {
        let mut live = live();
        live["metadata"].as_object_mut().unwrap().remove("labels");
        assert!(needed(&desired(), &live));

        let mut more = desired();
        more["spec"]["paused"] = json!(false);
        assert!(needed(&more, &self::live()));

        let mut entry = desired();
        entry["spec"]["template"]["spec"]["containers"][0]["env"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "name": "NEW", "value": "1" }));
        assert!(needed(&entry, &self::live()));
    }

    #[test]
    fn a_field_we_own_and_no_longer_want_is_noticed() {
        let mut less = desired();
        less["spec"].as_object_mut().unwrap().remove("replicas");
        assert!(needed(&less, &live()));

        let mut entry = desired();
        entry["spec"]["template"]["spec"]["containers"][0]["env"] = json!([]);
        assert!(needed(&entry, &live()));
    }

    #[test]
    fn an_entry_added_to_a_selector_is_noticed() {
        let mut more = live();
        more["spec"]["selector"] = json!({ "x": "y", "z": "y" });
        let mut flat = desired();
        flat["spec"]["selector"] = json!({ "x": "y" });
        assert!(needed(&flat, &more));
    }

    #[test]
    fn what_we_decided_stands_in_the_record() {
        let live: DynamicObject = serde_json::from_value(live()).unwrap();
        assert!(decides(&live, &["spec", "replicas"]));
        assert!(!decides(&live, &["spec", "paused"]));
        assert!(!decides(&live, &["status"]));
    }

    #[test]
    fn a_field_that_somebody_took_over_is_taken_back() {
        let mut live = live();
        live["metadata"]["managedFields"][1]["fieldsV1"]["f:spec"]
            .as_object_mut()
            .unwrap()
            .remove("f:replicas");
        assert!(needed(&desired(), &live));

        live["metadata"]["managedFields"] = json!([]);
        assert!(needed(&desired(), &live));
    }
}
