//! Lifecycle tasks: what has to be done to the data before services may start, and after the last
//! pod of another release is gone.
//!
//! A task is a description, not a branch: its name, what it runs, and a checksum of everything its
//! result depends on. [`progress`] turns any description and what was observed into the next
//! state, so another task is another entry in [`tasks`].

pub mod approval;
pub mod downgrade;
pub mod progress;
mod redis;
pub mod rotation;
pub mod words;

use k8s_openapi::api::core::v1::EnvVar;
use kube::ResourceExt;
use localmart_api::{KeyRef, names};
use sha2::{Digest, Sha256};
use topology::{
    DatabaseLayout, REDIS_PORT, Service,
    settings::{self, Login},
};

use crate::{
    build::{self, Key, Kind, env, pod, postgres, secrets, secrets::Holder, storage},
    reconcile::{
        observed::Observed,
        shop::{Database, Identity, Shop},
    },
};

/// File with the administrator's password.
const ADMIN_PASSWORD: &str = "admin-password";

/// The task that makes roles and schemas.
pub const BOOTSTRAP: &str = "bootstrap";

/// The task that makes users in a Redis of somebody else.
pub const REDIS: &str = "redis";

/// The task that takes away what only an earlier release needed.
pub const CONTRACT: &str = "contract";

/// Every task that there can be, in the order in which they run, and what it does.
pub const TASKS: [(&str, &str); 5] = [
    (
        "bootstrap",
        "Makes the roles, the schemas and their rights, and sets the passwords.",
    ),
    (
        "rotate",
        "Lets Postgres and Redis accept new passwords, later refuse the old ones. Only of a shop \
         whose secrets were ever exchanged.",
    ),
    (
        "migrate",
        "Applies the expand migrations: they add what the release needs, and the release before \
         can live with it.",
    ),
    (
        "seed",
        "Loads the demo catalogue. Only with `spec.sampleData: Enabled`.",
    ),
    (
        CONTRACT,
        "Applies the contract migrations: they take away what only an earlier release needed, \
         after its last pod is gone. Only of a release that has some.",
    ),
];

/// When a task may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before the services are given what is wanted; they wait for it.
    BeforeServices,
    /// When every service runs what is wanted and no other pod of it is left.
    AfterRollout,
}

/// One task and what it depends on.
#[derive(Clone, Debug)]
pub struct Task {
    pub name: &'static str,
    pub when: When,
    /// Ten hex digits of a hash of everything that the result depends on.
    pub checksum: String,
    /// Whether a person may want to look before it runs.
    pub needs_approval: bool,
    pub arguments: Vec<String>,
    pub env: Vec<EnvVar>,
    pub files: Vec<Files>,
}

/// A directory of files out of Secrets.
#[derive(Clone, Debug)]
pub struct Files {
    pub volume: &'static str,
    pub mount: &'static str,
    pub sources: Vec<(String, Vec<(String, String)>)>,
}

impl Task {
    /// Name of the Job that runs this task with these inputs.
    pub fn job_name(&self, identity: &Identity) -> String {
        identity.child(&format!("{}-{}", self.name, self.checksum))
    }
}

/// The tasks of a shop in the order in which they run; absent while the Secret with the
/// services' passwords is missing, because nothing can be said of them then.
pub fn tasks(shop: &Shop, observed: &Observed) -> Option<Vec<Task>> {
    let data = data_identity(shop, observed)?;
    let image = shop.images.migrate.as_str();
    // A Secret that was lost and made again has other passwords and another uid.
    let passwords = observed
        .secrets
        .get(&secrets::database(&shop.identity))?
        .uid()
        .unwrap_or_default();
    let prefix = shop.identity.role_prefix();

    let mut tasks = vec![Task {
        name: BOOTSTRAP,
        when: When::BeforeServices,
        checksum: checksum(&[BOOTSTRAP, image, &data, &passwords, &prefix]),
        needs_approval: false,
        arguments: vec![BOOTSTRAP.to_owned()],
        env: bootstrap_env(shop),
        files: vec![admin_password(shop), all_passwords(shop)],
    }];
    tasks.extend(redis::task(shop, observed));
    tasks.extend(rotate(shop, observed, &data));
    tasks.push(Task {
        name: "migrate",
        when: When::BeforeServices,
        checksum: checksum(&["migrate", image, &data, &prefix]),
        needs_approval: true,
        arguments: vec!["migrate".to_owned()],
        env: common_env(shop),
        files: vec![passwords_of(shop, &|service| vec![migrator(shop, service)])],
    });
    if shop.lifecycle.sample_data {
        tasks.push(Task {
            name: "seed",
            when: When::BeforeServices,
            checksum: checksum(&["seed", image, &data, &prefix, &shop.currency]),
            needs_approval: false,
            arguments: vec!["seed".to_owned()],
            env: common_env(shop),
            files: vec![passwords_of(shop, &|service| {
                vec![login(service, shop.rings.database.presented())]
            })],
        });
    }
    if !shop.contracts.is_empty() {
        tasks.push(Task {
            name: CONTRACT,
            when: When::AfterRollout,
            checksum: contract_checksum(&shop.contracts, &data, &prefix),
            needs_approval: true,
            arguments: vec![CONTRACT.to_owned()],
            env: common_env(shop),
            files: vec![passwords_of(shop, &|service| vec![migrator(shop, service)])],
        });
    }
    for task in &mut tasks {
        if task.name != REDIS {
            task.files.extend(database_authority(shop));
        }
    }
    Some(tasks)
}

/// The certificates that may vouch for the database, where there are any.
fn database_authority(shop: &Shop) -> Option<Files> {
    let KeyRef { name, key } = &shop.database.authority()?.key;
    Some(Files {
        volume: pod::DATABASE_CA,
        mount: settings::DATABASE_CA_MOUNT,
        sources: vec![(name.clone(), vec![(key.clone(), key.clone())])],
    })
}

/// Checksum of the task that runs these contract migrations on this data. The image is no part of
/// it: what was taken away is not taken away again by another build of the same files.
fn contract_checksum(contracts: &[String], data: &str, prefix: &str) -> String {
    let names = contracts.iter().map(String::as_str);
    let inputs: Vec<_> = [CONTRACT, data, prefix].into_iter().chain(names).collect();
    checksum(&inputs)
}

/// What tells this shop's data from any other: of a volume, the id it was made with.
pub fn data_identity(shop: &Shop, observed: &Observed) -> Option<String> {
    match &shop.database {
        Database::External(external) => Some(format!(
            "{}:{}/{}",
            external.host, external.port, external.database
        )),
        Database::Managed(_) => {
            let claim = Key::new(
                Kind::PersistentVolumeClaim,
                &storage::claim_name(&shop.identity, postgres::COMPONENT),
            );
            let of_claim = observed
                .objects
                .get(&claim)
                .and_then(|claim| claim.labels().get(names::DATA_ID).cloned());
            of_claim.or_else(|| {
                observed.secret_label(&secrets::postgres(&shop.identity), names::DATA_ID)
            })
        }
    }
}

fn checksum(inputs: &[&str]) -> String {
    let mut digest = Sha256::new();
    for input in inputs {
        digest.update(input.len().to_be_bytes());
        digest.update(input.as_bytes());
    }
    hex::encode(digest.finalize())[..10].to_owned()
}

fn common_env(shop: &Shop) -> Vec<EnvVar> {
    let mut variables = vec![
        env::var(settings::VERSION, &*shop.version),
        env::pod_name(),
        env::var(settings::LOG_LEVEL, &*shop.log_level),
        env::var(settings::CURRENCY, &*shop.currency),
    ];
    let (place, name) = env::database(shop);
    variables.extend(place);
    variables.push(env::var(settings::DATABASE_NAME, name));
    if shop.layout != DatabaseLayout::Shared {
        variables.push(env::var(settings::DATABASE_LAYOUT, shop.layout.name()));
    }
    variables.extend([
        env::var(settings::DATABASE_ROLE_PREFIX, shop.identity.role_prefix()),
        env::var(
            settings::DATABASE_PASSWORDS_DIR,
            settings::DATABASE_PASSWORDS_MOUNT,
        ),
    ]);
    variables
}

fn bootstrap_env(shop: &Shop) -> Vec<EnvVar> {
    let user = match &shop.database {
        Database::Managed(_) => postgres::SUPERUSER,
        Database::External(external) => &external.admin_user,
    };
    let mut variables = common_env(shop);
    variables.extend([
        env::var(settings::DATABASE_USER, user),
        env::var(
            settings::DATABASE_PASSWORD_FILE,
            format!("{}/{ADMIN_PASSWORD}", settings::SECRETS_MOUNT),
        ),
    ]);
    variables
}

fn admin_password(shop: &Shop) -> Files {
    let secret = match &shop.database {
        Database::Managed(_) => secrets::postgres(&shop.identity),
        Database::External(external) => external.admin_secret.clone(),
    };
    let item = (
        secrets::SUPERUSER_PASSWORD.to_owned(),
        ADMIN_PASSWORD.to_owned(),
    );
    Files {
        volume: "admin",
        mount: settings::SECRETS_MOUNT,
        sources: vec![(secret, vec![item])],
    }
}

/// Lets in what the present step of a rotation accepts. It stands before the migrations, whose
/// password it changes. A shop whose secrets were never exchanged has no such task: bootstrap
/// has done all of it.
fn rotate(shop: &Shop, observed: &Observed, data: &str) -> Option<Task> {
    let rings = &shop.rings;
    // What was never exchanged, Redis has read from its file; one of somebody else has a task of
    // its own.
    let redis = shop.redis.managed().is_some() && !rings.redis.is_first();
    if rings.database.is_first() && !redis {
        return None;
    }
    let mut inputs = vec![
        "rotate".to_owned(),
        data.to_owned(),
        shop.identity.role_prefix(),
    ];
    let mut env = bootstrap_env(shop);
    let mut files = vec![admin_password(shop), all_passwords(shop)];
    let mut holders = vec![Holder::Database];
    if redis {
        holders.push(Holder::Redis);
        env.extend([
            env::var(
                settings::REDIS_HOST,
                shop.identity.child(build::redis::COMPONENT),
            ),
            env::var(settings::REDIS_PORT, REDIS_PORT.to_string()),
            env::var(
                settings::REDIS_PASSWORDS_DIR,
                settings::REDIS_PASSWORDS_MOUNT,
            ),
        ]);
        files.push(redis::passwords(shop));
    }
    for holder in holders {
        let secret = observed.secrets.get(&holder.secret(&shop.identity));
        inputs.push(secret.and_then(ResourceExt::uid).unwrap_or_default());
        inputs.push(format!("{:?}", rings.get(holder).accepted()));
    }
    let inputs: Vec<_> = inputs.iter().map(String::as_str).collect();
    Some(Task {
        when: When::BeforeServices,
        name: "rotate",
        checksum: checksum(&inputs),
        needs_approval: false,
        arguments: vec!["rotate".to_owned()],
        env,
        files,
    })
}

/// The key of a login's password and the name of its file.
fn login(service: Service, generation: u32) -> (String, String) {
    let login = Login::of_generation(generation);
    (
        secrets::app_key(service, generation),
        settings::login_password(service, login),
    )
}

fn migrator(shop: &Shop, service: Service) -> (String, String) {
    (
        secrets::migrator_key(service, shop.rings.database.newest()),
        settings::migrator_password(service),
    )
}

/// The passwords of every login that may log in now.
fn all_passwords(shop: &Shop) -> Files {
    passwords_of(shop, &|service| {
        let accepted = shop.rings.database.accepted().into_iter();
        accepted
            .map(|generation| login(service, generation))
            .chain([migrator(shop, service)])
            .collect()
    })
}

fn passwords_of(shop: &Shop, logins: &dyn Fn(Service) -> Vec<(String, String)>) -> Files {
    let keys = Service::ALL
        .into_iter()
        .filter(|service| service.has_schema())
        .flat_map(logins);
    Files {
        volume: "passwords",
        mount: settings::DATABASE_PASSWORDS_MOUNT,
        sources: vec![(secrets::database(&shop.identity), keys.collect())],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use k8s_openapi::api::core::v1::Secret;

    use super::*;
    use crate::testing;

    #[test]
    fn every_task_is_in_the_table_in_its_order() {
        let mut shop = testing::shop("{sampleData: Enabled}");
        shop.rings.database.generation = 2;
        shop.contracts = vec!["cart/0002_drop.contract.sql".to_owned()];
        let mut secret = Secret::default();
        let id = (names::DATA_ID.to_owned(), "d".to_owned());
        secret.metadata.labels = Some(BTreeMap::from([id]));
        let mut observed = Observed::default();
        for name in [secrets::postgres, secrets::database] {
            observed
                .secrets
                .insert(name(&shop.identity), secret.clone());
        }
        let made = tasks(&shop, &observed).unwrap();
        let made: Vec<_> = made.iter().map(|task| task.name).collect();
        assert_eq!(made, TASKS.map(|(name, _)| name));
    }
}
