//! ServiceAccounts: one per workload, so that a policy or a mesh can tell them apart. None of
//! them has rights, and no token is mounted.

use k8s_openapi::api::core::v1::ServiceAccount;
use topology::Service;

use super::{Kind, Object, metadata};
use crate::reconcile::shop::Shop;

/// Component of the Jobs.
pub const LIFECYCLE: &str = "lifecycle";

/// Everything of a shop that runs in pods of its own.
pub fn components(shop: &Shop) -> impl Iterator<Item = &'static str> {
    let postgres = shop.database.managed().map(|_| "postgres");
    let redis = shop.redis.managed().map(|_| "redis");
    postgres
        .into_iter()
        .chain(redis)
        .chain([LIFECYCLE])
        .chain(Service::ALL.map(Service::name))
}

pub fn build(shop: &Shop) -> Vec<Object> {
    components(shop)
        .map(|component| {
            let account = ServiceAccount {
                metadata: metadata(shop, component, shop.identity.child(component)),
                automount_service_account_token: Some(false),
                ..ServiceAccount::default()
            };
            Object::new(Kind::ServiceAccount, &account)
        })
        .collect()
}
