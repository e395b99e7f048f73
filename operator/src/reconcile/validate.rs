//! Validate: from the raw spec and what was read to a [`Shop`] in which every value is known good.
//!
//! The schema's rules have refused most mistakes at `kubectl apply`. Here is what only the
//! operator can know: whether a version exists, whether a Secret is there. Pure.

use std::collections::BTreeMap;

use kube::ResourceExt;
use localmart_api::{
    DeletionPolicy, ExternalPostgres, KeyRef, LocalMart, ManagedPostgres, MigrationPolicy,
    POSTGRES_STORAGE, PullPolicy, REDIS_STORAGE, Storage, Switch, conditions::Reason, names,
};
use sha2::{Digest, Sha256};
use topology::{SHARED_DATABASE, Service};

use super::{
    defaults,
    observed::Observed,
    scale::Scale,
    shop::{
        Approval, Database, ExternalDatabase, Identity, Images, IngressSettings, LifecycleSettings,
        ManagedDatabase, RedisSettings, ResolvedReference, ServiceSettings, Shop, StorageSettings,
        TlsSettings,
    },
};
use crate::{
    build::{Key, Kind, env::CONNECTIONS_PER_POD, storage, template},
    error::Failure,
    lifecycle::{
        downgrade,
        rotation::{Rings, Wish},
    },
    planted::Bug,
    releases::{OWN_VERSION, PostgresImages, Release, Releases},
};

/// Most connections that the managed Postgres is given.
const MOST_CONNECTIONS: i32 = 400;
/// Connections for Jobs, backups and people.
const SPARE_CONNECTIONS: i32 = 20;
/// `max_connections` is a multiple of this: changing it restarts Postgres, and scaling a service
/// by one pod should not.
const CONNECTION_STEP: i32 = 100;

/// Checks a LocalMart against what was observed.
pub fn validate(
    object: &LocalMart,
    observed: &Observed,
    releases: &Releases,
) -> Result<Shop, Failure> {
    let identity = identity(object);
    let spec = &object.spec;
    let version = wanted_version(object, observed);
    let release = releases.get(&version).ok_or_else(|| {
        Failure::new(
            Reason::UnknownVersion,
            format!(
                "there is no release {version}; set spec.version to one of: {}",
                releases.versions().collect::<Vec<_>>().join(", ")
            ),
        )
    })?;
    let registry = spec.images.as_ref().and_then(|i| i.registry.as_deref());
    let from_release = |image: &str| match registry {
        Some(registry) => format!("{registry}/{image}"),
        None => image.to_owned(),
    };

    let mut services = BTreeMap::new();
    for service in Service::ALL {
        let settings = service_settings(object, observed, service, || {
            from_release(release.service(service))
        })?;
        services.insert(service, settings);
    }
    let postgres = spec.postgres.clone().unwrap_or_default();
    let database = match postgres.external {
        Some(external) => Database::External(external_database(&external, observed)?),
        None => Database::Managed(Box::new(managed_database(
            &postgres.managed.unwrap_or_default(),
            &identity,
            observed,
            release,
            from_release,
            &services,
        )?)),
    };
    let lifecycle = spec.migrations.clone().unwrap_or_default();
    let storefront = spec.storefront.clone().unwrap_or_default();
    let log_level = spec.observability.as_ref();
    let shop = Shop {
        images: Images {
            pull_policy: spec
                .images
                .as_ref()
                .and_then(|images| images.pull_policy)
                .unwrap_or(PullPolicy::IfNotPresent),
            pull_secrets: spec
                .images
                .iter()
                .flat_map(|images| &images.pull_secrets)
                .map(|secret| secret.name.clone())
                .collect(),
            migrate: from_release(&release.migrate),
        },
        redis: redis(object, || from_release(&release.redis))?,
        lifecycle: LifecycleSettings {
            timeout_seconds: lifecycle.timeout_seconds.unwrap_or(defaults::JOB_TIMEOUT),
            retries: lifecycle.retries.unwrap_or(defaults::JOB_RETRIES),
            sample_data: spec.sample_data == Some(Switch::Enabled),
            approval: match lifecycle.policy.unwrap_or(MigrationPolicy::Automatic) {
                MigrationPolicy::Automatic => Approval::NotNeeded,
                MigrationPolicy::Manual => Approval::Needed {
                    given: object.annotations().get(names::APPROVE_MIGRATION).cloned(),
                },
            },
        },
        ingress: spec.ingress.as_ref().map(|ingress| IngressSettings {
            host: ingress.host.clone(),
            class_name: ingress.class_name.clone(),
            annotations: ingress.annotations.clone().unwrap_or_default(),
            tls: ingress
                .tls
                .as_ref()
                .map(|tls| TlsSettings::of(tls, &identity)),
        }),
        log_level: log_level
            .and_then(|observability| observability.log_level.clone())
            .unwrap_or_else(|| defaults::LOG_LEVEL.to_owned()),
        title: storefront
            .title
            .filter(|_| !Bug::FieldIgnored.is_planted())
            .unwrap_or_else(|| defaults::TITLE.to_owned()),
        currency: storefront
            .currency
            .unwrap_or_else(|| defaults::CURRENCY.to_owned()),
        network_policy: spec.network_policy != Some(Switch::Disabled),
        suspend: spec.suspend == Some(true),
        rings: Rings::read(&identity, observed),
        wish: Wish {
            request: object.annotations().get(names::ROTATE_SECRETS).cloned(),
            after_hours: spec
                .secrets
                .as_ref()
                .and_then(|secrets| secrets.rotation.as_ref()?.hours()),
        },
        retain: spec.deletion_policy != Some(DeletionPolicy::Delete),
        identity,
        version,
        contracts: release.contracts.clone(),
        services,
        database,
    };
    downgrade::check(&shop, observed, releases)?;
    Ok(shop)
}

/// Which LocalMart an object is.
pub fn identity(object: &LocalMart) -> Identity {
    Identity {
        name: object.name_any(),
        namespace: object.namespace().unwrap_or_default(),
        uid: object.uid().unwrap_or_default(),
    }
}

/// What the spec names; else what runs, so that a new operator alone changes no pod; else the
/// operator's own release.
fn wanted_version(object: &LocalMart, observed: &Observed) -> String {
    let named = object.spec.version.clone();
    let running = || {
        Service::ALL.into_iter().find_map(|service| {
            let name = format!("{}-{service}", object.name_any());
            let deployment = observed.objects.get(&Key::new(Kind::Deployment, &name))?;
            deployment.labels().get(names::VERSION).cloned()
        })
    };
    named
        .or_else(running)
        .or_else(|| observed.status.version.clone())
        .unwrap_or_else(|| OWN_VERSION.to_owned())
}

fn service_settings(
    object: &LocalMart,
    observed: &Observed,
    service: Service,
    released_image: impl FnOnce() -> String,
) -> Result<ServiceSettings, Failure> {
    let spec = object
        .spec
        .services
        .as_ref()
        .and_then(|services| services.get(service))
        .cloned()
        .unwrap_or_default();
    let mut references = Vec::new();
    for env in &spec.env {
        let Some(source) = &env.value_from else {
            continue;
        };
        let field = format!("spec.services.{service}.env {}", env.name);
        let (kind, key, content) = match (&source.secret_key_ref, &source.config_map_key_ref) {
            (Some(key), _) => ("Secret", key, observed.references.secrets.get(key)),
            (None, Some(key)) => ("ConfigMap", key, observed.references.config_maps.get(key)),
            (None, None) => continue,
        };
        let content = content.ok_or_else(|| missing(&field, kind, key))?;
        references.push(ResolvedReference {
            key: key.clone(),
            digest: hex::encode(Sha256::digest(content)),
        });
    }
    if let Some(added) = &spec.pod_template {
        template::check(added, service.name()).map_err(|why| {
            let field = format!("spec.services.{service}.podTemplate");
            Failure::new(Reason::InvalidSpec, format!("{field}{why}"))
        })?;
    }
    Ok(ServiceSettings {
        scale: Scale::of(&spec),
        pod_template: spec.pod_template.as_ref().map(template::canonical),
        image: spec.image.unwrap_or_else(released_image),
        resources: defaults::merged(spec.resources.as_ref(), defaults::service(service)),
        env: spec.env,
        references,
    })
}

fn missing(field: &str, kind: &str, reference: &KeyRef) -> Failure {
    Failure::new(
        Reason::ReferenceNotFound,
        format!(
            "{field}: there is no {kind} {:?} with the key {:?} in this namespace; create it",
            reference.name, reference.key
        ),
    )
}

fn external_database(
    external: &ExternalPostgres,
    observed: &Observed,
) -> Result<ExternalDatabase, Failure> {
    let read = |key: &str| {
        let reference = KeyRef {
            name: external.admin_secret_ref.name.clone(),
            key: key.to_owned(),
        };
        let field = "spec.postgres.external.adminSecretRef";
        let content = observed.references.secrets.get(&reference);
        content.ok_or_else(|| missing(field, "Secret", &reference))
    };
    read("password")?;
    let user = String::from_utf8_lossy(read("username")?).trim().to_owned();
    Ok(ExternalDatabase {
        host: external.host.clone(),
        port: external.port.unwrap_or(defaults::POSTGRES_PORT),
        database: external
            .database
            .clone()
            .unwrap_or_else(|| SHARED_DATABASE.to_owned()),
        admin_secret: external.admin_secret_ref.name.clone(),
        admin_user: user,
    })
}

fn managed_database(
    spec: &ManagedPostgres,
    identity: &Identity,
    observed: &Observed,
    release: &Release,
    from_release: impl Fn(&str) -> String,
    services: &BTreeMap<Service, ServiceSettings>,
) -> Result<ManagedDatabase, Failure> {
    let claim = Key::new(
        Kind::PersistentVolumeClaim,
        &storage::claim_name(identity, "postgres"),
    );
    let volume = observed.objects.get(&claim);
    let written_by = volume.and_then(|claim| claim.labels().get(names::POSTGRES_MAJOR).cloned());
    if let (Some(wanted), Some(written)) = (&spec.version, &written_by)
        && wanted != written
    {
        return Err(Failure::new(
            Reason::PostgresVersionChange,
            format!(
                "spec.postgres.managed.version is {wanted}, but the volume {} was written by \
                 Postgres {written}: set it back",
                claim.name
            ),
        ));
    }
    let wanted = spec.version.clone().or(written_by);
    let (image, major) = match (&spec.image, &release.postgres) {
        (Some(image), _) => (image.clone(), wanted),
        (None, PostgresImages::Any(image)) if spec.version.is_none() => {
            (from_release(image), wanted)
        }
        (None, PostgresImages::Any(_)) => {
            return Err(Failure::new(
                Reason::InvalidSpec,
                "spec.postgres.managed.version: this release has one Postgres image, of a version \
                 that its table does not tell; leave the version out, or set \
                 spec.postgres.managed.image as well",
            ));
        }
        (None, PostgresImages::ByMajor(images))
            if volume.is_some() && wanted.is_none() && images.len() > 1 =>
        {
            return Err(Failure::new(
                Reason::InvalidSpec,
                format!(
                    "spec.postgres.managed.version: nothing tells which Postgres wrote the volume \
                     {}, and this release has several; set the version to the one that did",
                    claim.name
                ),
            ));
        }
        (None, PostgresImages::ByMajor(images)) => {
            let newest = || {
                images
                    .keys()
                    .max_by_key(|key| key.parse::<u32>().ok())
                    .cloned()
            };
            let major = wanted.or_else(newest).unwrap_or_default();
            let image = images.get(&major).ok_or_else(|| {
                let known: Vec<_> = images.keys().map(String::as_str).collect();
                Failure::new(
                    Reason::UnknownVersion,
                    format!(
                        "spec.postgres.managed.version: this release has no Postgres {major}; it \
                         has {}",
                        known.join(", ")
                    ),
                )
            })?;
            (from_release(image), Some(major))
        }
    };
    Ok(ManagedDatabase {
        image,
        major,
        storage: storage_settings(spec.storage.as_ref(), POSTGRES_STORAGE),
        resources: defaults::merged(spec.resources.as_ref(), defaults::postgres()),
        parameters: spec.parameters.clone().unwrap_or_default(),
        max_connections: max_connections(services)?,
    })
}

/// Twice what all pods keep open, because a rollout has old and new pods at once.
fn max_connections(services: &BTreeMap<Service, ServiceSettings>) -> Result<i32, Failure> {
    let pods: i32 = services
        .iter()
        .filter(|(service, _)| service.has_schema())
        .map(|(_, settings)| settings.scale.most())
        .sum();
    let needed = 2 * CONNECTIONS_PER_POD * pods + SPARE_CONNECTIONS;
    if needed > MOST_CONNECTIONS {
        return Err(Failure::new(
            Reason::TooManyConnections,
            format!(
                "{pods} pods with a database need {needed} connections, {MOST_CONNECTIONS} are \
                 the most: lower the replicas of catalog, cart, orders or payments"
            ),
        ));
    }
    Ok((needed + CONNECTION_STEP - 1) / CONNECTION_STEP * CONNECTION_STEP)
}

fn redis(
    object: &LocalMart,
    released_image: impl FnOnce() -> String,
) -> Result<RedisSettings, Failure> {
    let spec = object
        .spec
        .redis
        .as_ref()
        .and_then(|redis| redis.managed.clone())
        .unwrap_or_default();
    let resources = defaults::merged(spec.resources.as_ref(), defaults::redis());
    let limit = resources.limit.memory.ceil();
    let max_memory = spec.max_memory.map_or(limit / 2, |asked| asked.ceil());
    if max_memory >= limit {
        return Err(Failure::new(
            Reason::InvalidSpec,
            format!(
                "spec.redis.managed.maxMemory is {max_memory} bytes, which is not below the memory \
                 limit of {}: Redis needs room beside its data, half of the limit is a good value",
                resources.limit.memory
            ),
        ));
    }
    Ok(RedisSettings {
        image: spec.image.unwrap_or_else(released_image),
        storage: storage_settings(spec.storage.as_ref(), REDIS_STORAGE),
        resources,
        max_memory,
    })
}

fn storage_settings(spec: Option<&Storage>, default: &str) -> StorageSettings {
    StorageSettings {
        size: spec
            .and_then(|storage| storage.size.clone())
            .unwrap_or_else(|| defaults::quantity(default)),
        class_name: spec.and_then(|storage| storage.class_name.clone()),
    }
}
