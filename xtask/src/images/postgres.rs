//! The image of the managed Postgres, made from Debian's packages.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::{
    debian::{Collection, PACKAGE_STATUS},
    oci::{ImageRef, ImageSpec, write_archive},
    stamp::{Key, unless_unchanged},
};

const ENTRYPOINT: &str = include_str!("postgres-entrypoint.sh");
const ENTRYPOINT_PATH: &str = "/usr/local/bin/docker-entrypoint.sh";
const SERVERS: &str = "/usr/lib/postgresql";
const HOME: &str = "/var/lib/postgresql";

/// What the entry point and initialisation scripts may use beside the shell.
const TOOLS: [&str; 23] = [
    "basename", "cat", "chmod", "cp", "date", "dirname", "echo", "env", "head", "id", "locale",
    "ls", "mkdir", "mktemp", "mv", "printf", "rm", "rmdir", "sleep", "sync", "tail", "test", "tr",
];

/// Packs the newest installed Postgres as `localmart/postgres`.
pub(super) fn pack(out: &Path) -> Result<ImageRef> {
    let sources = [
        include_str!("postgres.rs"),
        include_str!("debian.rs"),
        ENTRYPOINT,
    ];
    let key = Key::new(&sources).file(Path::new(PACKAGE_STATUS))?;
    unless_unchanged(out, "postgres", key, || write_archive(&image()?, out))
}

fn image() -> Result<ImageSpec> {
    let version = newest()?;
    let root = format!("{SERVERS}/{version}");
    let mut collection = Collection::default();

    let bytecode = format!("{root}/lib/bitcode/");
    let wanted = |path: &str| {
        // Compiling queries to machine code needs LLVM, larger than all the rest, and pays only
        // for analytical queries. The server notices that it is missing and goes on without.
        let compiler = path.starts_with(&bytecode) || path.contains("/llvmjit");
        let builds_extensions = path.contains("/pgxs/") || path.ends_with("/pg_config");
        let server = path.starts_with(&format!("{root}/"));
        let share = path.starts_with("/usr/share/postgresql/") && !path.contains("/man/");
        (server || share) && !compiler && !builds_extensions
    };
    collection.package(&format!("postgresql-{version}"), wanted)?;
    collection.package(&format!("postgresql-client-{version}"), wanted)?;
    collection.package("tzdata", |path| {
        // The second copy of every zone, with leap seconds, is for nobody here.
        path.starts_with("/usr/share/zoneinfo/") && !path.starts_with("/usr/share/zoneinfo/right/")
    })?;
    collection.tree("/usr/lib/locale/C.utf8")?;
    for tool in TOOLS {
        collection.program(&format!("/usr/bin/{tool}"), &format!("/usr/bin/{tool}"))?;
    }
    collection.program("/bin/dash", "/bin/sh")?;
    collection.libraries()?;

    let mut spec = ImageSpec::new(topology::POSTGRES_IMAGE);
    collection.into_spec(&mut spec);
    let entrypoint = ENTRYPOINT.as_bytes().to_vec();
    spec.contents
        .push((ENTRYPOINT_PATH.to_owned(), entrypoint, 0o755));
    spec.directories = vec![
        (HOME.to_owned(), 0o750),
        (format!("{HOME}/data"), 0o700),
        ("/var/run/postgresql".to_owned(), 0o3777),
        ("/docker-entrypoint-initdb.d".to_owned(), 0o755),
    ];
    spec.env = [
        ("PATH", format!("{root}/bin:/usr/local/bin:/usr/bin:/bin")),
        ("PG_MAJOR", version),
        ("PGDATA", format!("{HOME}/data")),
        ("HOME", HOME.to_owned()),
        ("LANG", "C.UTF-8".to_owned()),
        ("TZ", "Etc/UTC".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec();
    spec.entrypoint = vec![ENTRYPOINT_PATH.to_owned()];
    spec.cmd = vec!["postgres".to_owned()];
    HOME.clone_into(&mut spec.workdir);
    // Fast shutdown: sessions are ended and everything is written. On SIGTERM the server would
    // wait until the last client leaves.
    spec.stop_signal = Some("SIGINT".to_owned());
    Ok(spec)
}

/// The newest major version that is installed.
fn newest() -> Result<String> {
    let versions = fs::read_dir(SERVERS)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version: u32 = path.file_name()?.to_str()?.parse().ok()?;
            path.join("bin/postgres").is_file().then_some(version)
        });
    let newest = versions.max().with_context(|| {
        format!("no Postgres under {SERVERS}; install it with `apt-get install postgresql`")
    })?;
    Ok(newest.to_string())
}

/// Where the programs of the newest installed version are.
#[cfg(test)]
pub(super) fn programs() -> std::path::PathBuf {
    let version = newest().expect("Postgres is installed");
    Path::new(SERVERS).join(version).join("bin")
}
