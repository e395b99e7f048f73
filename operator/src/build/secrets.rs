//! The Secrets of a shop: which keys each holds and how a missing value is made.
//!
//! Values are made once, by the operating system's random number generator, and never overwritten:
//! a rotation makes a new generation under keys of its own ([`rotation`]).

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use k8s_openapi::{
    ByteString,
    api::core::v1::Secret,
    apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference},
};
use localmart_api::names;
use sha2::{Digest, Sha256};
use topology::{
    REDIS_LIFECYCLE_RIGHTS, REDIS_LIFECYCLE_USER, RedisPlace, Service,
    settings::{self, Login},
};

use super::{labels, owner};
use crate::{
    lifecycle::rotation::{self, Ring},
    reconcile::{
        gates::Gate,
        observed::Observed,
        shop::{Identity, Shop},
    },
};

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

/// The Secrets whose content can be exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    Database,
    Redis,
    InternalKeys,
}

impl Holder {
    pub const ALL: [Self; 3] = [Self::Database, Self::Redis, Self::InternalKeys];

    /// Name of the Secret.
    pub fn secret(self, identity: &Identity) -> String {
        match self {
            Self::Database => database(identity),
            Self::Redis => redis(identity),
            Self::InternalKeys => internal_keys(identity),
        }
    }

    const fn component(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Redis => "redis",
            Self::InternalKeys => "internal-keys",
        }
    }

    /// The keys of one generation.
    fn keys(self, generation: u32) -> Vec<String> {
        match self {
            Self::Database => Service::ALL
                .into_iter()
                .filter(|service| service.has_schema())
                .flat_map(|s| [app_key(s, generation), migrator_key(s, generation)])
                .collect(),
            Self::Redis => redis_users()
                .map(Service::name)
                .chain([REDIS_LIFECYCLE_USER])
                .map(|user| versioned(user, generation))
                .collect(),
            Self::InternalKeys => Service::ALL
                .into_iter()
                .filter(|service| service.callers().next().is_some())
                .map(Service::name)
                .chain([settings::PAYMENT_WEBHOOKS_KEY])
                .map(|name| versioned(name, generation))
                .collect(),
        }
    }

    /// The generations that a Secret's data has keys of, the oldest first.
    pub fn generations(self, data: &BTreeMap<String, ByteString>) -> Vec<u32> {
        let suffix = |key: &String| key.rsplit_once('.')?.1.parse().ok();
        let numbers: BTreeSet<u32> = data.keys().filter_map(suffix).chain([1]).collect();
        let has_keys = |generation: &u32| {
            let mut keys = self.keys(*generation).into_iter();
            keys.any(|key| data.contains_key(&key))
        };
        numbers.into_iter().filter(has_keys).collect()
    }
}

/// The key of a value's generation. The first has no number.
pub fn versioned(name: &str, generation: u32) -> String {
    match generation {
        1 => name.to_owned(),
        _ => format!("{name}.{generation}"),
    }
}

/// Key of the password of the login that a service has in a generation.
pub fn app_key(service: Service, generation: u32) -> String {
    let login = Login::of_generation(generation);
    versioned(&settings::login_password(service, login), generation)
}

/// Key of the password of a service's migrator.
pub fn migrator_key(service: Service, generation: u32) -> String {
    versioned(&settings::migrator_password(service), generation)
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
    /// How far an exchange of its content is; `None` must not be there.
    pub annotations: BTreeMap<String, Option<String>>,
    /// Annotations that a new one gets beside.
    pub first_annotations: BTreeMap<String, String>,
    /// Keys that nothing uses any more.
    pub obsolete: Vec<String>,
}

/// How the value of a key comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// 256 random bits in URL-safe base64.
    Random,
    /// Redis ACL rules made from the other keys: always renewed, because it says nothing new.
    RedisAcl(Ring),
}

/// All Secrets of a shop as they should be now.
pub fn plans(shop: &Shop) -> Vec<SecretPlan> {
    plans_with(shop, |holder| shop.rings.get(holder))
}

/// All Secrets of a shop as they should be next, with the steps that an exchange takes now.
pub fn next_plans(shop: &Shop, observed: &Observed, settled: &Gate) -> Vec<SecretPlan> {
    let next = |holder| rotation::next(shop, observed, holder, settled);
    let mut plans = plans_with(shop, next);
    for holder in Holder::ALL {
        let (from, to) = (shop.rings.get(holder), next(holder));
        let name = holder.secret(&shop.identity);
        for plan in plans.iter_mut().filter(|plan| plan.name == name) {
            let annotations = rotation::annotations(shop, observed, from, to);
            plan.annotations = annotations
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect();
            let wanted = to.held();
            plan.obsolete = from
                .held()
                .into_iter()
                .filter(|generation| !wanted.contains(generation))
                .flat_map(|generation| holder.keys(generation))
                .collect();
        }
    }
    plans
}

fn plans_with(shop: &Shop, ring: impl Fn(Holder) -> Ring) -> Vec<SecretPlan> {
    let identity = &shop.identity;
    let goes_with_shop = Some(owner(identity));
    let holds_data = (!shop.retain).then(|| owner(identity));
    let plan = |component: &str, owner: &Option<OwnerReference>, keys| SecretPlan {
        name: identity.child(component),
        labels: labels(identity, component),
        owner: owner.clone(),
        keys,
        has_data_id: false,
        annotations: BTreeMap::new(),
        first_annotations: BTreeMap::new(),
        obsolete: Vec::new(),
    };
    let rotated = |holder: Holder, owner| {
        let generations = ring(holder).held().into_iter();
        let mut keys: Vec<_> = generations
            .flat_map(|generation| holder.keys(generation))
            .map(|key| (key, Source::Random))
            .collect();
        if holder == Holder::Redis && shop.redis.managed().is_none() {
            // Nobody but the services logs in with it.
            keys.retain(|(key, _)| !is_lifecycle(key));
        } else if holder == Holder::Redis {
            keys.push((REDIS_ACL.to_owned(), Source::RedisAcl(ring(holder))));
        }
        let request = shop.wish.request.clone();
        SecretPlan {
            // What is made now is as new as was asked for.
            first_annotations: request
                .map(|value| (names::ROTATE_SECRETS.to_owned(), value))
                .into_iter()
                .collect(),
            ..plan(holder.component(), owner, keys)
        }
    };
    let mut plans = vec![
        rotated(Holder::Database, &holds_data),
        rotated(Holder::Redis, &goes_with_shop),
        rotated(Holder::InternalKeys, &goes_with_shop),
    ];
    if shop.database.managed().is_some() {
        let keys = vec![(SUPERUSER_PASSWORD.to_owned(), Source::Random)];
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

/// Whether a key belongs to the user of lifecycle Jobs.
fn is_lifecycle(key: &str) -> bool {
    key.split('.').next() == Some(REDIS_LIFECYCLE_USER)
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
                annotations: (!self.first_annotations.is_empty())
                    .then(|| self.first_annotations.clone()),
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
            if let Source::RedisAcl(ring) = source {
                let value = redis_acl(&complete, *ring);
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
fn redis_acl(data: &BTreeMap<String, ByteString>, ring: Ring) -> String {
    let nobody = "user default on nopass resetkeys resetchannels -@all +ping\n".to_owned();
    let rights = |service: Service| format!("resetkeys {}", RedisPlace::OWN.rights(service));
    let services = redis_users().map(|service| (service.name(), rights(service)));
    let lifecycle = (REDIS_LIFECYCLE_USER, REDIS_LIFECYCLE_RIGHTS.to_owned());
    let users = services.chain([lifecycle]).map(|(user, rights)| {
        let digests = ring.accepted().into_iter().map(|generation| {
            let password = data
                .get(&versioned(user, generation))
                .map_or(&[][..], |ByteString(bytes)| bytes);
            format!("#{}", hex::encode(Sha256::digest(password)))
        });
        let digests = digests.collect::<Vec<_>>().join(" ");
        format!("user {user} on {digests} {rights}\n")
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
