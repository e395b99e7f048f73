//! Entries that somebody added to a list that is ours as a whole.
//!
//! Server-side apply merges lists by key and never removes an entry that another manager added. For
//! labels and annotations that is right. A further container, port or variable of a workload is
//! not: nobody asked for it in the LocalMart. And an edit of the key itself, such as the number of
//! a port, leaves an entry that our own one may even collide with.

use serde_json::{Map, Value, json};

/// Lists whose entries are all ours, with the fields that identify an entry.
const EXCLUSIVE: [(&str, &[&str]); 6] = [
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("env", &["name"]),
    ("volumes", &["name"]),
    ("volumeMounts", &["mountPath"]),
    ("ports", &["port", "containerPort", "protocol"]),
];

/// The merge patch that puts back every exclusive list in which `live` has an entry that `desired`
/// has not.
pub fn removal(desired: &Value, live: &Value) -> Option<Value> {
    let (desired, live) = (desired.as_object()?, live.as_object()?);
    let mut patch = Map::new();
    for (name, wanted) in desired {
        let Some(found) = live.get(name) else {
            continue;
        };
        let keys = EXCLUSIVE.iter().find(|(list, _)| list == name);
        match (keys, wanted, found) {
            (Some((_, keys)), Value::Array(wanted), Value::Array(found)) => {
                if has_strays(keys, wanted, found) {
                    patch.insert(name.clone(), json!(wanted));
                }
            }
            _ => {
                if let Some(inner) = removal(wanted, found) {
                    patch.insert(name.clone(), inner);
                }
            }
        }
    }
    (!patch.is_empty()).then_some(Value::Object(patch))
}

fn has_strays(keys: &[&str], wanted: &[Value], found: &[Value]) -> bool {
    found.iter().any(|entry| {
        let twin = wanted
            .iter()
            .find(|wanted| keys.iter().all(|key| wanted.get(key) == entry.get(key)));
        twin.is_none_or(|twin| removal(twin, entry).is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(ports: &Value) -> Value {
        json!({ "metadata": { "labels": { "a": "b" } }, "spec": { "ports": ports, "type": "ClusterIP" } })
    }

    fn port(name: &str, port: u16) -> Value {
        json!({ "name": name, "port": port, "protocol": "TCP" })
    }

    #[test]
    fn an_edited_key_is_a_stray_beside_what_is_missing() {
        let desired = service(&json!([port("http", 8080), port("admin", 9090)]));
        let edited = service(&json!([port("http", 81), port("admin", 9090)]));
        let patch = removal(&desired, &edited).unwrap();
        assert_eq!(
            patch,
            json!({ "spec": { "ports": desired["spec"]["ports"] } })
        );
        assert_eq!(removal(&desired, &desired), None);
        // What is only missing is for the apply.
        assert_eq!(
            removal(&desired, &service(&json!([port("admin", 9090)]))),
            None
        );
    }

    #[test]
    fn a_stray_in_a_container_puts_back_the_container() {
        let pod = |env: &Value, more: &Value| {
            let mut containers = vec![json!({ "name": "a", "image": "i", "env": env })];
            containers.extend(more.as_array().unwrap().clone());
            json!({ "spec": { "template": { "spec": { "containers": containers } } } })
        };
        let none = json!([]);
        let one = json!([{ "name": "A", "value": "1" }]);
        let desired = pod(&one, &none);
        let stray = pod(
            &json!([{ "name": "A", "value": "1" }, { "name": "B" }]),
            &none,
        );
        assert_eq!(removal(&desired, &stray), Some(desired.clone()));
        let sidecar = pod(&one, &json!([{ "name": "x", "image": "x" }]));
        assert_eq!(removal(&desired, &sidecar), Some(desired.clone()));
        // A different value is for the apply.
        assert_eq!(
            removal(&desired, &pod(&json!([{ "name": "A" }]), &none)),
            None
        );
    }

    #[test]
    fn labels_of_others_are_theirs() {
        let desired = service(&json!([]));
        let mut labelled = desired.clone();
        labelled["metadata"]["labels"]["mesh"] = json!("on");
        assert_eq!(removal(&desired, &labelled), None);
    }
}
