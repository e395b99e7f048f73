//! A LocalMart in which every value is known good: what the builders work from.

use std::collections::BTreeMap;

use localmart_api::{
    EnvVar, Gateway, Ingress, IssuerKind, KeyRef, ParentRef, PullPolicy, Quantity, Tls,
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use topology::{DatabaseEncryption, DatabaseLayout, RedisPlace, Service};

use super::scale::Scale;
use crate::lifecycle::rotation::{Rings, Wish};

/// Everything that is wanted, with defaults filled in and references resolved.
#[derive(Clone, Debug)]
pub struct Shop {
    pub identity: Identity,
    /// The release that is wanted.
    pub version: String,
    /// Every contract migration of that release.
    pub contracts: Vec<String>,
    pub images: Images,
    pub services: BTreeMap<Service, ServiceSettings>,
    pub database: Database,
    /// How the services' data is kept apart in it.
    pub layout: DatabaseLayout,
    pub redis: RedisStore,
    pub lifecycle: LifecycleSettings,
    pub ingress: Option<IngressSettings>,
    pub gateway: Option<GatewaySettings>,
    pub log_level: String,
    pub title: String,
    pub currency: String,
    /// Whether only the edges of the call graph are open.
    pub network_policy: bool,
    pub suspend: bool,
    /// Which generations of its secrets are there, and how far an exchange is.
    pub rings: Rings,
    /// When they are to be exchanged.
    pub wish: Wish,
    /// Whether data outlives the LocalMart.
    pub retain: bool,
}

impl Shop {
    /// Which users and keys in Redis are this shop's.
    pub fn redis_place(&self) -> RedisPlace {
        match self.redis {
            RedisStore::Managed(_) => RedisPlace::OWN,
            RedisStore::External(_) => RedisPlace::shared(self.identity.role_prefix()),
        }
    }

    /// Where customers find the shop from outside.
    pub fn url(&self) -> Option<String> {
        let gateway = || self.gateway.as_ref()?.url();
        self.ingress
            .as_ref()
            .map(IngressSettings::url)
            .or_else(gateway)
    }
}

/// Which LocalMart this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub name: String,
    pub namespace: String,
    pub uid: String,
}

impl Identity {
    /// Name of an object of this shop.
    pub fn child(&self, suffix: &str) -> String {
        format!("{}-{suffix}", self.name)
    }

    /// Prefix of this shop's database roles, so that two shops can share a server.
    pub fn role_prefix(&self) -> String {
        let full = format!("{}/{}", self.namespace, self.name);
        let digest = hex::encode(Sha256::digest(full.as_bytes()));
        format!("lm_{}", &digest[..8])
    }
}

/// Where images come from, and the images that no other part of the shop holds.
#[derive(Clone, Debug)]
pub struct Images {
    pub pull_policy: PullPolicy,
    pub pull_secrets: Vec<String>,
    /// What lifecycle Jobs run.
    pub migrate: String,
}

/// Settings of one service.
#[derive(Clone, Debug)]
pub struct ServiceSettings {
    pub image: String,
    pub scale: Scale,
    pub resources: ContainerResources,
    pub env: Vec<EnvVar>,
    /// What `env` refers to, with a digest of the content that was read.
    pub references: Vec<ResolvedReference>,
    /// What is merged into the pods, checked and in canonical form.
    pub pod_template: Option<Value>,
}

/// A key of a Secret or ConfigMap that exists.
#[derive(Clone, Debug)]
pub struct ResolvedReference {
    pub key: KeyRef,
    pub digest: String,
}

/// What a container asks for and may use.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerResources {
    pub request: Amount,
    pub limit: Amount,
}

/// An amount of CPU and of memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    pub cpu: Quantity,
    pub memory: Quantity,
}

/// Which database runs the shop.
#[derive(Clone, Debug)]
pub enum Database {
    Managed(Box<ManagedDatabase>),
    External(ExternalDatabase),
}

impl Database {
    /// Where the certificates are that may vouch for it.
    pub fn authority(&self) -> Option<&ResolvedReference> {
        match self {
            Self::Managed(_) => None,
            Self::External(external) => external.authority.as_ref(),
        }
    }

    pub fn managed(&self) -> Option<&ManagedDatabase> {
        match self {
            Self::Managed(managed) => Some(managed),
            Self::External(_) => None,
        }
    }
}

/// A Postgres run by the operator.
#[derive(Clone, Debug)]
pub struct ManagedDatabase {
    pub image: String,
    /// Major version, where it is known.
    pub major: Option<String>,
    pub storage: StorageSettings,
    pub resources: ContainerResources,
    pub parameters: BTreeMap<String, String>,
    pub max_connections: i32,
}

/// A Postgres run by someone else.
#[derive(Clone, Debug)]
pub struct ExternalDatabase {
    pub host: String,
    pub port: i32,
    pub database: String,
    /// Secret with the keys `username` and `password`.
    pub admin_secret: String,
    pub admin_user: String,
    pub encryption: DatabaseEncryption,
    /// The certificates that may vouch for it.
    pub authority: Option<ResolvedReference>,
}

/// Which Redis the shop uses.
#[derive(Clone, Debug)]
pub enum RedisStore {
    Managed(Box<ManagedRedis>),
    External(ExternalRedis),
}

impl RedisStore {
    pub fn managed(&self) -> Option<&ManagedRedis> {
        match self {
            Self::Managed(managed) => Some(managed),
            Self::External(_) => None,
        }
    }
}

/// A Redis run by someone else.
#[derive(Clone, Debug)]
pub struct ExternalRedis {
    pub host: String,
    pub port: i32,
    pub tls: bool,
    /// Secret with the key `url`.
    pub url_secret: String,
    /// Digest of the URL, password and all.
    pub digest: String,
}

/// A Redis run by the operator.
#[derive(Clone, Debug)]
pub struct ManagedRedis {
    pub image: String,
    pub storage: StorageSettings,
    pub resources: ContainerResources,
    /// Bytes of data above which writes are refused.
    pub max_memory: i128,
}

#[derive(Clone, Debug)]
pub struct StorageSettings {
    pub size: Quantity,
    pub class_name: Option<String>,
}

#[derive(Clone, Debug)]
pub struct LifecycleSettings {
    pub timeout_seconds: i64,
    pub retries: i32,
    pub sample_data: bool,
    pub approval: Approval,
}

/// Whether a migration waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Approval {
    NotNeeded,
    /// Only the migration with the checksum that was given may run.
    Needed {
        given: Option<String>,
    },
}

#[derive(Clone, Debug)]
pub struct IngressSettings {
    pub host: String,
    pub class_name: Option<String>,
    pub annotations: BTreeMap<String, String>,
    pub tls: Option<TlsSettings>,
}

impl IngressSettings {
    pub fn of(spec: &Ingress, identity: &Identity) -> Self {
        Self {
            host: spec.host.clone(),
            class_name: spec.class_name.clone(),
            annotations: spec.annotations.clone().unwrap_or_default(),
            tls: spec.tls.as_ref().map(|tls| TlsSettings::of(tls, identity)),
        }
    }

    /// Where customers find the shop.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.host)
    }

    /// Whether somebody vouches for the certificate, so that browsers may be told to insist on it.
    pub fn is_vouched_for(&self) -> bool {
        let source = self.tls.as_ref().map(|tls| &tls.source);
        source.is_some_and(|source| *source != TlsSource::SelfSigned)
    }
}

/// The way in by Gateways of somebody else.
#[derive(Clone, Debug)]
pub struct GatewaySettings {
    pub parents: Vec<ParentRef>,
    pub hostnames: Vec<String>,
}

impl GatewaySettings {
    pub fn of(spec: &Gateway) -> Self {
        Self {
            parents: spec.parent_refs.clone(),
            hostnames: spec.hostnames.iter().map(|name| name.0.clone()).collect(),
        }
    }

    /// Where customers find the shop, if a host of its own is named. Which listener has a
    /// certificate is the Gateway's affair, which the operator may not read: the port and the
    /// customary name of a listener have to tell.
    pub fn url(&self) -> Option<String> {
        let mut hosts = self.hostnames.iter();
        let host = hosts.find(|host| !host.starts_with("*."))?;
        let encrypted = self.parents.iter().any(|parent| {
            let section = parent.section_name.as_ref();
            parent.port == Some(443) || section.is_some_and(|name| name.starts_with("https"))
        });
        let scheme = if encrypted { "https" } else { "http" };
        Some(format!("{scheme}://{host}"))
    }
}

/// The certificate of the way in.
#[derive(Clone, Debug)]
pub struct TlsSettings {
    pub secret: String,
    pub source: TlsSource,
}

/// Who makes the certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsSource {
    /// A person put it into the Secret.
    Given,
    /// cert-manager.
    Issuer { name: String, kind: IssuerKind },
    /// The operator.
    SelfSigned,
}

impl TlsSettings {
    pub fn of(spec: &Tls, identity: &Identity) -> Self {
        let (given, source) = match (&spec.secret_name, &spec.issuer_ref) {
            (Some(name), _) => (Some(name.clone()), TlsSource::Given),
            (None, Some(issuer)) => {
                let source = TlsSource::Issuer {
                    name: issuer.name.clone(),
                    kind: issuer.kind.unwrap_or_default(),
                };
                (None, source)
            }
            (None, None) => (None, TlsSource::SelfSigned),
        };
        Self {
            secret: given.unwrap_or_else(|| identity.child("storefront-tls")),
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn the_url_is_the_ingress_else_the_first_whole_hostname() {
        let url = |spec: &str| testing::shop(spec).url();
        let gateway = |parent: &str, hosts: &str| {
            format!(
                "gateway: {{parentRefs: [{{name: a}}, {{name: b{parent}}}], hostnames: [{hosts}]}}"
            )
        };
        let of_gateway =
            |parent: &str, hosts: &str| url(&format!("{{{}}}", gateway(parent, hosts)));
        assert_eq!(url("{}"), None);
        assert_eq!(of_gateway("", ""), None);
        assert_eq!(of_gateway("", "'*.a.b'"), None);
        assert_eq!(of_gateway("", "'*.a.b', c.d, e.f").unwrap(), "http://c.d");
        assert_eq!(of_gateway(", port: 8080", "c.d").unwrap(), "http://c.d");
        assert_eq!(of_gateway(", port: 443", "c.d").unwrap(), "https://c.d");
        let section = of_gateway(", sectionName: https-public", "c.d");
        assert_eq!(section.unwrap(), "https://c.d");
        let both = format!("{{ingress: {{host: i.j}}, {}}}", gateway("", "c.d"));
        assert_eq!(url(&both).unwrap(), "http://i.j");
    }

    #[test]
    fn shops_of_one_name_in_two_namespaces_have_roles_of_their_own() {
        let of = |namespace: &str| Identity {
            name: "shop".into(),
            namespace: namespace.into(),
            uid: String::new(),
        };
        let prefix = of("a").role_prefix();
        assert_ne!(prefix, of("b").role_prefix());
        assert!(prefix.starts_with("lm_") && prefix.len() == 11, "{prefix}");
    }
}
