//! A namespace as it would look anywhere else: what is random or counts time is taken out.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::Secret;
use kube::{
    ResourceExt,
    api::{DynamicObject, ListParams},
};
use localmart_api::names;
use localmart_operator::{build::Kind, reconcile::shop::Identity};
use serde_json::{Value, json};

use super::cluster::Space;

/// Everything that belongs to a LocalMart, comparable with the portrait of another namespace.
pub async fn of(space: &Space, shop: &str) -> BTreeMap<String, Value> {
    let mut portrait = BTreeMap::new();
    let mut accidents = vec![
        (space.name.clone(), "NAMESPACE".to_owned()),
        (role_prefix(space, shop), "PREFIX".to_owned()),
    ];
    let object = space.shop(shop).await;
    accidents.push((object.uid().unwrap(), "UID".to_owned()));
    let secrets = space
        .api::<Secret>()
        .list(&ListParams::default().labels("app.kubernetes.io/part-of=localmart"))
        .await
        .unwrap();
    for secret in &secrets {
        if let Some(id) = secret.labels().get(names::DATA_ID) {
            accidents.push((id.clone(), "DATA".to_owned()));
        }
    }
    let objects = space.all().await;
    for object in objects.values() {
        if let Some(checksum) = object.labels().get(names::CHECKSUM) {
            accidents.push((checksum.clone(), "CHECKSUM".to_owned()));
        }
        let consumes = &object.data["spec"]["template"]["metadata"]["annotations"];
        if let Some(consumes) = consumes[names::CONSUMES].as_str() {
            accidents.push((consumes.to_owned(), "CONSUMES".to_owned()));
        }
    }

    for ((kind, name), object) in objects {
        let mut body = json!({
            "labels": object.metadata.labels,
            "annotations": annotations(kind, &object),
            "owners": object.metadata.owner_references,
            "data": object.data,
        });
        // A workload that was changed on the way would have another generation.
        if matches!(kind, Kind::Deployment | Kind::StatefulSet) {
            body["generation"] = json!(object.metadata.generation);
        }
        body["data"].as_object_mut().unwrap().remove("status");
        if kind == Kind::Service {
            let spec = body["data"]["spec"].as_object_mut().unwrap();
            spec.remove("clusterIP");
            spec.remove("clusterIPs");
        }
        if kind == Kind::Job {
            // The Job controller's own labels hold the Job's uid.
            let spec = &mut body["data"]["spec"];
            spec.as_object_mut().unwrap().remove("selector");
            spec["template"]["metadata"]
                .as_object_mut()
                .unwrap()
                .remove("labels");
            body["labels"]
                .as_object_mut()
                .unwrap()
                .retain(|name, _| !name.contains("controller-uid"));
        }
        insert(
            &mut portrait,
            &accidents,
            &format!("{} {name}", kind.name()),
            &body,
        );
    }
    for secret in secrets {
        let keys: Vec<_> = secret.data.iter().flatten().map(|(key, _)| key).collect();
        let body = json!({
            "labels": secret.metadata.labels,
            "owners": secret.metadata.owner_references,
            "keys": keys,
        });
        insert(
            &mut portrait,
            &accidents,
            &format!("Secret {}", secret.name_any()),
            &body,
        );
    }
    let mut status = serde_json::to_value(object.status).unwrap();
    for condition in status["conditions"].as_array_mut().unwrap() {
        condition
            .as_object_mut()
            .unwrap()
            .remove("lastTransitionTime");
    }
    insert(&mut portrait, &accidents, "status", &status);
    portrait
}

/// Annotations, without what the controllers keep there.
fn annotations(kind: Kind, object: &DynamicObject) -> BTreeMap<&String, &String> {
    let theirs = |name: &str| match kind {
        Kind::PersistentVolumeClaim => name.contains("kubernetes.io/"),
        _ => name.starts_with("deployment.kubernetes.io/"),
    };
    let all = object.annotations().iter();
    all.filter(|(name, _)| !theirs(name)).collect()
}

fn role_prefix(space: &Space, shop: &str) -> String {
    let identity = Identity {
        name: shop.to_owned(),
        namespace: space.name.clone(),
        uid: String::new(),
    };
    identity.role_prefix()
}

fn insert(
    portrait: &mut BTreeMap<String, Value>,
    accidents: &[(String, String)],
    name: &str,
    body: &Value,
) {
    let plain = |text: &str| {
        accidents
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    let body = serde_json::from_str(&plain(&body.to_string())).unwrap();
    portrait.insert(plain(name), body);
}

/// The fields in which two portraits differ.
pub fn difference(wanted: &BTreeMap<String, Value>, seen: &BTreeMap<String, Value>) -> String {
    let mut found = Vec::new();
    compare("", &json!(wanted), &json!(seen), &mut found);
    found.truncate(8);
    found.join("; ")
}

fn compare(path: &str, wanted: &Value, seen: &Value, found: &mut Vec<String>) {
    match (wanted, seen) {
        (Value::Object(wanted), Value::Object(seen)) => {
            let names: BTreeSet<_> = wanted.keys().chain(seen.keys()).collect();
            for name in names {
                let of = |map: &serde_json::Map<String, Value>| map.get(name).cloned();
                let (wanted, seen) = (of(wanted), of(seen));
                let path = format!("{path}/{name}");
                compare(&path, &wanted.into(), &seen.into(), found);
            }
        }
        (Value::Array(wanted), Value::Array(seen)) if wanted.len() == seen.len() => {
            for (at, (wanted, seen)) in wanted.iter().zip(seen).enumerate() {
                compare(&format!("{path}/{at}"), wanted, seen, found);
            }
        }
        _ if wanted == seen => {}
        _ => {
            let text = format!("{path} is {seen}, not {wanted}");
            found.push(text.chars().take(300).collect());
        }
    }
}
