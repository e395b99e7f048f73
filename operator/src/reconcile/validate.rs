//! Validate: from the raw spec and what was read to a [`Shop`] in which every value is known good.
//!
//! The schema's rules have refused most mistakes at `kubectl apply`. Here is what only the
//! operator can know: whether a version exists, whether a Secret is there. Pure.

mod stores;

use std::collections::BTreeMap;

use kube::ResourceExt;
use localmart_api::{
    DeletionPolicy, KeyRef, LocalMart, MigrationPolicy, PostgresLayout, PullPolicy, Switch,
    conditions::Reason, names,
};
use sha2::{Digest, Sha256};
use topology::{DatabaseLayout, Service};

use self::stores::Stores;
use super::{
    defaults,
    observed::Observed,
    scale::Scale,
    shop::{
        Approval, GatewaySettings, Identity, Images, IngressSettings, LifecycleSettings,
        ResolvedReference, ServiceSettings, Shop,
    },
};
use crate::{
    build::{Key, Kind, template},
    error::Failure,
    lifecycle::{
        downgrade,
        rotation::{Rings, Wish},
    },
    planted::Bug,
    releases::{OWN_VERSION, Releases},
};

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
    let store = Stores {
        identity: &identity,
        observed,
        release,
        from_release: &from_release,
        services: &services,
    };
    let postgres = spec.postgres.clone().unwrap_or_default();
    let database = store.database(&postgres)?;
    let redis = store.redis(&spec.redis.clone().unwrap_or_default())?;
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
        ingress: spec
            .ingress
            .as_ref()
            .map(|ingress| IngressSettings::of(ingress, &identity)),
        gateway: spec.gateway.as_ref().map(GatewaySettings::of),
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
        layout: match postgres.layout.unwrap_or_default() {
            PostgresLayout::Shared => DatabaseLayout::Shared,
            PostgresLayout::PerService => DatabaseLayout::PerService,
        },
        redis,
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
