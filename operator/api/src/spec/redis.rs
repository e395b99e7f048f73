//! The Redis of the shop.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    postgres::Storage,
    quantity::Quantity,
    services::{Resources, image_rules, quantity_rules},
};

/// Size of the volume when none is given.
pub const REDIS_STORAGE: &str = "1Gi";

/// The Redis of the shop; absent or empty means `managed` with its defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Redis {
    /// One instance with an append-only file on a volume, run by the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed: Option<ManagedRedis>,
}

/// A Redis run by the operator.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedRedis {
    /// Image instead of the release's. `redis-server` must be in its search path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 512), extend("x-kubernetes-validations" = image_rules()))]
    pub image: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<Storage>,
    /// Memory for data; writes are refused above it. Absent: half of the memory limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = quantity_rules("redis.managed.maxMemory", "64Mi")))]
    pub max_memory: Option<Quantity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,
}
