//! Strategic merge: maps by field, the lists that have a key by that key, other lists as a whole.

use serde_json::Value;

/// The lists of a pod template whose entries have a key, as Kubernetes' own types name it.
const KEYS: [(&str, &str); 9] = [
    ("containers", "name"),
    ("initContainers", "name"),
    ("volumes", "name"),
    ("env", "name"),
    ("imagePullSecrets", "name"),
    ("volumeMounts", "mountPath"),
    ("ports", "containerPort"),
    ("topologySpreadConstraints", "topologyKey"),
    ("hostAliases", "ip"),
];

/// Lists without a key that are added to.
const APPENDED: [&str; 2] = ["tolerations", "envFrom"];

/// Puts `patch` over `base`.
pub fn merge(base: &mut Value, patch: &Value) {
    let (Some(fields), Some(changes)) = (base.as_object_mut(), patch.as_object()) else {
        *base = patch.clone();
        return;
    };
    for (name, change) in changes {
        let Some(live) = fields.get_mut(name) else {
            fields.insert(name.clone(), change.clone());
            continue;
        };
        let key = KEYS.iter().find(|(list, _)| list == name);
        match (live, change, key) {
            (Value::Array(live), Value::Array(change), Some((_, key))) => {
                merge_list(live, change, key);
            }
            (Value::Array(live), Value::Array(change), None)
                if APPENDED.contains(&name.as_str()) =>
            {
                live.extend(change.iter().cloned());
            }
            (live, change, _) => merge(live, change),
        }
    }
}

fn merge_list(base: &mut Vec<Value>, patch: &[Value], key: &str) {
    for change in patch {
        match base.iter_mut().find(|entry| entry[key] == change[key]) {
            Some(entry) => merge(entry, change),
            None => base.push(change.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn merged(base: &Value, patch: &Value) -> Value {
        let mut base = base.clone();
        merge(&mut base, patch);
        base
    }

    #[test]
    fn entries_are_found_by_their_key_and_new_ones_come_last() {
        let cases = [
            ("containers", "name", json!("a"), json!("b")),
            ("initContainers", "name", json!("a"), json!("b")),
            ("volumes", "name", json!("a"), json!("b")),
            ("env", "name", json!("a"), json!("b")),
            ("imagePullSecrets", "name", json!("a"), json!("b")),
            ("volumeMounts", "mountPath", json!("/a"), json!("/b")),
            ("ports", "containerPort", json!(1), json!(2)),
            (
                "topologySpreadConstraints",
                "topologyKey",
                json!("a"),
                json!("b"),
            ),
            ("hostAliases", "ip", json!("1.1.1.1"), json!("2.2.2.2")),
        ];
        assert_eq!(cases.len(), KEYS.len());
        for (list, key, old, new) in cases {
            let base = json!({ list: [{ key: old, "x": 1, "y": 1 }] });
            let patch = json!({ list: [{ key: new, "x": 3 }, { key: old, "x": 2 }] });
            let expected = json!({ list: [{ key: old, "x": 2, "y": 1 }, { key: new, "x": 3 }] });
            assert_eq!(merged(&base, &patch), expected, "{list}");
        }
    }

    #[test]
    fn maps_are_merged_tolerations_added_and_other_lists_replaced() {
        let base = json!({ "annotations": { "a": "1" }, "args": ["x", "y"], "tolerations": [{ "key": "a" }] });
        let patch =
            json!({ "annotations": { "b": "2" }, "args": ["z"], "tolerations": [{ "key": "b" }] });
        let expected = json!({ "annotations": { "a": "1", "b": "2" }, "args": ["z"],
            "tolerations": [{ "key": "a" }, { "key": "b" }] });
        assert_eq!(merged(&base, &patch), expected);
    }
}
