//! Which database runs the shop.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    quantity::Quantity,
    services::{Resources, SecretName, image_rules, quantity_rules},
};
use crate::schema::rule;

/// Size of the data volume when none is given.
pub const POSTGRES_STORAGE: &str = "2Gi";

/// Server settings that the operator or the image decide.
pub const RESERVED_PARAMETERS: &[&str] = &[
    "config_file",
    "data_directory",
    "hba_file",
    "ident_file",
    "listen_addresses",
    "max_connections",
    "password_encryption",
    "port",
    "unix_socket_directories",
];

/// Exactly one kind of database; absent or empty means `managed` with its defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [
    rule(
        "!(has(self.managed) && has(self.external))",
        "choose one database: postgres.managed (the operator runs it) or postgres.external (you \
         run it), and remove the other",
    ),
    rule(
        "!(has(self.layout) && self.layout == 'PerService' && has(self.external) && \
         has(self.external.database) && size(self.external.database) > 50)",
        "postgres.external.database must have at most 50 characters with postgres.layout \
         PerService: the names of the services come behind it, and Postgres cuts names at 63",
    ),
]))]
pub struct Postgres {
    /// How the services' data is kept apart: in schemas of one database, or in databases of their
    /// own, called `<database>_<service>`. What compares several services in one query, such as
    /// `localmart-verify`, works with Shared only. It never changes. Absent: Shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<PostgresLayout>,
    /// One instance on a volume, run by the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed: Option<ManagedPostgres>,
    /// A server that someone else runs. The operator creates a database, roles and schemas in it
    /// and nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalPostgres>,
}

/// How the services' data is kept apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PostgresLayout {
    /// One database with a schema per service.
    #[default]
    Shared,
    /// A database per service.
    PerService,
}

/// A Postgres run by the operator.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedPostgres {
    /// Major version, for example `"15"`; never changes in place. Absent: the release's newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16), extend("x-kubernetes-validations" = [rule(
        "self.matches('^[1-9][0-9]+$')",
        "postgres.managed.version must be a major version such as \"15\"",
    )]))]
    pub version: Option<String>,
    /// Image instead of the release's. It must keep the contract of the official image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 512), extend("x-kubernetes-validations" = image_rules()))]
    pub image: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<Storage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,
    /// Server settings, for example `shared_buffers: 128MB`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "parameters")]
    pub parameters: Option<BTreeMap<String, String>>,
}

fn parameters(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "object",
        "maxProperties": 64,
        "additionalProperties": { "type": "string", "maxLength": 1024 },
        "x-kubernetes-validations": parameter_rules(),
    })
}

fn parameter_rules() -> Vec<serde_json::Value> {
    let reserved: Vec<String> = RESERVED_PARAMETERS
        .iter()
        .map(|name| format!("'{name}'"))
        .collect();
    vec![
        rule(
            "self.all(name, size(name) <= 63 && name.matches('^[a-z_][a-z0-9_.]*$'))",
            "postgres.managed.parameters must be named like server settings, for example \
             shared_buffers: a-z, 0-9, '_' and '.'",
        ),
        rule(
            &format!("self.all(name, !(name in [{}]))", reserved.join(", ")),
            &format!(
                "postgres.managed.parameters must not hold what the operator decides: {}",
                RESERVED_PARAMETERS.join(", ")
            ),
        ),
    ]
}

/// A volume.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Storage {
    /// Size; it may grow where the class allows, and never shrinks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = quantity_rules("storage.size", "2Gi")))]
    pub size: Option<Quantity>,
    /// StorageClass. Absent: the cluster's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub class_name: Option<String>,
}

/// A Postgres run by someone else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [rule(
    "!has(self.caSecretRef) || (has(self.sslMode) && self.sslMode == 'VerifyFull')",
    "postgres.external.caSecretRef is looked at with sslMode VerifyFull only: set that, or remove \
     caSecretRef",
)]))]
pub struct ExternalPostgres {
    /// Host name or address.
    #[schemars(length(min = 1, max = 253), extend("x-kubernetes-validations" = [rule(
        "self.matches('^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$') && !self.contains('://')",
        "postgres.external.host must be a host name or an address such as db.example.org, without \
         a scheme and without a path; the port has its own field",
    )]))]
    pub host: String,
    /// Port of the server. Absent: 5432.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<i32>,
    /// Database of this shop, made when it is missing; two shops must not share one. With the
    /// layout PerService the start of the names of its databases. Absent: localmart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63), extend("x-kubernetes-validations" = [rule(
        "self.matches('^[a-z_][a-z0-9_]*$')",
        "postgres.external.database must begin with a letter or '_' and hold only a-z, 0-9 and '_'",
    )]))]
    pub database: Option<String>,
    /// Secret with the keys `username` and `password` of a login that may create roles and
    /// databases.
    pub admin_secret_ref: SecretName,
    /// What connections insist on. Absent: nothing, they are encrypted where the server offers it,
    /// and its certificate is not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssl_mode: Option<SslMode>,
    /// Secret with the key `ca.crt`, the certificates of the authorities that may vouch for the
    /// server, in PEM. Absent: those that browsers trust.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_secret_ref: Option<SecretName>,
}

/// What connections to an external Postgres insist on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SslMode {
    /// Not encrypted.
    Disable,
    /// Encrypted; the certificate is not looked at.
    Require,
    /// Encrypted, and an authority vouches for the server and its name.
    VerifyFull,
}
