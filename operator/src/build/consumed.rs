//! Which secrets a service consumes, and the fingerprint of their content.
//!
//! The same list makes the mounts and the fingerprint, so a pod cannot read something whose change
//! would not roll it.

use sha2::{Digest, Sha256};
use topology::{Service, settings};

use super::{
    env::{DATABASE_PASSWORD, REDIS_PASSWORD},
    secrets,
};
use crate::reconcile::{observed::Observed, shop::Shop};

/// One key of a Secret as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub secret: String,
    pub key: String,
    pub path: String,
}

/// Files under [`settings::SECRETS_MOUNT`].
pub fn own_secrets(shop: &Shop, service: Service) -> Vec<File> {
    let identity = &shop.identity;
    let mut files = Vec::new();
    if service.has_schema() {
        files.push(File {
            secret: secrets::database(identity),
            key: secrets::app_key(service, shop.rings.database.presented()),
            path: DATABASE_PASSWORD.to_owned(),
        });
    }
    if service.uses_redis() {
        files.push(File {
            secret: secrets::redis(identity),
            key: secrets::versioned(service.name(), shop.rings.redis.presented()),
            path: REDIS_PASSWORD.to_owned(),
        });
    }
    files
}

/// Files under [`settings::INTERNAL_KEYS_MOUNT`]: the service's own key, to verify, those of the
/// services it calls, to sign, and the key of webhooks for its sender and its receiver. While keys
/// are exchanged, who verifies has the other one beside it.
pub fn internal_keys(shop: &Shop, service: Service) -> Vec<File> {
    let ring = shop.rings.internal_keys;
    let own = service.callers().next().is_some().then_some(service.name());
    let received = service
        .receives_webhooks()
        .then_some(settings::PAYMENT_WEBHOOKS_KEY);
    let sent = (service.has_webhook_key() && !service.receives_webhooks())
        .then_some(settings::PAYMENT_WEBHOOKS_KEY);
    let file = |name: &str, generation: u32, path: String| File {
        secret: secrets::internal_keys(&shop.identity),
        key: secrets::versioned(name, generation),
        path,
    };
    let signs = service.calls().iter().map(|callee| callee.name());
    let signs = signs
        .chain(sent)
        .map(|name| file(name, ring.presented(), name.to_owned()));
    let (first, beside) = ring.verified();
    let verifies = |name: &'static str| {
        let beside = beside.map(|generation| file(name, generation, settings::beside(name)));
        [Some(file(name, first, name.to_owned())), beside]
    };
    let own = own.into_iter().flat_map(verifies).flatten();
    let received = received.into_iter().flat_map(verifies).flatten();
    own.chain(signs).chain(received).collect()
}

/// Fingerprint of everything that the pods of a service consume; absent while a Secret is missing.
pub fn fingerprint(shop: &Shop, service: Service, observed: &Observed) -> Option<String> {
    let mut digest = Sha256::new();
    let mut add = |parts: [&[u8]; 3]| {
        for part in parts {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
    };
    let files = own_secrets(shop, service)
        .into_iter()
        .chain(internal_keys(shop, service));
    for file in files {
        let value = observed.secret_value(&file.secret, &file.key)?;
        add([file.secret.as_bytes(), file.key.as_bytes(), value]);
    }
    let authority = shop.database.authority().filter(|_| service.has_schema());
    for reference in shop.services[&service].references.iter().chain(authority) {
        add([
            reference.key.name.as_bytes(),
            reference.key.key.as_bytes(),
            reference.digest.as_bytes(),
        ]);
    }
    Some(hex::encode(digest.finalize())[..16].to_owned())
}

/// Files grouped by Secret, in the shape a projected volume wants.
pub fn by_secret(files: &[File]) -> Vec<(String, Vec<(String, String)>)> {
    let mut groups: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for file in files {
        let item = (file.key.clone(), file.path.clone());
        match groups.iter_mut().find(|(secret, _)| *secret == file.secret) {
            Some((_, items)) => items.push(item),
            None => groups.push((file.secret.clone(), vec![item])),
        }
    }
    groups
}
