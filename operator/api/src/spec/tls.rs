//! Where the certificate of the way in comes from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::rule;

/// Where the certificate comes from: exactly one of the three.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [rule(
    "[has(self.secretName), has(self.issuerRef), has(self.selfSigned)].filter(x, x).size() == 1",
    "ingress.tls takes exactly one of secretName, issuerRef and selfSigned",
)]))]
pub struct Tls {
    /// A Secret with `tls.crt` and `tls.key`, in the namespace of this object. Browsers are told to
    /// come back encrypted only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub secret_name: Option<String>,
    /// An issuer of cert-manager. Browsers are told to come back encrypted only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_ref: Option<IssuerRef>,
    /// A certificate that the operator makes, and renews under an authority of its own. No browser
    /// trusts it by itself; the key `ca.crt` of the Secret `<name>-storefront-tls` is what to trust.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_signed: Option<SelfSigned>,
}

/// An issuer of cert-manager.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssuerRef {
    /// Its name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<IssuerKind>,
}

/// Whose an issuer is: of the namespace of this object, or of the whole cluster. Absent: Issuer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum IssuerKind {
    /// Of one namespace.
    #[default]
    Issuer,
    /// Of the whole cluster.
    ClusterIssuer,
}

/// A certificate that the operator makes; there is nothing to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SelfSigned {}
