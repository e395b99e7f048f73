//! Environment variables, as [`topology::settings`] names them.

use k8s_openapi::api::core::v1::{
    ConfigMapKeySelector, EnvVar, EnvVarSource, ObjectFieldSelector, SecretKeySelector,
};
use topology::{
    ADMIN_PORT, API_PORT, DatabaseEncryption, POSTGRES_PORT, REDIS_PORT, Service,
    settings::{self, Login},
};

use crate::reconcile::shop::{Database, Identity, IngressSettings, RedisStore, Shop};

/// Connections that a pod keeps to the database.
pub const CONNECTIONS_PER_POD: i32 = 4;
/// File of the database password under [`settings::SECRETS_MOUNT`].
pub const DATABASE_PASSWORD: &str = "database-password";
/// File of the Redis password under [`settings::SECRETS_MOUNT`].
pub const REDIS_PASSWORD: &str = "redis-password";

/// The variables of a service, then those that the user added.
pub fn of_service(shop: &Shop, service: Service, version: &str) -> Vec<EnvVar> {
    let mut env = vec![
        var(settings::LISTEN, format!("0.0.0.0:{API_PORT}")),
        var(settings::ADMIN_LISTEN, format!("0.0.0.0:{ADMIN_PORT}")),
        var(settings::VERSION, version),
        pod_name(),
        var(settings::LOG_LEVEL, &*shop.log_level),
        var(settings::CURRENCY, &*shop.currency),
    ];
    if service == Service::Storefront {
        env.push(var(settings::TITLE, &*shop.title));
        let ingress = shop.ingress.as_ref();
        if ingress.is_some_and(IngressSettings::is_vouched_for) {
            env.push(var(settings::STRICT_TRANSPORT, "on"));
        }
    }
    if service.has_schema() {
        let prefix = shop.identity.role_prefix();
        let roles = settings::DatabaseRoles::new(&prefix, service);
        let login = Login::of_generation(shop.rings.database.presented());
        let (place, name) = database(shop);
        env.extend(place);
        env.extend([
            var(settings::DATABASE_NAME, shop.layout.database(name, service)),
            var(settings::DATABASE_USER, roles.login(login)),
            var(
                settings::DATABASE_PASSWORD_FILE,
                secret_file(DATABASE_PASSWORD),
            ),
            var(
                settings::DATABASE_CONNECTIONS,
                CONNECTIONS_PER_POD.to_string(),
            ),
        ]);
    }
    if service.uses_redis() {
        let place = shop.redis_place();
        env.extend(redis(shop));
        env.extend([
            var(settings::REDIS_USER, place.user(service)),
            var(settings::REDIS_PASSWORD_FILE, secret_file(REDIS_PASSWORD)),
        ]);
        env.extend(place.prefix().map(|it| var(settings::REDIS_PREFIX, it)));
    }
    env.push(var(
        settings::INTERNAL_KEYS_DIR,
        settings::INTERNAL_KEYS_MOUNT,
    ));
    for callee in service.calls() {
        env.push(var(
            callee.url_variable(),
            service_url(&shop.identity, *callee),
        ));
    }
    env.extend(shop.services[&service].env.iter().map(of_user));
    env
}

/// Where the database is, and which one is the shop's, or how the names of its databases begin.
pub fn database(shop: &Shop) -> (Vec<EnvVar>, &str) {
    let (host, port, name) = match &shop.database {
        Database::Managed(_) => (
            shop.identity.child("postgres"),
            i32::from(POSTGRES_PORT),
            topology::SHARED_DATABASE,
        ),
        Database::External(external) => {
            let name = external.database.as_str();
            (external.host.clone(), external.port, name)
        }
    };
    let mut place = vec![
        var(settings::DATABASE_HOST, host),
        var(settings::DATABASE_PORT, port.to_string()),
    ];
    if let Database::External(external) = &shop.database
        && external.encryption != DatabaseEncryption::Offered
    {
        place.push(var(
            settings::DATABASE_ENCRYPTION,
            external.encryption.name(),
        ));
    }
    place.extend(shop.database.authority().map(|authority| {
        let file = format!("{}/{}", settings::DATABASE_CA_MOUNT, authority.key.key);
        var(settings::DATABASE_CA_FILE, file)
    }));
    (place, name)
}

/// Where Redis is.
fn redis(shop: &Shop) -> Vec<EnvVar> {
    let (host, port, tls) = match &shop.redis {
        RedisStore::Managed(_) => (shop.identity.child("redis"), i32::from(REDIS_PORT), false),
        RedisStore::External(external) => (external.host.clone(), external.port, external.tls),
    };
    let mut variables = vec![
        var(settings::REDIS_HOST, host),
        var(settings::REDIS_PORT, port.to_string()),
    ];
    variables.extend(tls.then(|| var(settings::REDIS_TLS, "on")));
    variables
}

/// Base URL of a service. A short name, because the cluster's domain is not ours to know.
fn service_url(identity: &Identity, service: Service) -> String {
    format!("http://{}:{API_PORT}", identity.child(service.name()))
}

fn secret_file(name: &str) -> String {
    format!("{}/{name}", settings::SECRETS_MOUNT)
}

pub fn pod_name() -> EnvVar {
    EnvVar {
        name: settings::POD_NAME.to_owned(),
        value: None,
        value_from: Some(EnvVarSource {
            field_ref: Some(ObjectFieldSelector {
                api_version: Some("v1".to_owned()),
                field_path: "metadata.name".to_owned(),
            }),
            ..EnvVarSource::default()
        }),
    }
}

pub fn var(name: &str, value: impl Into<String>) -> EnvVar {
    EnvVar {
        name: name.to_owned(),
        value: Some(value.into()),
        value_from: None,
    }
}

fn of_user(env: &localmart_api::EnvVar) -> EnvVar {
    let source = env.value_from.as_ref().map(|source| EnvVarSource {
        secret_key_ref: source
            .secret_key_ref
            .as_ref()
            .map(|reference| SecretKeySelector {
                name: reference.name.clone(),
                key: reference.key.clone(),
                optional: None,
            }),
        config_map_key_ref: source.config_map_key_ref.as_ref().map(|reference| {
            ConfigMapKeySelector {
                name: reference.name.clone(),
                key: reference.key.clone(),
                optional: None,
            }
        }),
        ..EnvVarSource::default()
    });
    EnvVar {
        name: env.name.clone(),
        // The API server drops an empty value; sending one would look like a difference for ever.
        value: env.value.clone().filter(|value| !value.is_empty()),
        value_from: source,
    }
}

#[cfg(test)]
mod tests {
    use localmart_api::reserved_env;

    use super::*;
    use crate::testing;

    /// A variable set here and not reserved could be set twice by a user.
    #[test]
    fn every_variable_set_here_is_reserved_in_the_schema() {
        for shop in [testing::shop("{}"), testing::beside_others()] {
            for service in Service::ALL {
                for env in of_service(&shop, service, "0.1.0") {
                    assert!(reserved_env().contains(&env.name.as_str()), "{}", env.name);
                }
            }
        }
    }

    #[test]
    fn each_service_is_told_its_own_database() {
        let told = |spec: &str| {
            let env = of_service(&testing::shop(spec), Service::Cart, "0.1.0");
            let name = env
                .into_iter()
                .find(|env| env.name == settings::DATABASE_NAME);
            name.unwrap().value.unwrap()
        };
        assert_eq!(told("{}"), "localmart");
        assert_eq!(told("{postgres: {layout: PerService}}"), "localmart_cart");
    }

    #[test]
    fn a_service_learns_the_address_of_those_it_calls_and_of_nobody_else() {
        let shop = testing::shop("{}");
        for service in Service::ALL {
            let env = of_service(&shop, service, "0.1.0");
            for other in Service::ALL {
                let told = env.iter().any(|env| env.name == other.url_variable());
                assert_eq!(
                    told,
                    service.calls().contains(&other),
                    "{service} -> {other}"
                );
            }
        }
    }
}
