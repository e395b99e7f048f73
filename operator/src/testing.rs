//! What the unit tests of several modules start from.

use localmart_api::LocalMart;
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

/// The shop that this spec means, in an empty cluster.
pub fn shop(spec: &str) -> Shop {
    validate::validate(
        &object(spec),
        &Observed::default(),
        &Releases::conventional(),
    )
    .unwrap()
}
