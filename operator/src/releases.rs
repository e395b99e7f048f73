//! The release table: which image a version means.
//!
//! It comes with the chart, as a file, because only the chart's author knows what was built. Its
//! entries name images by content hash, so a service that was rebuilt rolls alone.
//!
//! ```yaml
//! "0.1.0":
//!   catalog: localmart/catalog:0a1b2c3d4e5f
//!   # … one line for each service, then
//!   migrate: localmart/migrate:0a1b2c3d4e5f
//!   redis: localmart/redis:0a1b2c3d4e5f
//!   postgres: {"15": "localmart/postgres:0a1b2c3d4e5f"}   # or one reference without a version
//!   contracts: [orders/0009_old_total.contract.sql]       # all that migrate holds; absent: none
//! ```

use std::{collections::BTreeMap, fmt, path::Path};

use serde::Deserialize;
use topology::Service;

use crate::yaml;

/// Version of this operator, and so the release of a LocalMart that names none.
pub const OWN_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Major version in a table that nobody wrote: that of the distribution whose packages the
/// project's own image is made from.
const CONVENTIONAL_POSTGRES: &str = "15";

/// Every release that this operator can install.
#[derive(Clone, Debug)]
pub struct Releases(BTreeMap<String, Release>);

/// The images of one release.
#[derive(Clone, Debug, Deserialize)]
pub struct Release {
    /// What lifecycle Jobs run.
    pub migrate: String,
    pub redis: String,
    pub postgres: PostgresImages,
    /// Every contract migration in `migrate`, as `service/file`, in order.
    #[serde(default)]
    pub contracts: Vec<String>,
    /// By name of the service.
    #[serde(flatten)]
    services: BTreeMap<String, String>,
}

/// One image of unknown major version, or one per major version.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum PostgresImages {
    Any(String),
    ByMajor(BTreeMap<String, String>),
}

/// Why there is no release table.
#[derive(Debug)]
pub struct BadTable(String);

impl fmt::Display for BadTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadTable {}

impl Release {
    /// Image of a service.
    pub fn service(&self, service: Service) -> &str {
        // `parse` has checked that each is there.
        self.services.get(service.name()).map_or("", String::as_str)
    }
}

impl Releases {
    /// Reads the table at `path` and checks that it can serve this operator.
    pub fn read(path: &Path) -> Result<Self, BadTable> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            BadTable(format!(
                "cannot read the release table {}: {error}; --releases names it, the chart mounts it",
                path.display()
            ))
        })?;
        Self::parse(&text).map_err(|error| BadTable(format!("{}: {error}", path.display())))
    }

    /// Reads a table from its text.
    pub fn parse(text: &str) -> Result<Self, BadTable> {
        let table: BTreeMap<String, Release> = yaml::from_str(text).map_err(|error| {
            BadTable(format!(
                "not a release table: {error}; each version needs the images of the services, \
                 migrate, postgres and redis"
            ))
        })?;
        for (version, release) in &table {
            for service in Service::ALL {
                if release.service(service).is_empty() {
                    return Err(BadTable(format!(
                        "release {version} names no image for {service}: add `{service}: <image>`"
                    )));
                }
            }
            for name in release.services.keys() {
                name.parse::<Service>()
                    .map_err(|error| BadTable(format!("release {version}: {error}")))?;
            }
        }
        if !table.contains_key(OWN_VERSION) {
            return Err(BadTable(format!(
                "the release table has no entry for {OWN_VERSION}, the version of this operator"
            )));
        }
        Ok(Self(table))
    }

    /// A table for work without a cluster: image names with the version as tag.
    pub fn conventional() -> Self {
        let tagged = |image: &str| format!("{image}:{OWN_VERSION}");
        let release = Release {
            migrate: tagged(topology::MIGRATE_IMAGE),
            redis: tagged(topology::REDIS_IMAGE),
            contracts: Vec::new(),
            postgres: PostgresImages::ByMajor(BTreeMap::from([(
                CONVENTIONAL_POSTGRES.to_owned(),
                tagged(topology::POSTGRES_IMAGE),
            )])),
            services: Service::ALL
                .map(|service| (service.name().to_owned(), tagged(service.image())))
                .into(),
        };
        Self(BTreeMap::from([(OWN_VERSION.to_owned(), release)]))
    }

    /// The images of a version.
    pub fn get(&self, version: &str) -> Option<&Release> {
        self.0.get(version)
    }

    /// Every version with its release.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Release)> {
        self.0
            .iter()
            .map(|(version, release)| (version.as_str(), release))
    }

    /// The versions in the table.
    pub fn versions(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(version, _)| version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = r#"
"0.1.0":
  catalog: localmart/catalog:1
  cart: localmart/cart:2
  orders: localmart/orders:3
  payments: localmart/payments:4
  storefront: localmart/storefront:5
  migrate: localmart/migrate:6
  postgres: localmart/postgres:7
  redis: localmart/redis:8
"#;

    #[test]
    fn names_an_image_for_each_service() {
        let releases = Releases::parse(TABLE).unwrap();
        let release = releases.get("0.1.0").unwrap();
        assert_eq!(release.service(Service::Orders), "localmart/orders:3");
        assert!(matches!(&release.postgres, PostgresImages::Any(image) if image.ends_with(":7")));
        assert!(releases.get("9.9.9").is_none());
    }

    #[test]
    fn postgres_may_be_listed_by_major_version() {
        let table = TABLE.replace("localmart/postgres:7", r#"{"15": "a:1", "17": "a:2"}"#);
        let releases = Releases::parse(&table).unwrap();
        let PostgresImages::ByMajor(images) = &releases.get("0.1.0").unwrap().postgres else {
            panic!("the map was not read as one");
        };
        assert_eq!(images["17"], "a:2");
    }

    #[test]
    fn a_bad_table_is_refused_with_what_to_do() {
        let refused = |text: &str| Releases::parse(text).unwrap_err().to_string();
        let missing = refused(&TABLE.replace("  cart: localmart/cart:2\n", ""));
        assert!(missing.contains("no image for cart"), "{missing}");
        let extra = refused(&TABLE.replace("  redis:", "  shoes: a:1\n  redis:"));
        assert!(extra.contains("\"shoes\" is not a service"), "{extra}");
        let other = refused(&TABLE.replace("0.1.0", "9.0.0"));
        assert!(other.contains("no entry for"), "{other}");
        let shape = refused("[]");
        assert!(shape.contains("not a release table"), "{shape}");
    }
}
