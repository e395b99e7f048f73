//! The managed Postgres: one instance on a volume that the operator claims.
//!
//! The pod keeps to the contract of the official image (`POSTGRES_PASSWORD_FILE`, `PGDATA`), so
//! that image and one made from a distribution's packages both work.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::{
        apps::v1::{StatefulSet, StatefulSetSpec},
        core::v1::{Container, ExecAction, PodSpec, PodTemplateSpec, Probe},
    },
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use topology::{DatabaseLayout, POSTGRES_PORT, SHARED_DATABASE, settings};

use super::{
    Kind, Object, deployment::port, env, labels, metadata, pod, secrets, selector, storage,
};
use crate::reconcile::shop::{ManagedDatabase, Shop};

pub const COMPONENT: &str = "postgres";
/// Login that the image creates.
pub const SUPERUSER: &str = "postgres";

const DATA: &str = "/var/lib/postgresql/data";
/// A directory inside the volume: a volume's own root may hold `lost+found`, which initdb refuses.
const PGDATA: &str = "/var/lib/postgresql/data/pgdata";

pub fn build(shop: &Shop, database: &ManagedDatabase) -> Object {
    let identity = &shop.identity;
    let set = StatefulSet {
        metadata: metadata(shop, COMPONENT, identity.child(COMPONENT)),
        spec: Some(StatefulSetSpec {
            replicas: Some(i32::from(!shop.suspend)),
            service_name: Some(identity.child(COMPONENT)),
            // A pod that cannot start must not keep a corrected one from taking its place.
            pod_management_policy: Some("Parallel".to_owned()),
            selector: selector(identity, COMPONENT),
            template: PodTemplateSpec {
                metadata: Some(ObjectMeta {
                    labels: Some(labels(identity, COMPONENT)),
                    ..ObjectMeta::default()
                }),
                spec: Some(pod_spec(shop, database)),
            },
            ..StatefulSetSpec::default()
        }),
        status: None,
    };
    Object::new(Kind::StatefulSet, &set)
}

fn pod_spec(shop: &Shop, database: &ManagedDatabase) -> PodSpec {
    let identity = &shop.identity;
    let password = vec![(
        secrets::postgres(identity),
        vec![(
            secrets::SUPERUSER_PASSWORD.to_owned(),
            secrets::SUPERUSER_PASSWORD.to_owned(),
        )],
    )];
    PodSpec {
        // Fast shutdown ends the sessions and writes everything; a large cache takes a while.
        termination_grace_period_seconds: Some(120),
        containers: vec![container(shop, database)],
        volumes: Some(vec![
            storage::volume(shop, COMPONENT),
            pod::secret_files("secrets", &password),
            pod::scratch("run"),
            pod::scratch("tmp"),
        ]),
        ..pod::pod_spec(&shop.images, identity.child(COMPONENT))
    }
}

/// Whether the server takes connections. Over the network address: while the image prepares a new
/// database, a server listens on the socket only.
fn answers() -> ExecAction {
    ExecAction {
        command: Some(
            ["pg_isready", "--host=127.0.0.1", "--username=postgres"]
                .map(str::to_owned)
                .to_vec(),
        ),
    }
}

/// The database that the image makes: the shop's, or none but the one that every server has.
const fn first_database(shop: &Shop) -> &'static str {
    match shop.layout {
        DatabaseLayout::Shared => SHARED_DATABASE,
        DatabaseLayout::PerService => "postgres",
    }
}

fn container(shop: &Shop, database: &ManagedDatabase) -> Container {
    let mut arguments = BTreeMap::from([(
        "max_connections".to_owned(),
        database.max_connections.to_string(),
    )]);
    arguments.extend(database.parameters.clone());
    let arguments = arguments
        .into_iter()
        .flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")]);
    Container {
        args: Some(arguments.collect()),
        env: Some(vec![
            env::var("POSTGRES_USER", SUPERUSER),
            env::var("POSTGRES_DB", first_database(shop)),
            env::var(
                "POSTGRES_PASSWORD_FILE",
                format!(
                    "{}/{}",
                    settings::SECRETS_MOUNT,
                    secrets::SUPERUSER_PASSWORD
                ),
            ),
            env::var("POSTGRES_INITDB_ARGS", "--data-checksums --locale=C.UTF-8"),
            env::var("PGDATA", PGDATA),
        ]),
        ports: Some(vec![port(COMPONENT, POSTGRES_PORT)]),
        volume_mounts: Some(vec![
            pod::mount("data", DATA),
            pod::read_only("secrets", settings::SECRETS_MOUNT),
            pod::mount("run", "/var/run/postgresql"),
            pod::mount("tmp", "/tmp"),
        ]),
        startup_probe: Some(pod::until_started(answers())),
        // There is no liveness probe: a long recovery must not be cut short.
        readiness_probe: Some(Probe {
            exec: Some(answers()),
            period_seconds: Some(10),
            timeout_seconds: Some(5),
            ..Probe::default()
        }),
        ..pod::container(
            COMPONENT,
            &database.image,
            &shop.images,
            &database.resources,
        )
    }
}
