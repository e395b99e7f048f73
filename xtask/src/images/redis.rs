//! The image of the managed Redis, made from Debian's packages.

use std::path::Path;

use anyhow::Result;

use super::{
    debian::{Collection, PACKAGE_STATUS},
    oci::{ImageRef, ImageSpec, write_archive},
    stamp::{Key, unless_unchanged},
};

const ENTRYPOINT: &str = include_str!("redis-entrypoint.sh");
const ENTRYPOINT_PATH: &str = "/usr/local/bin/docker-entrypoint.sh";

/// Packs the installed Redis as `localmart/redis`.
pub(super) fn pack(out: &Path) -> Result<ImageRef> {
    let sources = [
        include_str!("redis.rs"),
        include_str!("debian.rs"),
        ENTRYPOINT,
    ];
    let key = Key::new(&sources).file(Path::new(PACKAGE_STATUS))?;
    unless_unchanged(out, "redis", key, || write_archive(&image()?, out))
}

fn image() -> Result<ImageSpec> {
    let mut collection = Collection::default();
    // Of these packages only one program each is wanted; asking for them names what to install.
    for (package, program) in [
        ("redis-tools", "redis-cli"),
        ("redis-server", "redis-server"),
    ] {
        collection.package(package, |_| false)?;
        let path = format!("/usr/bin/{program}");
        collection.program(&path, &path)?;
    }
    collection.link("/usr/bin/redis-check-aof", "redis-server");
    collection.link("/usr/bin/redis-check-rdb", "redis-server");
    for tool in ["cat", "ls", "id"] {
        collection.program(&format!("/usr/bin/{tool}"), &format!("/usr/bin/{tool}"))?;
    }
    collection.program("/bin/dash", "/bin/sh")?;
    collection.libraries()?;

    let mut spec = ImageSpec::new(topology::REDIS_IMAGE);
    collection.into_spec(&mut spec);
    let entrypoint = ENTRYPOINT.as_bytes().to_vec();
    spec.contents
        .push((ENTRYPOINT_PATH.to_owned(), entrypoint, 0o755));
    spec.directories = vec![("/data".to_owned(), 0o755)];
    spec.env = vec![("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())];
    spec.entrypoint = vec![ENTRYPOINT_PATH.to_owned()];
    spec.cmd = vec!["redis-server".to_owned()];
    "/data".clone_into(&mut spec.workdir);
    Ok(spec)
}
