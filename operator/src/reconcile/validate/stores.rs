//! Where data lives: Postgres and Redis, run by the operator or by someone else. Pure.

use std::collections::BTreeMap;

use http::Uri;
use kube::ResourceExt;
use localmart_api::{
    ExternalPostgres, ExternalRedis, KeyRef, ManagedPostgres, ManagedRedis, POSTGRES_STORAGE,
    Postgres, REDIS_STORAGE, Redis, SslMode, Storage,
    conditions::{ConditionType, Reason},
    names,
};
use sha2::{Digest, Sha256};
use topology::{DatabaseEncryption, REDIS_PORT, SHARED_DATABASE, Service};

use super::missing;
use crate::{
    build::{Key, Kind, env::CONNECTIONS_PER_POD, storage},
    error::Failure,
    reconcile::{
        defaults,
        dereference::{AUTHORITY, REDIS_URL},
        observed::Observed,
        shop::{
            self, Database, Identity, RedisStore, ResolvedReference, ServiceSettings,
            StorageSettings,
        },
    },
    releases::{PostgresImages, Release},
};

/// Most connections that the managed Postgres is given.
const MOST_CONNECTIONS: i32 = 400;
/// Connections for Jobs, backups and people.
const SPARE_CONNECTIONS: i32 = 20;
/// `max_connections` is a multiple of this: changing it restarts Postgres, and scaling a service
/// by one pod should not.
const CONNECTION_STEP: i32 = 100;

/// What is known beside the spec.
pub(super) struct Stores<'a> {
    pub identity: &'a Identity,
    pub observed: &'a Observed,
    pub release: &'a Release,
    pub from_release: &'a dyn Fn(&str) -> String,
    pub services: &'a BTreeMap<Service, ServiceSettings>,
}

impl Stores<'_> {
    pub fn database(&self, spec: &Postgres) -> Result<Database, Failure> {
        Ok(match &spec.external {
            Some(external) => Database::External(
                self.external_database(external)
                    .map_err(|failure| failure.about(ConditionType::PostgresReady))?,
            ),
            None => Database::Managed(Box::new(
                self.managed_database(&spec.managed.clone().unwrap_or_default())?,
            )),
        })
    }

    pub fn redis(&self, spec: &Redis) -> Result<RedisStore, Failure> {
        Ok(match &spec.external {
            Some(external) => RedisStore::External(
                self.external_redis(external)
                    .map_err(|failure| failure.about(ConditionType::RedisReady))?,
            ),
            None => RedisStore::Managed(Box::new(
                self.managed_redis(spec.managed.clone().unwrap_or_default())?,
            )),
        })
    }

    /// The content of a Secret that `field` names.
    fn read(&self, field: &str, secret: &str, key: &str) -> Result<&[u8], Failure> {
        let reference = KeyRef {
            name: secret.to_owned(),
            key: key.to_owned(),
        };
        let content = self.observed.references.secrets.get(&reference);
        content
            .map(Vec::as_slice)
            .ok_or_else(|| missing(field, "Secret", &reference))
    }

    fn external_database(
        &self,
        external: &ExternalPostgres,
    ) -> Result<shop::ExternalDatabase, Failure> {
        let secret = &external.admin_secret_ref.name;
        let read = |key| self.read("spec.postgres.external.adminSecretRef", secret, key);
        read("password")?;
        let user = String::from_utf8_lossy(read("username")?).trim().to_owned();
        Ok(shop::ExternalDatabase {
            host: external.host.clone(),
            port: external.port.unwrap_or(defaults::POSTGRES_PORT),
            database: external
                .database
                .clone()
                .unwrap_or_else(|| SHARED_DATABASE.to_owned()),
            admin_secret: secret.clone(),
            admin_user: user,
            encryption: match external.ssl_mode {
                None => DatabaseEncryption::Offered,
                Some(SslMode::Disable) => DatabaseEncryption::Disable,
                Some(SslMode::Require) => DatabaseEncryption::Require,
                Some(SslMode::VerifyFull) => DatabaseEncryption::VerifyFull,
            },
            authority: external
                .ca_secret_ref
                .as_ref()
                .map(|secret| self.authority(&secret.name))
                .transpose()?,
        })
    }

    fn authority(&self, secret: &str) -> Result<ResolvedReference, Failure> {
        const FIELD: &str = "spec.postgres.external.caSecretRef";
        let content = self.read(FIELD, secret, AUTHORITY)?;
        if !String::from_utf8_lossy(content).contains("-----BEGIN CERTIFICATE-----") {
            return Err(Failure::new(
                Reason::ReferenceInvalid,
                format!(
                    "{FIELD}: the key {AUTHORITY:?} of the Secret {secret:?} holds no certificate \
                     in PEM; put in that of the authority that signed the server's"
                ),
            ));
        }
        Ok(ResolvedReference {
            key: KeyRef {
                name: secret.to_owned(),
                key: AUTHORITY.to_owned(),
            },
            digest: hex::encode(Sha256::digest(content)),
        })
    }

    fn external_redis(&self, external: &ExternalRedis) -> Result<shop::ExternalRedis, Failure> {
        const FIELD: &str = "spec.redis.external.urlSecretRef";
        let secret = &external.url_secret_ref.name;
        let content = self.read(FIELD, secret, REDIS_URL)?;
        let (host, port, tls) = address(content).map_err(|why| {
            // Never the URL itself: it holds a password.
            Failure::new(
                Reason::ReferenceInvalid,
                format!(
                    "{FIELD}: the key {REDIS_URL:?} of the Secret {secret:?} {why}; write it like \
                     redis://user:password@redis.example.org:6379"
                ),
            )
        })?;
        Ok(shop::ExternalRedis {
            host,
            port,
            tls,
            url_secret: secret.clone(),
            digest: hex::encode(Sha256::digest(content)),
        })
    }

    fn managed_database(&self, spec: &ManagedPostgres) -> Result<shop::ManagedDatabase, Failure> {
        let from_release = self.from_release;
        let claim = Key::new(
            Kind::PersistentVolumeClaim,
            &storage::claim_name(self.identity, "postgres"),
        );
        let volume = self.observed.objects.get(&claim);
        let written_by =
            volume.and_then(|claim| claim.labels().get(names::POSTGRES_MAJOR).cloned());
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
        let (image, major) = match (&spec.image, &self.release.postgres) {
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
        Ok(shop::ManagedDatabase {
            image,
            major,
            storage: storage_settings(spec.storage.as_ref(), POSTGRES_STORAGE),
            resources: defaults::merged(spec.resources.as_ref(), defaults::postgres()),
            parameters: spec.parameters.clone().unwrap_or_default(),
            max_connections: max_connections(self.services)?,
        })
    }

    fn managed_redis(&self, spec: ManagedRedis) -> Result<shop::ManagedRedis, Failure> {
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
        Ok(shop::ManagedRedis {
            image: spec
                .image
                .unwrap_or_else(|| (self.from_release)(&self.release.redis)),
            storage: storage_settings(spec.storage.as_ref(), REDIS_STORAGE),
            resources,
            max_memory,
        })
    }
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

fn storage_settings(spec: Option<&Storage>, default: &str) -> StorageSettings {
    StorageSettings {
        size: spec
            .and_then(|storage| storage.size.clone())
            .unwrap_or_else(|| defaults::quantity(default)),
        class_name: spec.and_then(|storage| storage.class_name.clone()),
    }
}

/// Host, port and whether the connection is encrypted, or what is wrong with a URL.
fn address(content: &[u8]) -> Result<(String, i32, bool), &'static str> {
    let text = std::str::from_utf8(content).map_err(|_| "is no text")?;
    if text.contains('#') {
        return Err("has a '#', after which it would not be read; write %23 in a password");
    }
    let uri: Uri = text.trim().parse().map_err(|_| "is no URL")?;
    let tls = match uri.scheme_str() {
        Some("redis") => false,
        Some("rediss") => true,
        _ => return Err("does not begin with redis:// or rediss://"),
    };
    if !matches!(uri.path(), "" | "/" | "/0") {
        return Err(
            "names a database by number, which the shop does not need: its keys have a \
                    prefix of their own; leave it out",
        );
    }
    let host = uri.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() {
        return Err("names no host");
    }
    let port = uri.port_u16().unwrap_or(REDIS_PORT);
    Ok((host.to_owned(), port.into(), tls))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_redis_is() {
        let told = |url: &str| address(url.as_bytes()).unwrap();
        let host = || "redis.example.org".to_owned();
        assert_eq!(told("redis://redis.example.org"), (host(), 6379, false));
        let all = "rediss://admin:p%40ss@redis.example.org:6380/0\n";
        assert_eq!(told(all), (host(), 6380, true));
        assert_eq!(told("redis://:p@[::1]:7").0, "::1");
    }

    #[test]
    fn what_cannot_work_is_told() {
        for (url, part) in [
            ("redis.example.org:6379", "does not begin"),
            ("http://redis.example.org", "does not begin"),
            ("redis://redis.example.org/3", "by number"),
            ("rediss://redis.example.org/#insecure", "'#'"),
            ("redis://", "is no URL"),
            ("", "is no URL"),
        ] {
            let why = address(url.as_bytes()).unwrap_err();
            assert!(why.contains(part), "{url}: {why}");
        }
        assert_eq!(address(&[0xff]), Err("is no text"));
    }
}
