//! The way in by the Gateway API.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::rule;

/// The way in by a Gateway that somebody else runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Gateway {
    /// Gateways, or listeners of them, that are asked to take the route.
    #[schemars(length(min = 1, max = 8), extend(
        "x-kubernetes-list-type" = "atomic",
        "x-kubernetes-validations" = parent_rules()
    ))]
    pub parent_refs: Vec<ParentRef>,
    /// Names under which customers reach the shop; `*.` in front stands for any label. Without
    /// `spec.ingress` the first one that has none is `status.url`: with https where a parent has
    /// the port 443 or a sectionName that begins with https, else with http. Absent: every name
    /// of the listeners.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), extend("x-kubernetes-list-type" = "set"))]
    pub hostnames: Vec<Hostname>,
}

/// A Gateway, or one listener of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParentRef {
    /// Name of the Gateway.
    #[schemars(length(min = 1, max = 253), extend("x-kubernetes-validations" = [
        dns("name", "a-z, 0-9, '-' and '.'", NAME),
    ]))]
    pub name: String,
    /// Namespace of the Gateway, whose listeners have to let routes of this namespace in. Absent:
    /// the one of this object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63), extend("x-kubernetes-validations" = [
        dns("namespace", "a-z, 0-9 and '-'", LABEL),
    ]))]
    pub namespace: Option<String>,
    /// Name of one listener. Absent: all that fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), extend("x-kubernetes-validations" = [
        dns("sectionName", "a-z, 0-9, '-' and '.'", NAME),
    ]))]
    pub section_name: Option<String>,
    /// Port of the listeners. Absent: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<i32>,
}

/// A DNS name, or all names one label below it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Hostname(
    #[schemars(length(min = 1, max = 253), extend("x-kubernetes-validations" = host_rules()))]
    pub  String,
);

const LABEL: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
const NAME: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

fn dns(field: &str, letters: &str, pattern: &str) -> serde_json::Value {
    rule(
        &format!("self.matches('{pattern}')"),
        &format!(
            "gateway.parentRefs {field} must hold only {letters}, and begin and end with a letter \
             or digit"
        ),
    )
}

/// What the HTTPRoute's own rules would refuse, in words about this field.
fn parent_rules() -> Vec<serde_json::Value> {
    let text = |root: &str, field: &str| format!("(has({root}.{field}) ? {root}.{field} : '')");
    let namespace = |root: &str| text(root, "__namespace__");
    let section = |root: &str| text(root, "sectionName");
    let same = format!(
        "q.name == p.name && {} == {}",
        namespace("q"),
        namespace("p")
    );
    vec![rule(
        &format!(
            "self.all(p, self.exists_one(q, {same}) || (has(p.sectionName) && \
             self.exists_one(q, {same} && {} == {})))",
            section("q"),
            section("p")
        ),
        "gateway.parentRefs that name the same Gateway must each name another listener of it in \
         sectionName",
    )]
}

fn host_rules() -> Vec<serde_json::Value> {
    vec![
        rule(
            "self.matches('^([*][.])?[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",
            "gateway.hostnames must be DNS names such as shop.example.org, or *.example.org for \
             every name below it: a-z, 0-9, '-' and '.', without a scheme, port or path",
        ),
        rule(
            "!self.matches('^[0-9.]+$')",
            "gateway.hostnames must be DNS names, not addresses; leave them out to take every name \
             of the listeners",
        ),
    ]
}
