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
use crate::reconcile::{
    observed::Observed,
    shop::{Identity, Shop},
};

/// One key of a Secret as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub secret: String,
    pub key: String,
    pub path: String,
}

/// Files under [`settings::SECRETS_MOUNT`].
pub fn own_secrets(identity: &Identity, service: Service) -> Vec<File> {
    let mut files = Vec::new();
    if service.has_schema() {
        files.push(File {
            secret: secrets::database(identity),
            key: settings::app_password(service),
            path: DATABASE_PASSWORD.to_owned(),
        });
    }
    if service.uses_redis() {
        files.push(File {
            secret: secrets::redis(identity),
            key: service.name().to_owned(),
            path: REDIS_PASSWORD.to_owned(),
        });
    }
    files
}

/// Files under [`settings::INTERNAL_KEYS_MOUNT`]: the service's own key, to verify, those of the
/// services it calls, to sign, and the key of webhooks for its sender and its receiver.
pub fn internal_keys(identity: &Identity, service: Service) -> Vec<File> {
    let own = service.callers().next().is_some().then_some(service);
    let webhooks = service
        .has_webhook_key()
        .then_some(settings::PAYMENT_WEBHOOKS_KEY);
    own.into_iter()
        .chain(service.calls().iter().copied())
        .map(Service::name)
        .chain(webhooks)
        .map(|key| File {
            secret: secrets::internal_keys(identity),
            key: key.to_owned(),
            path: key.to_owned(),
        })
        .collect()
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
    let files = own_secrets(&shop.identity, service)
        .into_iter()
        .chain(internal_keys(&shop.identity, service));
    for file in files {
        let value = observed.secret_value(&file.secret, &file.key)?;
        add([file.secret.as_bytes(), file.key.as_bytes(), value]);
    }
    for reference in &shop.services[&service].references {
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
