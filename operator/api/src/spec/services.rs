//! Settings of the services and of their images.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use topology::{Service, settings};

use super::{Autoscaling, Quantity};
use crate::schema::rule;

/// An image reference: what a person might paste instead is a URL.
const IMAGE_RULE: &str = "self.matches('^[a-zA-Z0-9][a-zA-Z0-9._:/@-]*$') && !self.contains('://')";
const IMAGE_MESSAGE: &str = "image must be an image reference such as \
     registry.example.org/shop/catalog:1.2, without a scheme and without spaces";

/// The rules of a field that holds an image reference.
pub(super) fn image_rules() -> Vec<serde_json::Value> {
    vec![rule(IMAGE_RULE, IMAGE_MESSAGE)]
}

/// Where images come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Images {
    /// Registry, with path if need be, in front of every image of the release table. Images that
    /// are given in this object are taken as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 255), extend("x-kubernetes-validations" = [rule(
        "self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]+)?(/[a-z0-9]([-a-z0-9._]*[a-z0-9])?)*$')",
        "images.registry must be a host with optional port and path such as \
         registry.example.org:5000/shop, without a scheme and without a slash at the end",
    )]))]
    pub registry: Option<String>,
    /// When the kubelet pulls. Absent: IfNotPresent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_policy: Option<PullPolicy>,
    /// Secrets with the credentials of the registry, in the namespace of this object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8), extend(
        "x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]
    ))]
    pub pull_secrets: Vec<SecretName>,
}

/// When the kubelet pulls an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PullPolicy {
    Always,
    IfNotPresent,
    Never,
}

/// The name of a Secret in the namespace of the LocalMart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SecretName {
    /// Its name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// Settings per service; each is optional.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Services {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<ServiceSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cart: Option<ServiceSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<ServiceSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payments: Option<ServiceSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storefront: Option<ServiceSpec>,
}

impl Services {
    /// The settings of one service, if any were given.
    pub const fn get(&self, service: Service) -> Option<&ServiceSpec> {
        match service {
            Service::Catalog => self.catalog.as_ref(),
            Service::Cart => self.cart.as_ref(),
            Service::Orders => self.orders.as_ref(),
            Service::Payments => self.payments.as_ref(),
            Service::Storefront => self.storefront.as_ref(),
        }
    }
}

/// Settings of one service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [rule(
    "!(has(self.replicas) && has(self.autoscaling))",
    "choose replicas or autoscaling, not both: with autoscaling the number of pods is the \
     autoscaler's to decide",
)]))]
pub struct ServiceSpec {
    /// Number of pods. Absent: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 50))]
    pub replicas: Option<i32>,
    /// The number of pods follows their CPU use, instead of `replicas`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoscaling: Option<Autoscaling>,
    /// Image of this one service, instead of the release's: to try a build or to pin a digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 512), extend("x-kubernetes-validations" = image_rules()))]
    pub image: Option<String>,
    /// What the container asks for and may use. Absent: measured defaults, field by field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,
    /// Further environment variables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), extend(
        "x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]
    ))]
    pub env: Vec<EnvVar>,
    /// A pod template that is merged into the built one, by field and by the name of a container,
    /// volume or variable. The operator's labels and the security floor stay as they are; what
    /// touches them is refused in the condition Reconciled. See `kubectl explain pod.spec`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "free_form")]
    pub pod_template: Option<serde_json::Value>,
}

/// Any object: the schema of a pod template is ten times that of all other fields together.
fn free_form(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "object",
        "x-kubernetes-preserve-unknown-fields": true,
    })
}

/// What a container asks for and may use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [not_above("cpu"), not_above("memory")]))]
pub struct Resources {
    /// What is kept free for the container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<ResourceList>,
    /// What the container gets at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<ResourceList>,
}

fn not_above(name: &str) -> serde_json::Value {
    let given = |list: &str| format!("has(self.{list}) && has(self.{list}.{name})");
    // A malformed quantity has its own rule; comparing one here would hide that rule's message.
    let sound = |list: &str| format!("isQuantity(string(self.{list}.{name}))");
    rule(
        &format!(
            "!({} && {}) || !({} && {}) || \
             quantity(string(self.requests.{name})).compareTo(quantity(string(self.limits.{name}))) <= 0",
            given("requests"),
            given("limits"),
            sound("requests"),
            sound("limits"),
        ),
        &format!("resources.requests.{name} must not be above resources.limits.{name}"),
    )
}

/// An amount of CPU and of memory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceList {
    /// Cores: `"0.5"` or `500m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = quantity_rules("cpu", "\"0.5\" or 500m")))]
    pub cpu: Option<Quantity>,
    /// Bytes: `64Mi` or `1Gi`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-kubernetes-validations" = quantity_rules("memory", "64Mi or 1Gi")))]
    pub memory: Option<Quantity>,
}

/// The rules of a field that holds a positive quantity.
pub(super) fn quantity_rules(name: &str, examples: &str) -> Vec<serde_json::Value> {
    vec![rule(
        "isQuantity(string(self)) && quantity(string(self)).isGreaterThan(quantity('0'))",
        &format!("{name} must be a quantity above zero such as {examples}"),
    )]
}

/// One environment variable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [rule(
    "!(has(self.value) && has(self.valueFrom))",
    "env takes either value or valueFrom, not both",
)]))]
pub struct EnvVar {
    /// Its name; not one that the operator sets itself.
    #[schemars(length(min = 1, max = 128), extend("x-kubernetes-validations" = env_name_rules()))]
    pub name: String,
    /// Its value; the empty string where `valueFrom` is absent, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096))]
    pub value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_from: Option<EnvSource>,
}

/// Where the value of a variable comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [rule(
    "has(self.secretKeyRef) != has(self.configMapKeyRef)",
    "valueFrom takes exactly one of secretKeyRef and configMapKeyRef",
)]))]
pub struct EnvSource {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key_ref: Option<KeyRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_map_key_ref: Option<KeyRef>,
}

/// A key of a Secret or ConfigMap in the namespace of the LocalMart.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct KeyRef {
    /// Name of the Secret or ConfigMap.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Which of its keys.
    #[schemars(length(min = 1, max = 253))]
    pub key: String,
}

/// Variables that the operator sets itself, in the order of [`topology::settings`].
pub fn reserved_env() -> Vec<&'static str> {
    let mut names = vec![
        settings::LISTEN,
        settings::ADMIN_LISTEN,
        settings::VERSION,
        settings::POD_NAME,
        settings::LOG_LEVEL,
        settings::DATABASE_HOST,
        settings::DATABASE_PORT,
        settings::DATABASE_NAME,
        settings::DATABASE_LAYOUT,
        settings::DATABASE_USER,
        settings::DATABASE_PASSWORD_FILE,
        settings::DATABASE_ENCRYPTION,
        settings::DATABASE_CA_FILE,
        settings::DATABASE_CONNECTIONS,
        settings::DATABASE_ROLE_PREFIX,
        settings::DATABASE_PASSWORDS_DIR,
        settings::REDIS_HOST,
        settings::REDIS_PORT,
        settings::REDIS_USER,
        settings::REDIS_PASSWORD_FILE,
        settings::REDIS_TLS,
        settings::REDIS_PREFIX,
        settings::INTERNAL_KEYS_DIR,
        settings::CURRENCY,
        settings::TITLE,
        settings::STRICT_TRANSPORT,
    ];
    names.extend(Service::ALL.map(Service::url_variable));
    names
}

fn env_name_rules() -> Vec<serde_json::Value> {
    let quoted: Vec<String> = reserved_env()
        .iter()
        .map(|name| format!("'{name}'"))
        .collect();
    vec![
        rule(
            "self.matches('^[A-Za-z_][A-Za-z0-9_]*$')",
            "env names must begin with a letter or '_' and hold only letters, digits and '_'",
        ),
        rule(
            &format!("!(self in [{}])", quoted.join(", ")),
            "env must not hold a variable that the operator sets itself (listeners, database, \
             Redis, service addresses, LOG_LEVEL, SHOP_CURRENCY, SHOP_TITLE, STRICT_TRANSPORT): \
             the log level is observability.logLevel, currency and title are under storefront",
        ),
    ]
}
