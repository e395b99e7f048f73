//! What lifecycle Jobs have to do with Redis.

use kube::ResourceExt;
use topology::{REDIS_LIFECYCLE_USER, Service, settings};

use super::{Files, REDIS, Task, When, checksum};
use crate::{
    build::{env, secrets},
    reconcile::{
        dereference::REDIS_URL,
        observed::Observed,
        shop::{RedisStore, Shop},
    },
};

/// Gives each service its user in a Redis of somebody else; absent where the operator runs it,
/// because that one reads its users from a file. An exchange of passwords is the same task with
/// other inputs, and so is another URL: who corrects it need not do more.
pub fn task(shop: &Shop, observed: &Observed) -> Option<Task> {
    let RedisStore::External(external) = &shop.redis else {
        return None;
    };
    let prefix = shop.identity.role_prefix();
    let secret = observed.secrets.get(&secrets::redis(&shop.identity))?;
    let passwords_of = secret.uid().unwrap_or_default();
    let accepted = format!("{:?}", shop.rings.redis.accepted());
    let image = shop.images.migrate.as_str();
    Some(Task {
        name: REDIS,
        when: When::BeforeServices,
        checksum: checksum(&[
            REDIS,
            image,
            &external.digest,
            &prefix,
            &passwords_of,
            &accepted,
        ]),
        needs_approval: false,
        arguments: vec![REDIS.to_owned()],
        env: vec![
            env::var(settings::VERSION, &*shop.version),
            env::pod_name(),
            env::var(settings::LOG_LEVEL, &*shop.log_level),
            env::var(
                settings::REDIS_URL_FILE,
                format!("{}/{REDIS_URL}", settings::SECRETS_MOUNT),
            ),
            env::var(settings::REDIS_PREFIX, prefix),
            env::var(
                settings::REDIS_PASSWORDS_DIR,
                settings::REDIS_PASSWORDS_MOUNT,
            ),
        ],
        files: vec![
            Files {
                volume: "admin",
                mount: settings::SECRETS_MOUNT,
                sources: vec![(
                    external.url_secret.clone(),
                    vec![(REDIS_URL.to_owned(), REDIS_URL.to_owned())],
                )],
            },
            passwords(shop),
        ],
    })
}

/// The passwords that Redis takes now: the one of the generation that is known to it first.
pub fn passwords(shop: &Shop) -> Files {
    let services = secrets::redis_users().map(Service::name);
    let lifecycle = shop.redis.managed().map(|_| REDIS_LIFECYCLE_USER);
    let accepted = shop.rings.redis.accepted();
    let items = services.chain(lifecycle).flat_map(|user| {
        let paths = [user.to_owned(), settings::beside(user)];
        accepted
            .iter()
            .zip(paths)
            .map(move |(generation, path)| (secrets::versioned(user, *generation), path))
    });
    Files {
        volume: "redis-passwords",
        mount: settings::REDIS_PASSWORDS_MOUNT,
        sources: vec![(secrets::redis(&shop.identity), items.collect())],
    }
}
