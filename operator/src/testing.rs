//! What the unit tests of several modules start from.

use localmart_api::{KeyRef, LocalMart};
use serde_json::json;

use crate::{
    reconcile::{observed::Observed, shop::Shop, validate},
    releases::Releases,
    yaml,
};

/// A LocalMart called `shop` in namespace `shops` with this spec.
pub fn object(spec: &str) -> LocalMart {
    let spec: serde_json::Value = yaml::from_str(spec).unwrap();
    serde_json::from_value(json!({
        "apiVersion": "localmart.dev/v1alpha1",
        "kind": "LocalMart",
        "metadata": { "name": "shop", "namespace": "shops", "uid": "u-1", "generation": 1 },
        "spec": spec,
    }))
    .unwrap()
}

/// A shop whose Postgres and Redis somebody else runs.
pub const BESIDE_OTHERS: &str = "{postgres: {external: {host: db.example.org, adminSecretRef: {name: admin}}}, \
      redis: {external: {urlSecretRef: {name: admin}}}}";

/// A cluster with the Secret that [`BESIDE_OTHERS`] refers to.
pub fn logins() -> Observed {
    let mut observed = Observed::default();
    let contents = [
        ("username", "admin"),
        ("password", "hush"),
        ("url", "rediss://admin:hush@redis.example.org:6380"),
    ];
    for (key, content) in contents {
        let key = KeyRef {
            name: "admin".to_owned(),
            key: key.to_owned(),
        };
        observed.references.secrets.insert(key, content.into());
    }
    observed
}

/// The shop of [`BESIDE_OTHERS`].
pub fn beside_others() -> Shop {
    let releases = Releases::conventional();
    validate::validate(&object(BESIDE_OTHERS), &logins(), &releases).unwrap()
}

/// The shop that this spec means, in an empty cluster.
pub fn shop(spec: &str) -> Shop {
    validate::validate(
        &object(spec),
        &Observed::default(),
        &Releases::conventional(),
    )
    .unwrap()
}
