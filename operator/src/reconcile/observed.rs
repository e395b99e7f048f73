//! What was read from the cluster before planning: the other input of a pure plan.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::{
    ByteString,
    api::{
        apps::v1::{Deployment, StatefulSet},
        batch::v1::Job,
        core::v1::{Pod, Secret},
    },
    jiff::Timestamp,
};
use kube::{ResourceExt, core::DynamicObject};
use localmart_api::{KeyRef, LocalMartStatus};
use serde::de::DeserializeOwned;

use crate::{
    build::{Key, Kind},
    certificate::Found,
    error::Failure,
};

/// Everything that the later stages may know about the cluster.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Objects with this LocalMart's labels, of every kind that the operator makes.
    pub objects: BTreeMap<Key, DynamicObject>,
    /// Optional kinds that could not be looked at, and why: the cluster does not serve them, or
    /// does not let us.
    pub unseen: BTreeMap<Kind, Failure>,
    /// The shop's own Secrets that exist, by name.
    pub secrets: BTreeMap<String, Secret>,
    /// What the spec refers to, and what was found there.
    pub references: References,
    pub ingress_classes: IngressClasses,
    /// The certificate of the ingress, if it is to have one.
    pub certificate: Found,
    /// Pods of the shop; read only until the newest spec is Ready and while something is not.
    pub pods: Vec<Pod>,
    /// When it was looked; absent where that does not matter.
    pub now: Option<Timestamp>,
    /// What was reported last.
    pub status: LocalMartStatus,
}

/// Content of what the spec refers to; an absent key was not found.
#[derive(Clone, Debug, Default)]
pub struct References {
    pub secrets: BTreeMap<KeyRef, Vec<u8>>,
    pub config_maps: BTreeMap<KeyRef, Vec<u8>>,
}

/// The cluster's IngressClasses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum IngressClasses {
    /// The operator may not read them.
    #[default]
    Unknown,
    Known {
        names: BTreeSet<String>,
        default: Option<String>,
    },
}

impl Observed {
    /// The object of this kind and name in its own type; absent when it does not exist.
    pub fn get<T: DeserializeOwned>(&self, kind: Kind, name: &str) -> Option<T> {
        let object = self.objects.get(&Key::new(kind, name))?;
        // A live object that does not fit its own type is treated like a missing one: applying it
        // again is the answer to both.
        serde_json::from_value(serde_json::to_value(object).ok()?).ok()
    }

    pub fn deployment(&self, name: &str) -> Option<Deployment> {
        self.get(Kind::Deployment, name)
    }

    pub fn stateful_set(&self, name: &str) -> Option<StatefulSet> {
        self.get(Kind::StatefulSet, name)
    }

    pub fn job(&self, name: &str) -> Option<Job> {
        self.get(Kind::Job, name)
    }

    pub fn contains(&self, kind: Kind, name: &str) -> bool {
        self.objects.contains_key(&Key::new(kind, name))
    }

    /// Value of one key of one of the shop's Secrets.
    pub fn secret_value(&self, name: &str, key: &str) -> Option<&[u8]> {
        let data = self.secrets.get(name)?.data.as_ref()?;
        data.get(key).map(|ByteString(bytes)| bytes.as_slice())
    }

    /// Label of one of the shop's Secrets.
    pub fn secret_label(&self, name: &str, label: &str) -> Option<String> {
        self.secrets.get(name)?.labels().get(label).cloned()
    }

    /// Every secret value the operator knows, so that it can be taken out of text that others
    /// wrote. Short values are left: replacing "a" everywhere would only hide that something is
    /// wrong.
    pub fn secret_values(&self) -> Vec<String> {
        let own = self
            .secrets
            .values()
            .filter_map(|secret| secret.data.as_ref())
            .flat_map(BTreeMap::values)
            .map(|ByteString(bytes)| bytes);
        own.chain(self.references.secrets.values())
            .filter_map(|bytes| std::str::from_utf8(bytes).ok())
            .flat_map(str::lines)
            .map(str::trim)
            .filter(|value| value.len() >= 6)
            .map(str::to_owned)
            .collect()
    }
}
