//! Builders: from a [`Shop`] to the objects it becomes.
//!
//! They are pure. They have no client and no clock, so the same input gives the same bytes, and
//! what they give is the form the API server stores: a second apply finds nothing to change.

pub mod accounts;
pub mod autoscaler;
pub mod consumed;
pub mod deployment;
pub mod disruption;
pub mod env;
pub mod http_route;
pub mod ingress;
pub mod job;
pub mod network_policy;
pub mod pod;
pub mod postgres;
pub mod redis;
pub mod secrets;
pub mod service;
pub mod storage;
pub mod template;

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta, OwnerReference};
use kube::core::ApiResource;
use localmart_api::names;
use serde::Serialize;
use serde_json::Value;

use crate::reconcile::shop::{Identity, Shop};

/// The kinds of objects that are applied. Secrets are not among them: they are created once and
/// then read, see [`secrets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    ServiceAccount,
    ConfigMap,
    NetworkPolicy,
    PersistentVolumeClaim,
    Service,
    StatefulSet,
    Job,
    Deployment,
    HorizontalPodAutoscaler,
    PodDisruptionBudget,
    Ingress,
    HttpRoute,
}

impl Kind {
    pub const ALL: [Self; 12] = [
        Self::ServiceAccount,
        Self::ConfigMap,
        Self::NetworkPolicy,
        Self::PersistentVolumeClaim,
        Self::Service,
        Self::StatefulSet,
        Self::Job,
        Self::Deployment,
        Self::HorizontalPodAutoscaler,
        Self::PodDisruptionBudget,
        Self::Ingress,
        Self::HttpRoute,
    ];

    /// Whether a cluster may not serve this kind: then it is looked for, and its absence is told
    /// where it is wanted.
    pub const fn is_optional(self) -> bool {
        matches!(self, Self::HttpRoute)
    }

    /// The word in `kind`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ServiceAccount => "ServiceAccount",
            Self::ConfigMap => "ConfigMap",
            Self::NetworkPolicy => "NetworkPolicy",
            Self::PersistentVolumeClaim => "PersistentVolumeClaim",
            Self::Service => "Service",
            Self::StatefulSet => "StatefulSet",
            Self::Job => "Job",
            Self::Deployment => "Deployment",
            Self::HorizontalPodAutoscaler => "HorizontalPodAutoscaler",
            Self::PodDisruptionBudget => "PodDisruptionBudget",
            Self::Ingress => "Ingress",
            Self::HttpRoute => "HTTPRoute",
        }
    }

    /// Where the API server serves it.
    pub fn resource(self) -> ApiResource {
        let (api_version, plural) = match self {
            Self::ServiceAccount => ("v1", "serviceaccounts"),
            Self::ConfigMap => ("v1", "configmaps"),
            Self::NetworkPolicy => ("networking.k8s.io/v1", "networkpolicies"),
            Self::PersistentVolumeClaim => ("v1", "persistentvolumeclaims"),
            Self::Service => ("v1", "services"),
            Self::StatefulSet => ("apps/v1", "statefulsets"),
            Self::Job => ("batch/v1", "jobs"),
            Self::Deployment => ("apps/v1", "deployments"),
            Self::HorizontalPodAutoscaler => ("autoscaling/v2", "horizontalpodautoscalers"),
            Self::PodDisruptionBudget => ("policy/v1", "poddisruptionbudgets"),
            Self::Ingress => ("networking.k8s.io/v1", "ingresses"),
            Self::HttpRoute => ("gateway.networking.k8s.io/v1", "httproutes"),
        };
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        ApiResource {
            group: group.to_owned(),
            version: version.to_owned(),
            api_version: api_version.to_owned(),
            kind: self.name().to_owned(),
            plural: plural.to_owned(),
        }
    }
}

/// Kind and name: what identifies an object of one shop.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub kind: Kind,
    pub name: String,
}

impl Key {
    pub fn new(kind: Kind, name: &str) -> Self {
        Self {
            kind,
            name: name.to_owned(),
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.name)
    }
}

/// One object as it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub key: Key,
    /// The whole object, with `apiVersion` and `kind`.
    pub body: Value,
}

impl Object {
    /// An object out of its own type. `body.metadata.name` names it.
    pub fn new<T: Serialize>(kind: Kind, body: &T) -> Self {
        let body = serde_json::to_value(body).expect("Kubernetes types serialise");
        let name = body["metadata"]["name"].as_str().unwrap_or_default();
        Self {
            key: Key::new(kind, name),
            body,
        }
    }
}

/// Labels by which the pods of one component are found; they never change.
pub fn selector_labels(identity: &Identity, component: &str) -> BTreeMap<String, String> {
    BTreeMap::from([
        (names::INSTANCE.to_owned(), identity.name.clone()),
        (names::COMPONENT.to_owned(), component.to_owned()),
    ])
}

/// Labels of every object of one component.
pub fn labels(identity: &Identity, component: &str) -> BTreeMap<String, String> {
    let mut labels = selector_labels(identity, component);
    labels.insert(names::PART_OF.to_owned(), "localmart".to_owned());
    labels.insert(
        names::MANAGED_BY.to_owned(),
        names::FIELD_MANAGER.to_owned(),
    );
    labels
}

pub fn selector(identity: &Identity, component: &str) -> LabelSelector {
    LabelSelector {
        match_labels: Some(selector_labels(identity, component)),
        ..LabelSelector::default()
    }
}

/// The reference by which the garbage collector takes an object when its LocalMart goes.
///
/// `blockOwnerDeletion` is left out: it would need the right to change the owner's finalizers, and
/// nothing here has to be gone before the LocalMart is.
pub fn owner(identity: &Identity) -> OwnerReference {
    use kube::Resource;
    OwnerReference {
        api_version: localmart_api::LocalMart::api_version(&()).into_owned(),
        kind: localmart_api::LocalMart::kind(&()).into_owned(),
        name: identity.name.clone(),
        uid: identity.uid.clone(),
        controller: Some(true),
        block_owner_deletion: None,
    }
}

/// Metadata of an object that goes with its LocalMart.
pub fn metadata(shop: &Shop, component: &str, name: String) -> ObjectMeta {
    ObjectMeta {
        name: Some(name),
        namespace: Some(shop.identity.namespace.clone()),
        labels: Some(labels(&shop.identity, component)),
        owner_references: Some(vec![owner(&shop.identity)]),
        ..ObjectMeta::default()
    }
}
