//! What the operator reports: `status` of a `LocalMart`.
//!
//! There are no timestamps outside conditions and no field that changes while nothing happens, so
//! an idle LocalMart causes no writes.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::conditions::{ConditionStatus, ConditionType};

/// What was last observed of the shop.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct LocalMartStatus {
    /// The `metadata.generation` that this status describes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// One word for people; programs read the conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// One sentence for people.
    pub message: String,
    /// Where the shop is reached from outside; absent without an ingress and
    /// without a gateway that names a host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The release that runs; `spec.version` is the one that is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Ready components of all components, for example `7/7`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready: Option<String>,
    /// Id of the data that the lifecycle tasks have prepared, as on its volume and its Secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_id: Option<String>,
    /// One entry per component.
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<ComponentStatus>,
    /// One entry per lifecycle task. Completion is remembered here, so it outlives the Job.
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lifecycle: Vec<TaskStatus>,
    /// The details behind `phase`; `Ready` is the one to wait for.
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

impl LocalMartStatus {
    /// The condition of this type, if it was ever reported.
    pub fn condition(&self, type_: ConditionType) -> Option<&Condition> {
        self.conditions
            .iter()
            .find(|condition| condition.type_ == type_.as_str())
    }

    /// What is remembered of the lifecycle task of this name.
    pub fn task(&self, name: &str) -> Option<&TaskStatus> {
        self.lifecycle.iter().find(|task| task.name == name)
    }

    /// What was last seen of the component of this name.
    pub fn component(&self, name: &str) -> Option<&ComponentStatus> {
        self.components
            .iter()
            .find(|component| component.name == name)
    }
}

/// The state of the whole shop in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Phase {
    /// Nothing was created yet.
    Pending,
    /// Secrets, volumes, Postgres and Redis are being created.
    Provisioning,
    /// Lifecycle Jobs are running.
    Migrating,
    /// Services are being replaced or started.
    RollingOut,
    /// Everything asked for is there and ready.
    Ready,
    /// Something is broken or refused; the conditions say what and how to help.
    Degraded,
    /// Scaled to zero by `spec.suspend`.
    Suspended,
    /// The annotation `localmart.dev/paused` is set.
    Paused,
}

/// What was last seen of one component.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ComponentStatus {
    /// `postgres`, `redis` or the name of a service.
    pub name: String,
    /// Ready pods of wanted pods, for example `2/2`.
    pub ready: String,
    /// Image that was applied last.
    pub image: String,
    /// Whether every pod runs what was applied last.
    pub updated: bool,
    /// Why it is not ready; empty when it is.
    pub message: String,
}

/// What is remembered of one lifecycle task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskStatus {
    /// `bootstrap`, `rotate`, `migrate`, `seed` or `contract`.
    pub name: String,
    pub state: TaskState,
    /// Checksum of the inputs that should have been worked through.
    pub desired: String,
    /// Checksum of the inputs that were worked through last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed: Option<String>,
    /// Pods started for `desired`.
    #[serde(default)]
    pub attempts: i32,
    /// Name of the Job for `desired`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// Why it failed: the last lines of the task's own output, with secrets removed. While it
    /// waits: what a person has to do first, empty when there is nothing to do.
    #[serde(default)]
    pub message: String,
}

/// Progress of a lifecycle task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum TaskState {
    /// Waits for a gate, for the task before it or for a person.
    Waiting,
    /// Its Job runs.
    Running,
    /// Its inputs were worked through.
    Complete,
    /// Its Job used up its retries. Deleting the Job tries again.
    Failed,
}

/// A condition in the form that `kubectl wait` and GitOps tools read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    // Text, so that an older operator can read what a newer one wrote.
    /// What the condition is about.
    #[serde(rename = "type")]
    pub type_: String,
    pub status: ConditionStatus,
    /// One word out of a closed set; the documentation lists cause and remedy of each.
    pub reason: String,
    /// One sentence for people; may be empty, is always sent.
    pub message: String,
    /// When `status` last changed.
    #[schemars(schema_with = "crate::schema::date_time")]
    pub last_transition_time: Time,
    /// The `metadata.generation` that this condition describes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
}
