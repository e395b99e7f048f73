//! Prune: what carries our labels and our owner's uid and is wanted no more goes.
//!
//! Volumes are never touched, and Secrets cannot be: the operator may not list them. A delete
//! carries the uid that was read, so a stale read cannot take an object that was made since.

use std::collections::BTreeSet;

use k8s_openapi::api::apps::v1::StatefulSet;
use kube::{
    Api, Client, ResourceExt,
    api::{DeleteParams, Preconditions, PropagationPolicy},
    core::DynamicObject,
};

use super::{
    drift,
    observed::Observed,
    readiness,
    shop::{IngressSettings, Shop},
};
use crate::{
    build::{Key, Kind, redis},
    error::Failure,
    lifecycle::progress,
    planted::Bug,
};

/// An object that is wanted no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surplus {
    pub key: Key,
    pub uid: String,
}

/// What is to go. Pure.
pub fn surplus(shop: &Shop, observed: &Observed, planned: &BTreeSet<Key>) -> Vec<Surplus> {
    let goes = |key: &Key, object: &DynamicObject| {
        let owned = object
            .owner_references()
            .iter()
            .any(|owner| owner.uid == shop.identity.uid);
        owned
            && object.metadata.deletion_timestamp.is_none()
            && !Bug::ObjectKept.is_planted()
            && if planned.contains(key) {
                is_made_anew(shop, key, object)
            } else {
                may_go(shop, observed, key)
            }
    };
    observed
        .objects
        .iter()
        .filter(|(key, object)| goes(key, object))
        .filter_map(|(key, object)| {
            Some(Surplus {
                key: key.clone(),
                uid: object.uid()?,
            })
        })
        .collect()
}

/// An ingress that named its class and names it no more: which class that means, the API server
/// decides only for an object that is made.
fn is_made_anew(shop: &Shop, key: &Key, object: &DynamicObject) -> bool {
    let names_none = |ingress: &IngressSettings| ingress.class_name.is_none();
    key.kind == Kind::Ingress
        && shop.ingress.as_ref().is_some_and(names_none)
        && drift::decides(object, &["spec", "ingressClassName"])
}

fn may_go(shop: &Shop, observed: &Observed, key: &Key) -> bool {
    match key.kind {
        Kind::PersistentVolumeClaim => false,
        // Cutting short a migration is worse than letting an outdated one finish.
        Kind::Job => observed
            .job(&key.name)
            .is_none_or(|job| !progress::runs(&job)),
        // A pod that still runs with the older settings needs them to start again.
        Kind::ConfigMap => observed
            .stateful_set(&shop.identity.child(redis::COMPONENT))
            .is_none_or(|set| readiness::of_stateful_set(&set).updated && !mounts(&set, &key.name)),
        _ => true,
    }
}

fn mounts(set: &StatefulSet, config_map: &str) -> bool {
    let pod = set
        .spec
        .as_ref()
        .and_then(|spec| spec.template.spec.as_ref());
    pod.iter()
        .flat_map(|pod| pod.volumes.iter().flatten())
        .filter_map(|volume| volume.config_map.as_ref())
        .any(|source| source.name == config_map)
}

/// Deletes one object, unless it is another one by now.
pub async fn delete(client: &Client, namespace: &str, surplus: &Surplus) -> Result<(), Failure> {
    let resource = surplus.key.kind.resource();
    let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, &resource);
    let parameters = DeleteParams {
        propagation_policy: Some(PropagationPolicy::Background),
        preconditions: Some(Preconditions {
            uid: (!Bug::DeleteWithoutUid.is_planted()).then(|| surplus.uid.clone()),
            resource_version: None,
        }),
        ..DeleteParams::default()
    };
    match api.delete(&surplus.key.name, &parameters).await {
        Ok(_) => Ok(()),
        // Gone already, or another object of that name: both are what was wanted.
        Err(kube::Error::Api(status)) if matches!(status.code, 404 | 409) => Ok(()),
        Err(error) => Err(Failure::api(&format!("delete {}", surplus.key), &error)),
    }
}
