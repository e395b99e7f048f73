//! The Redis of the shop.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    postgres::Storage,
    quantity::Quantity,
    services::{Resources, SecretName, image_rules, quantity_rules},
};
use crate::schema::rule;

/// Size of the volume when none is given.
pub const REDIS_STORAGE: &str = "1Gi";

/// Exactly one kind of Redis; absent or empty means `managed` with its defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [rule(
    "!(has(self.managed) && has(self.external))",
    "choose one Redis: redis.managed (the operator runs it) or redis.external (you run it), and \
     remove the other",
)]))]
pub struct Redis {
    /// One instance with an append-only file on a volume, run by the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed: Option<ManagedRedis>,
    /// A Redis 7 or newer that someone else runs. The operator makes one ACL user per service in
    /// it and nothing else; names of users and keys begin with `lm_` and eight hex digits, so
    /// several shops may use one server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalRedis>,
}

/// A Redis run by someone else.
///
/// It must keep its users: give it an ACL file. Where it forgets them when it starts anew, a
/// rotation of the secrets makes them again. What it evicts, guests lose from their carts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExternalRedis {
    /// Secret with the key `url`: `redis://user:password@host:6379`, or `rediss://` where the
    /// connection is encrypted and a public authority vouches for the server. The login must be
    /// allowed ACL SETUSER; only a lifecycle Job uses it.
    pub url_secret_ref: SecretName,
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
