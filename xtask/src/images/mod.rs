//! Images without a registry: packs the shop's programs, Postgres and Redis into archives that
//! every container runtime loads.

mod debian;
mod layer;
pub(crate) mod oci;
mod postgres;
mod redis;
mod rust;
mod stamp;

#[cfg(test)]
mod entrypoint_tests;
#[cfg(test)]
mod tests;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use topology::Service;

use crate::{paths, progress::Progress, web};
pub(crate) use oci::ImageRef;
pub(crate) use rust::{built, compile};

/// How the Rust programs are compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Profile {
    /// Quick to build; shares everything with the tests.
    Dev,
    /// Optimised.
    Release,
}

impl Profile {
    /// Folder of the profile in cargo's target directory.
    fn directory(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }
}

/// How an image of the shop is made.
enum Recipe {
    Rust {
        image: &'static str,
        binary: &'static str,
    },
    Postgres,
    Redis,
}

impl Recipe {
    fn all() -> Vec<Self> {
        let services = Service::ALL.map(|service| Self::Rust {
            image: service.image(),
            binary: service.name(),
        });
        let programs = [
            (topology::MIGRATE_IMAGE, "localmart-migrate"),
            (topology::OPERATOR_IMAGE, "localmart-operator"),
        ]
        .map(|(image, binary)| Self::Rust { image, binary });
        let databases = [Self::Postgres, Self::Redis];
        services
            .into_iter()
            .chain(programs)
            .chain(databases)
            .collect()
    }

    /// The last part of the image name.
    fn name(&self) -> &'static str {
        let image = match self {
            Self::Rust { image, .. } => image,
            Self::Postgres => topology::POSTGRES_IMAGE,
            Self::Redis => topology::REDIS_IMAGE,
        };
        image.rsplit('/').next().unwrap_or(image)
    }
}

/// Where the archives live.
pub(crate) fn directory() -> PathBuf {
    paths::cache().join("images")
}

/// Compiles and packs the images of the shop, in a fixed order. What did not change is not packed
/// again. `only` limits the work to images by short name (`catalog`, `postgres`, …); an unknown
/// name is an error that lists the known ones.
pub(crate) fn build_all(
    profile: Profile,
    progress: &Progress,
    only: Option<&[String]>,
) -> Result<Vec<ImageRef>> {
    let recipes = chosen(only)?;
    let out = directory();
    fs::create_dir_all(&out).with_context(|| format!("cannot create {}", out.display()))?;

    if recipes
        .iter()
        .any(|recipe| matches!(recipe, Recipe::Rust { .. }))
    {
        if recipes
            .iter()
            .any(|recipe| recipe.name() == Service::Storefront.name())
        {
            // The storefront's program carries the web shop.
            web::build(progress)?;
        }
        let step = progress.step("programs");
        compile(profile, &step)?;
        step.done("compiled");
    }
    let step = progress.step("images");
    let mut images = Vec::new();
    for recipe in &recipes {
        step.say(&format!("packing {}", recipe.name()));
        let image = match recipe {
            Recipe::Rust { image, binary } => rust::pack(profile, image, binary, &out),
            Recipe::Postgres => postgres::pack(&out),
            Recipe::Redis => redis::pack(&out),
        };
        images.push(image.with_context(|| format!("cannot make the image {}", recipe.name()))?);
    }
    step.done(&format!("{} packed", images.len()));
    Ok(images)
}

fn chosen(only: Option<&[String]>) -> Result<Vec<Recipe>> {
    let all = Recipe::all();
    let Some(only) = only else {
        return Ok(all);
    };
    let known: Vec<_> = all.iter().map(Recipe::name).collect();
    if let Some(unknown) = only.iter().find(|name| !known.contains(&name.as_str())) {
        bail!(
            "{unknown:?} is no image of the shop; there are {}",
            known.join(", ")
        );
    }
    let wanted = |recipe: &Recipe| only.iter().any(|name| name == recipe.name());
    Ok(all.into_iter().filter(wanted).collect())
}

/// What one version means.
pub(crate) struct Release {
    pub(crate) version: &'static str,
    pub(crate) images: Vec<ImageRef>,
    /// The contract migrations in the image `migrate`, as `service/file`.
    pub(crate) contracts: Vec<String>,
}

impl Release {
    /// This source as a release.
    pub(crate) fn current(images: Vec<ImageRef>) -> Result<Self> {
        Ok(Self {
            version: env!("CARGO_PKG_VERSION"),
            images,
            contracts: contracts_below(&paths::repository().join("migrations"))?,
        })
    }

    /// A release to upgrade to in tests: the same programs and more migrations.
    pub(crate) fn rehearsal(profile: Profile, current: &Self) -> Result<Self> {
        let migrate = rust::pack(
            profile,
            topology::MIGRATE_IMAGE,
            "localmart-next-release",
            &directory(),
        )?;
        let short = migrate.short_name().to_owned();
        let mut images = current.images.clone();
        images.retain(|image| image.short_name() != short);
        images.push(migrate);
        let more = paths::repository().join("tests/src/bin/next-release/migrations");
        let mut contracts = current.contracts.clone();
        contracts.extend(contracts_below(&more)?);
        Ok(Self {
            version: "99.0.0",
            images,
            contracts,
        })
    }
}

fn contracts_below(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for service in Service::ALL {
        let own = folder.join(service.name());
        if !own.is_dir() {
            continue;
        }
        for file in fs::read_dir(&own).with_context(|| format!("cannot read {}", own.display()))? {
            let name = file?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".contract.sql") {
                found.push(format!("{service}/{name}"));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The chart's `releases` value: version -> short name -> reference, and the contract migrations.
/// The operator is left out: the chart runs it, and it reads this table.
pub(crate) fn release_table(releases: &[Release]) -> serde_yaml::Value {
    use serde_yaml::{Mapping, Value};
    let table = releases.iter().map(|release| {
        let mut entry: Mapping = release
            .images
            .iter()
            .filter(|image| image.short_name() != "operator")
            .map(|image| (image.short_name().into(), image.reference.as_str().into()))
            .collect();
        if !release.contracts.is_empty() {
            let contracts = release.contracts.iter().map(|name| name.as_str().into());
            entry.insert("contracts".into(), Value::Sequence(contracts.collect()));
        }
        (release.version.into(), Value::Mapping(entry))
    });
    Value::Mapping(table.collect())
}

/// One line per image: reference, size, archive.
pub(crate) fn table(images: &[ImageRef]) -> String {
    let width = images.iter().map(|image| image.reference.len()).max();
    let width = width.unwrap_or_default();
    let lines = images.iter().map(|image| {
        let megabytes = format!("{}.{}", image.bytes / 1_000_000, image.bytes / 100_000 % 10);
        let (reference, archive) = (&image.reference, image.archive.display());
        format!("{reference:<width$}  {megabytes:>6} MB  {archive}\n")
    });
    lines.collect()
}
