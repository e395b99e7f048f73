//! Dereference: the only stage that reads the cluster.
//!
//! Children are listed by label, one request per kind and LocalMart, and not kept: the operator's
//! memory does not grow with what it manages. Secrets are read one by one, because their names are
//! a closed set and the operator has no right to list them.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::{try_join, try_join_all};
use k8s_openapi::{
    api::{
        core::v1::{ConfigMap, Pod, Secret},
        networking::v1::IngressClass,
    },
    jiff::Timestamp,
};
use kube::{
    Api, Client, ResourceExt,
    api::ListParams,
    core::{ApiResource, DynamicObject, NamespaceResourceScope, Resource},
};
use localmart_api::{KeyRef, LocalMart, Phase, conditions::Reason, names};
use serde::de::DeserializeOwned;
use topology::Service;

use super::{
    observed::{IngressClasses, Observed, References},
    readiness,
    shop::{Identity, TlsSettings},
};
use crate::{
    build::{Key, Kind, secrets},
    certificate::Found,
    error::Failure,
    lifecycle::rotation,
};

/// Annotation that marks the IngressClass for those who name none.
const DEFAULT_CLASS: &str = "ingressclass.kubernetes.io/is-default-class";

/// Key of the certificates in the Secret of who vouches for a Postgres that somebody else runs.
pub const AUTHORITY: &str = "ca.crt";
/// Key of the URL in the Secret of a Redis that somebody else runs.
pub const REDIS_URL: &str = "url";

/// What is there of a shop, read before its LocalMart.
#[derive(Debug)]
pub struct Survey {
    objects: BTreeMap<Key, DynamicObject>,
    unseen: BTreeMap<Kind, Failure>,
    secrets: BTreeMap<String, Secret>,
}

impl Survey {
    /// Whether this kind could be looked at.
    pub fn sees(&self, kind: Kind) -> bool {
        !self.unseen.contains_key(&kind)
    }
}

/// Reads the children and the shop's own Secrets.
///
/// The order matters. When a LocalMart is deleted, the garbage collector begins to take its
/// children. Whoever reads the LocalMart first and then looks for its children may find them
/// missing and make them again, for an owner that is gone. The other way round, a LocalMart that
/// still exists vouches for what was seen before it.
pub async fn survey(client: &Client, namespace: &str, name: &str) -> Result<Survey, Failure> {
    let identity = Identity {
        name: name.to_owned(),
        namespace: namespace.to_owned(),
        uid: String::new(),
    };
    let ((objects, unseen), secrets) =
        try_join(children(client, &identity), own_secrets(client, &identity)).await?;
    Ok(Survey {
        objects,
        unseen,
        secrets,
    })
}

/// Adds what the LocalMart refers to, and what a person will want to know.
pub async fn dereference(
    client: &Client,
    object: &LocalMart,
    identity: &Identity,
    survey: Survey,
) -> Result<Observed, Failure> {
    let mut observed = Observed {
        objects: survey.objects,
        unseen: survey.unseen,
        secrets: survey.secrets,
        references: references(client, object, identity).await?,
        ingress_classes: match object.spec.ingress {
            Some(_) => ingress_classes(client).await?,
            None => IngressClasses::Unknown,
        },
        certificate: certificate(client, object, identity).await?,
        pods: Vec::new(),
        now: rotation::now(),
        status: object.status.clone().unwrap_or_default(),
    };
    let unfinished = !settled(object) || rotation::under_way(observed.secrets.values());
    if unfinished || something_waits(&observed, identity) {
        observed.pods = pods(client, identity).await?;
    }
    Ok(observed)
}

fn selector(identity: &Identity) -> String {
    format!(
        "{}={},{}={}",
        names::MANAGED_BY,
        names::FIELD_MANAGER,
        names::INSTANCE,
        identity.name
    )
}

/// Everything that is labelled as this shop's, and the optional kinds that cannot be seen. Asking
/// is how they are discovered, so one that is installed later is there for the next pass.
async fn children(
    client: &Client,
    identity: &Identity,
) -> Result<(BTreeMap<Key, DynamicObject>, BTreeMap<Kind, Failure>), Failure> {
    let parameters = ListParams::default().labels(&selector(identity));
    let lists = Kind::ALL.map(|kind| {
        let api: Api<DynamicObject> =
            Api::namespaced_with(client.clone(), &identity.namespace, &kind.resource());
        let parameters = parameters.clone();
        async move {
            match api.list(&parameters).await {
                Ok(list) => Ok((kind, Ok(list.items))),
                Err(error) => unseen(kind, &error)
                    .map(|why| (kind, Err(why)))
                    .ok_or_else(|| {
                        let doing = format!("list {} objects", kind.name());
                        Failure::api(&doing, &error)
                    }),
            }
        }
    });
    let (mut objects, mut unseen) = (BTreeMap::new(), BTreeMap::new());
    for (kind, listed) in try_join_all(lists).await? {
        match listed {
            Ok(items) => objects.extend(
                items
                    .into_iter()
                    .map(|object| (Key::new(kind, &object.name_any()), object)),
            ),
            Err(why) => drop(unseen.insert(kind, why)),
        }
    }
    Ok((objects, unseen))
}

/// Why an optional kind cannot be seen; nothing for any other trouble.
fn unseen(kind: Kind, error: &kube::Error) -> Option<Failure> {
    let kube::Error::Api(status) = error else {
        return None;
    };
    let ApiResource {
        api_version,
        plural,
        group,
        ..
    } = kind.resource();
    match status.code {
        _ if !kind.is_optional() => None,
        404 => Some(Failure::new(
            Reason::GatewayApiMissing,
            format!(
                "spec.gateway: the cluster does not serve {} of {api_version}; install the Gateway \
                 API's CRDs and a controller (`kubectl get crd {plural}.{group}` shows whether \
                 they are there), or set spec.ingress instead",
                kind.name()
            ),
        )),
        403 => Some(Failure::api(
            &format!("list {} objects", kind.name()),
            error,
        )),
        _ => None,
    }
}

async fn own_secrets(
    client: &Client,
    identity: &Identity,
) -> Result<BTreeMap<String, Secret>, Failure> {
    let names = [
        secrets::postgres(identity),
        secrets::database(identity),
        secrets::redis(identity),
        secrets::internal_keys(identity),
    ];
    let api: Api<Secret> = Api::namespaced(client.clone(), &identity.namespace);
    let found = try_join_all(names.iter().map(|name| read(&api, name))).await?;
    Ok(names
        .into_iter()
        .zip(found)
        .filter_map(|(name, secret)| Some((name, secret?)))
        .collect())
}

/// One object, or nothing when it does not exist.
///
/// The name may be one that a person wrote. What no object can be called is not there; asking for it
/// would be another request, of another path.
async fn read<K>(api: &Api<K>, name: &str) -> Result<Option<K>, Failure>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + DeserializeOwned
        + std::fmt::Debug,
{
    if !is_name(name) {
        return Ok(None);
    }
    api.get_opt(name)
        .await
        .map_err(|error| Failure::api(&format!("read {} {name}", K::kind(&())), &error))
}

/// Whether an object can be called so: the subdomains of DNS.
fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let edge = |part: &str| part.starts_with('-') || part.ends_with('-');
    name.len() <= 253
        && name
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(fits) && !edge(part))
}

async fn references(
    client: &Client,
    object: &LocalMart,
    identity: &Identity,
) -> Result<References, Failure> {
    let (secret_keys, map_keys) = referenced(object);
    let secrets: Api<Secret> = Api::namespaced(client.clone(), &identity.namespace);
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), &identity.namespace);
    let mut found = References::default();
    for name in names_of(&secret_keys) {
        let data = read(&secrets, name).await?.and_then(|secret| secret.data);
        let data = data.unwrap_or_default();
        for key in secret_keys.iter().filter(|key| key.name == *name) {
            if let Some(value) = data.get(&key.key) {
                found.secrets.insert(key.clone(), value.0.clone());
            }
        }
    }
    for name in names_of(&map_keys) {
        let data = read(&maps, name).await?.and_then(|map| map.data);
        let data = data.unwrap_or_default();
        for key in map_keys.iter().filter(|key| key.name == *name) {
            if let Some(value) = data.get(&key.key) {
                found
                    .config_maps
                    .insert(key.clone(), value.clone().into_bytes());
            }
        }
    }
    Ok(found)
}

fn names_of(keys: &BTreeSet<KeyRef>) -> BTreeSet<&str> {
    keys.iter().map(|key| key.name.as_str()).collect()
}

/// The keys of Secrets and of ConfigMaps that the spec refers to.
pub fn referenced(object: &LocalMart) -> (BTreeSet<KeyRef>, BTreeSet<KeyRef>) {
    let services = object.spec.services.clone().unwrap_or_default();
    let sources = || {
        Service::ALL
            .into_iter()
            .filter_map(|service| services.get(service))
            .flat_map(|service| &service.env)
            .filter_map(|env| env.value_from.as_ref())
    };
    let mut secrets: BTreeSet<KeyRef> = sources()
        .filter_map(|source| source.secret_key_ref.clone())
        .collect();
    let maps = sources()
        .filter_map(|source| source.config_map_key_ref.clone())
        .collect();
    let postgres = object.spec.postgres.as_ref();
    if let Some(external) = postgres.and_then(|postgres| postgres.external.as_ref()) {
        secrets.extend(["username", "password"].map(|key| KeyRef {
            name: external.admin_secret_ref.name.clone(),
            key: key.to_owned(),
        }));
        secrets.extend(external.ca_secret_ref.iter().map(|secret| KeyRef {
            name: secret.name.clone(),
            key: AUTHORITY.to_owned(),
        }));
    }
    let redis = object.spec.redis.as_ref();
    if let Some(external) = redis.and_then(|redis| redis.external.as_ref()) {
        secrets.insert(KeyRef {
            name: external.url_secret_ref.name.clone(),
            key: REDIS_URL.to_owned(),
        });
    }
    (secrets, maps)
}

/// What is there of the certificate of the ingress, and whether it lasts.
async fn certificate(
    client: &Client,
    object: &LocalMart,
    identity: &Identity,
) -> Result<Found, Failure> {
    let ingress = object.spec.ingress.as_ref();
    let Some((ingress, tls)) = ingress.and_then(|ingress| Some((ingress, ingress.tls.as_ref()?)))
    else {
        return Ok(Found::default());
    };
    let api: Api<Secret> = Api::namespaced(client.clone(), &identity.namespace);
    let secret = read(&api, &TlsSettings::of(tls, identity).secret).await?;
    Ok(Found::of(secret.as_ref(), &ingress.host, Timestamp::now()))
}

async fn ingress_classes(client: &Client) -> Result<IngressClasses, Failure> {
    let api: Api<IngressClass> = Api::all(client.clone());
    let list = match api.list(&ListParams::default()).await {
        Ok(list) => list,
        // Installed without cluster-wide rights: then nothing can be said about classes.
        Err(kube::Error::Api(status)) if status.is_forbidden() => {
            return Ok(IngressClasses::Unknown);
        }
        Err(error) => return Err(Failure::api("list IngressClasses", &error)),
    };
    let is_default = |class: &&IngressClass| {
        class.annotations().get(DEFAULT_CLASS).map(String::as_str) == Some("true")
    };
    Ok(IngressClasses::Known {
        default: list.iter().find(is_default).map(ResourceExt::name_any),
        names: list.iter().map(ResourceExt::name_any).collect(),
    })
}

/// Whether the last report says of the newest spec that nothing is left to do. Until then pods
/// count: an old one may be left when its Deployment has forgotten it.
fn settled(object: &LocalMart) -> bool {
    object.status.as_ref().is_some_and(|status| {
        status.observed_generation == object.metadata.generation
            && status.phase == Some(Phase::Ready)
    })
}

/// Whether a person will want to know why something is not ready.
fn something_waits(observed: &Observed, identity: &Identity) -> bool {
    observed.objects.keys().any(|key| match key.kind {
        Kind::Deployment => observed
            .deployment(&key.name)
            .is_some_and(|live| !readiness::of_deployment(&live).complete()),
        Kind::StatefulSet => observed
            .stateful_set(&key.name)
            .is_some_and(|live| !readiness::of_stateful_set(&live).complete()),
        Kind::Job => observed.job(&key.name).is_some_and(|job| {
            let failed = job.status.and_then(|status| status.failed).unwrap_or(0);
            failed > 0 && key.name.starts_with(&identity.name)
        }),
        _ => false,
    })
}

async fn pods(client: &Client, identity: &Identity) -> Result<Vec<Pod>, Failure> {
    let api: Api<Pod> = Api::namespaced(client.clone(), &identity.namespace);
    let list = api
        .list(&ListParams::default().labels(&selector(identity)))
        .await
        .map_err(|error| Failure::api("list pods", &error))?;
    Ok(list.items)
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn a_name_is_no_path() {
        for name in ["a", "shop-tls", "0.a-b.c", &"a".repeat(253)] {
            assert!(is_name(name), "{name}");
        }
        let wrong = [
            "",
            "Not a name",
            "A",
            "a_b",
            "-a",
            "a-",
            "a..b",
            ".",
            "..",
            "../other",
            "a/b",
            "a?b",
            "a%2f",
        ];
        for name in wrong {
            assert!(!is_name(name), "{name}");
        }
        assert!(!is_name(&"a".repeat(254)));
    }
}
