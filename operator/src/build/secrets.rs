//! The Secrets of a shop: which keys each holds and how a missing value is made.
//!
//! Values are made once, by the operating system's random number generator, and never overwritten.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use k8s_openapi::{
    ByteString,
    api::core::v1::Secret,
    apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference},
};
use localmart_api::names;
use sha2::{Digest, Sha256};
use topology::{Service, settings};

use super::{labels, owner};
use crate::reconcile::shop::{Identity, Shop};

/// Key of the superuser's password.
pub const SUPERUSER_PASSWORD: &str = "password";
/// Key of Redis' list of users.
pub const REDIS_ACL: &str = "users.acl";

/// Secret with the superuser's password of the managed Postgres.
pub fn postgres(identity: &Identity) -> String {
    identity.child("postgres")
}

/// Secret with the passwords of the services' database logins.
pub fn database(identity: &Identity) -> String {
    identity.child("database")
}

/// Secret with the services' Redis passwords and the ACL file made from them.
pub fn redis(identity: &Identity) -> String {
    identity.child("redis")
}

/// Secret with the key of each callee, for tokens between services, and the key of webhooks.
pub fn internal_keys(identity: &Identity) -> String {
    identity.child("internal-keys")
}

/// A Secret as it should be, without its values.
#[derive(Clone, Debug, PartialEq)]
pub struct SecretPlan {
    pub name: String,
    pub labels: BTreeMap<String, String>,
    /// Absent where the Secret outlives the LocalMart.
    pub owner: Option<OwnerReference>,
    pub keys: Vec<(String, Source)>,
    /// Whether it carries the id that ties it to the data volume.
    pub has_data_id: bool,
}

/// How the value of a key comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// 256 random bits in URL-safe base64.
    Random,
    /// Redis ACL rules made from the other keys: always renewed, because it says nothing new.
    RedisAcl,
}

/// All Secrets of a shop.
pub fn plans(shop: &Shop) -> Vec<SecretPlan> {
    let identity = &shop.identity;
    let goes_with_shop = Some(owner(identity));
    let holds_data = (!shop.retain).then(|| owner(identity));
    let random = |key: String| (key, Source::Random);

    let with_schema = || Service::ALL.into_iter().filter(|s| s.has_schema());
    let database_keys = with_schema()
        .flat_map(|s| [settings::app_password(s), settings::migrator_password(s)])
        .map(random);
    let mut redis_keys: Vec<_> = redis_users()
        .map(|service| random(service.name().to_owned()))
        .collect();
    redis_keys.push((REDIS_ACL.to_owned(), Source::RedisAcl));
    let callees = Service::ALL
        .into_iter()
        .filter(|service| service.callers().next().is_some())
        .map(Service::name)
        .chain([settings::PAYMENT_WEBHOOKS_KEY])
        .map(|key| random(key.to_owned()));

    let plan = |component: &str, owner: &Option<OwnerReference>, keys| SecretPlan {
        name: identity.child(component),
        labels: labels(identity, component),
        owner: owner.clone(),
        keys,
        has_data_id: false,
    };
    let mut plans = vec![
        plan("database", &holds_data, database_keys.collect()),
        plan("redis", &goes_with_shop, redis_keys),
        plan("internal-keys", &goes_with_shop, callees.collect()),
    ];
    if shop.database.managed().is_some() {
        let keys = vec![random(SUPERUSER_PASSWORD.to_owned())];
        plans.insert(
            0,
            SecretPlan {
                has_data_id: true,
                ..plan("postgres", &holds_data, keys)
            },
        );
    }
    plans
}

/// The services with a Redis user of their own.
pub fn redis_users() -> impl Iterator<Item = Service> {
    Service::ALL
        .into_iter()
        .filter(|service| service.uses_redis())
}

impl SecretPlan {
    /// A new Secret with every key.
    pub fn create(&self, namespace: &str) -> Secret {
        let mut labels = self.labels.clone();
        if self.has_data_id {
            labels.insert(names::DATA_ID.to_owned(), hex::encode(random_bytes::<16>()));
        }
        Secret {
            metadata: ObjectMeta {
                name: Some(self.name.clone()),
                namespace: Some(namespace.to_owned()),
                labels: Some(labels),
                owner_references: self.owner.clone().map(|owner| vec![owner]),
                ..ObjectMeta::default()
            },
            data: Some(self.missing(&BTreeMap::new())),
            type_: Some("Opaque".to_owned()),
            ..Secret::default()
        }
    }

    /// The keys that `present` lacks, and those made from others whose value is not current.
    pub fn missing(&self, present: &BTreeMap<String, ByteString>) -> BTreeMap<String, ByteString> {
        let mut complete = present.clone();
        for (key, source) in &self.keys {
            if *source == Source::Random && !complete.contains_key(key) {
                let value = URL_SAFE_NO_PAD.encode(random_bytes::<32>());
                complete.insert(key.clone(), ByteString(value.into_bytes()));
            }
        }
        for (key, source) in &self.keys {
            if *source == Source::RedisAcl {
                let value = redis_acl(&complete);
                complete.insert(key.clone(), ByteString(value.into_bytes()));
            }
        }
        complete.retain(|key, value| present.get(key) != Some(value));
        complete
    }
}

fn random_bytes<const N: usize>() -> [u8; N] {
    use rand::TryRng;
    let mut bytes = [0; N];
    rand::rngs::SysRng
        .try_fill_bytes(&mut bytes)
        .expect("the operating system has a random number generator");
    bytes
}

/// One line per user: each service may touch its own keys, read the streams that it consumes, and
/// run no administrative command; nobody without a password may do more than ask whether the server is there.
fn redis_acl(data: &BTreeMap<String, ByteString>) -> String {
    let nobody = "user default on nopass resetkeys resetchannels -@all +ping\n".to_owned();
    let users = redis_users().map(|service| {
        let password = data
            .get(service.name())
            .map_or(&[][..], |ByteString(bytes)| bytes);
        let digest = hex::encode(Sha256::digest(password));
        let rights = service.redis_rights();
        format!("user {service} on #{digest} resetkeys {rights}\n")
    });
    nobody + &users.collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn plan(name: &str) -> SecretPlan {
        let mut plans = plans(&testing::shop("{}"));
        plans.retain(|plan| plan.name.ends_with(name));
        plans.remove(0)
    }

    #[test]
    fn values_are_made_once_and_never_overwritten() {
        let plan = plan("-database");
        let first = plan.create("shop").data.unwrap();
        let owners = Service::ALL.into_iter().filter(|s| s.has_schema());
        assert_eq!(first.len(), 2 * owners.count());
        assert!(plan.missing(&first).is_empty());

        let mut partly = first.clone();
        partly.remove("orders-app-a");
        let added = plan.missing(&partly);
        assert_eq!(added.keys().collect::<Vec<_>>(), ["orders-app-a"]);
        assert_ne!(added["orders-app-a"], first["orders-app-a"]);
    }

    #[test]
    fn values_are_long_and_different() {
        let data = plan("-internal-keys").create("shop").data.unwrap();
        let mut values: Vec<_> = data.values().map(|value| value.0.clone()).collect();
        values.sort();
        values.dedup();
        assert_eq!(values.len(), data.len());
        assert!(values.iter().all(|value| value.len() == 43));
    }

    #[test]
    fn the_redis_acl_follows_the_passwords() {
        let plan = plan("-redis");
        let data = plan.create("shop").data.unwrap();
        let acl = String::from_utf8(data[REDIS_ACL].0.clone()).unwrap();
        let digest = hex::encode(Sha256::digest(&data["cart"].0));
        assert!(acl.contains(&format!("user cart on #{digest} resetkeys ~cart:*")));
        assert!(!acl.contains(std::str::from_utf8(&data["cart"].0).unwrap()));
        let catalog = acl.lines().find(|line| line.starts_with("user catalog"));
        assert!(catalog.unwrap().ends_with("~orders:events)"));

        let mut stale = data;
        stale.insert(REDIS_ACL.into(), ByteString(b"user default on".to_vec()));
        let renewed = plan.missing(&stale);
        assert_eq!(renewed.keys().collect::<Vec<_>>(), [REDIS_ACL]);
    }

    #[test]
    fn data_outlives_the_shop_unless_told_otherwise() {
        let kept = |spec: &str| -> Vec<String> {
            plans(&testing::shop(spec))
                .into_iter()
                .filter(|plan| plan.owner.is_none())
                .map(|plan| plan.name)
                .collect()
        };
        assert_eq!(kept("{}"), ["shop-postgres", "shop-database"]);
        assert!(kept("{deletionPolicy: Delete}").is_empty());
    }
}
