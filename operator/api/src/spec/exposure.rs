//! The way in, what customers see and what operators of the shop read.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Tls;
use crate::schema::rule;

/// The way in from outside.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ingress {
    /// Name under which customers reach the shop.
    #[schemars(length(min = 1, max = 253), extend("x-kubernetes-validations" = host_rules()))]
    pub host: String,
    /// IngressClass. Absent: the cluster's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub class_name: Option<String>,
    /// Annotations for the ingress controller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "annotations")]
    pub annotations: Option<BTreeMap<String, String>>,
    /// Where the certificate comes from. Absent: the shop is served without encryption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
}

fn host_rules() -> Vec<serde_json::Value> {
    vec![
        rule(
            "self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",
            "ingress.host must be a DNS name such as shop.example.org: a-z, 0-9, '-' and '.', \
             without a scheme, port, path or wildcard",
        ),
        rule(
            "!self.matches('^[0-9.]+$')",
            "ingress.host must be a DNS name, not an address: for a machine without DNS, a name \
             under localhost works, such as localmart.localhost",
        ),
    ]
}

fn annotations(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "object",
        "maxProperties": 32,
        "additionalProperties": { "type": "string", "maxLength": 8192 },
    })
}

/// Logs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Observability {
    /// Filter of every service's log: a level, or levels by module. Absent: info.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 256), extend("x-kubernetes-validations" = [rule(
        "self.matches('^([a-z0-9_:]+=)?(error|warn|info|debug|trace|off)(,([a-z0-9_:]+=)?(error|warn|info|debug|trace|off))*$')",
        "observability.logLevel must be error, warn, info, debug, trace or off, or a list by \
         module such as info,catalog=debug",
    )]))]
    pub log_level: Option<String>,
}

/// What customers see.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Storefront {
    /// Name of the shop. Absent: LocalMart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 80))]
    pub title: Option<String>,
    /// Currency of all prices, ISO 4217. Absent: EUR.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16), extend("x-kubernetes-validations" = [rule(
        "self.matches('^[A-Z]{3}$')",
        "storefront.currency must be the three capital letters of ISO 4217, such as EUR",
    )]))]
    pub currency: Option<String>,
}
