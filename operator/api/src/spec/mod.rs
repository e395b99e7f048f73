//! What a person asks for: `spec` of a `LocalMart`.

#![allow(
    clippy::duplicated_attributes,
    reason = "each printer column is an attribute of its own"
)]

mod autoscaling;
mod exposure;
mod gateway;
mod postgres;
mod quantity;
mod redis;
mod secrets;
mod services;
mod tls;

pub use autoscaling::*;
pub use exposure::*;
pub use gateway::*;
pub use postgres::*;
pub use quantity::*;
pub use redis::*;
pub use secrets::*;
pub use services::*;
pub use tls::*;

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{LocalMartStatus, schema::rule};

/// A shop: Postgres, Redis, the services and the way in.
///
/// Every field has a sensible meaning when it is absent; `spec: {}` is a working shop inside the
/// cluster.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "localmart.dev",
    version = "v1alpha1",
    kind = "LocalMart",
    plural = "localmarts",
    shortname = "lm",
    category = "all",
    namespaced,
    status = "LocalMartStatus",
    derive = "Default",
    derive = "PartialEq",
    doc = "A shop on Kubernetes: databases, migrations, services and the way in, from one object.",
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.ready"),
    printcolumn(name = "Version", type_ = "string", json_path = ".status.version"),
    printcolumn(name = "URL", type_ = "string", json_path = ".status.url"),
    printcolumn(
        name = "Age",
        type_ = "date",
        json_path = ".metadata.creationTimestamp"
    ),
    printcolumn(
        name = "Message",
        type_ = "string",
        json_path = ".status.message",
        priority = 1
    )
)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = spec_rules()))]
pub struct LocalMartSpec {
    /// Release of all services. Only a change of it upgrades the shop: migrations first, then a
    /// rolling update. Absent: the release of the operator that first saw this object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 63), extend("x-kubernetes-validations" = [rule(
        "self.matches('^[0-9]+[.][0-9]+[.][0-9]+(-[0-9A-Za-z.-]*[0-9A-Za-z])?$')",
        "version must be a semantic version such as 0.1.0 or 0.2.0-rc.1, without a leading v",
    )]))]
    pub version: Option<String>,

    /// Where images come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<Images>,

    /// Settings per service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub services: Option<Services>,

    /// Which database runs the shop. Absent: one that the operator runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postgres: Option<Postgres>,

    /// The Redis of the shop. Absent: one that the operator runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redis: Option<Redis>,

    /// How lifecycle Jobs are run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migrations: Option<Migrations>,

    /// The way in from outside. Absent, and `gateway` too: the shop is reachable inside the
    /// cluster only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ingress: Option<Ingress>,

    /// The way in by an HTTPRoute of the Gateway API, instead of an ingress or beside it.
    /// Certificates are the Gateway's. Absent: no route.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Gateway>,

    /// Passwords and keys that the operator makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets: Option<Secrets>,

    /// Whether a demo catalogue is loaded; safe to repeat. Absent: Disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_data: Option<Switch>,

    /// Logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observability: Option<Observability>,

    /// What customers see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storefront: Option<Storefront>,

    /// Whether pods of the shop may be reached, and may reach others, only along the call graph:
    /// by default nothing is open, and each call has its rule. The storefront takes connections
    /// from everywhere. It needs a cluster network that enforces NetworkPolicies. Absent: Enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_policy: Option<Switch>,

    /// Scale everything to zero and keep the data. Absent: false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspend: Option<bool>,

    /// What happens to volumes and database Secrets when this object is deleted. Absent: Retain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_policy: Option<DeletionPolicy>,
}

/// Rules about more than one field, and those that compare with the object before the change.
///
/// Transition rules are skipped where a field appears or disappears, so these sit on `spec` and
/// read absence as its default.
fn spec_rules() -> Vec<serde_json::Value> {
    let external =
        |root: &str, store: &str| format!("(has({root}.{store}) && has({root}.{store}.external))");
    let stays = |store: &str, why: &str| {
        rule(
            &format!(
                "{} == {}",
                external("self", store),
                external("oldSelf", store)
            ),
            &format!("{store} cannot change between managed and external, {why}"),
        )
    };
    let layout = |root: &str| {
        format!(
            "(has({root}.postgres) && has({root}.postgres.layout) ? {root}.postgres.layout : \
             'Shared')"
        )
    };
    let size = |root: &str, store: &str, default: &str| {
        format!(
            "quantity(string(has({root}.{store}) && has({root}.{store}.managed) && \
             has({root}.{store}.managed.storage) && has({root}.{store}.managed.storage.size) ? \
             {root}.{store}.managed.storage.size : '{default}'))"
        )
    };
    let never_shrinks = |store: &str, default: &str| {
        rule(
            &format!(
                "{}.compareTo({}) >= 0",
                size("self", store, default),
                size("oldSelf", store, default)
            ),
            &format!(
                "{store}.managed.storage.size must not shrink, volumes cannot (absent means \
                 {default}): set it back, or move the data to a new LocalMart"
            ),
        )
    };
    let class = |root: &str, store: &str| {
        format!(
            "(has({root}.{store}) && has({root}.{store}.managed) && \
             has({root}.{store}.managed.storage) && \
             has({root}.{store}.managed.storage.className) ? \
             {root}.{store}.managed.storage.className : '')"
        )
    };
    let keeps_class = |store: &str| {
        rule(
            &format!("{} == {}", class("self", store), class("oldSelf", store)),
            &format!(
                "{store}.managed.storage.className cannot change, a volume stays in its class \
                 (absent means the cluster's default): set it back, or move the data to a new \
                 LocalMart"
            ),
        )
    };
    let version = |root: &str| {
        format!(
            "(has({root}.postgres) && has({root}.postgres.managed) && \
             has({root}.postgres.managed.version))"
        )
    };
    vec![
        stays(
            "postgres",
            "the data would stay behind: create a new LocalMart, restore a backup of the data into \
             it and delete this one",
        ),
        stays(
            "redis",
            "guests would lose their carts: set it back, or create a new LocalMart and move the \
             data of Postgres to it",
        ),
        rule(
            &format!(
                "!{} || !{} || self.postgres.managed.version == oldSelf.postgres.managed.version",
                version("self"),
                version("oldSelf")
            ),
            "postgres.managed.version cannot change in place: dump the data, create a new \
             LocalMart with the new version and restore the dump into it",
        ),
        rule(
            &format!("{} == {}", layout("self"), layout("oldSelf")),
            "postgres.layout cannot change, the data would stay behind (absent means Shared): set \
             it back, or create a new LocalMart with the other layout and restore a dump of each \
             schema into it",
        ),
        never_shrinks("postgres", POSTGRES_STORAGE),
        never_shrinks("redis", REDIS_STORAGE),
        keeps_class("postgres"),
        keeps_class("redis"),
    ]
}

/// On or off, for what may later grow more choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Switch {
    Enabled,
    Disabled,
}

/// What happens to volumes and database Secrets when this object is deleted. Absent: Retain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DeletionPolicy {
    /// Volumes and database Secrets stay; a new LocalMart of the same name adopts them.
    Retain,
    /// Everything goes.
    Delete,
}

/// Whether migrations of the database wait for a person. Absent: Automatic. Under Manual,
/// `status.lifecycle` and the condition MigrationsApplied hold the command that lets the waiting
/// one run; the release before it serves until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum MigrationPolicy {
    /// They run as soon as the database is ready.
    Automatic,
    /// Each waits for the annotation `localmart.dev/approve-migration` with its own checksum.
    Manual,
}

/// How lifecycle Jobs are run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Migrations {
    /// Whether migrations of the database wait for a person. Absent: Automatic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<MigrationPolicy>,
    /// Seconds that a Job may take, all its attempts together. Absent: 600.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 10, max = 86400))]
    pub timeout_seconds: Option<i64>,
    /// How often a failed Job is tried again. Absent: 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 10))]
    pub retries: Option<i32>,
}
