//! Collects programs of installed Debian packages together with everything they load.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use super::oci::ImageSpec;

/// Changes with every package that is installed, upgraded or removed.
pub(super) const PACKAGE_STATUS: &str = "/var/lib/dpkg/status";

/// Files of this machine on their way into an image, by their path in it.
#[derive(Default)]
pub(super) struct Collection {
    files: BTreeMap<String, (PathBuf, u32)>,
    links: BTreeMap<String, String>,
}

impl Collection {
    /// Adds the files of an installed `package` whose path `wanted` accepts.
    ///
    /// Relative links stay links. A package that is not installed is an error that says how to
    /// install it.
    pub(super) fn package(&mut self, package: &str, wanted: impl Fn(&str) -> bool) -> Result<()> {
        let output = Command::new("dpkg")
            .args(["--listfiles", package])
            .output()
            .context("cannot run dpkg: images of Postgres and Redis are made from the Debian packages of this machine")?;
        ensure!(
            output.status.success(),
            "the Debian package {package} is not installed; install it with `apt-get install {package}`"
        );
        let listing = String::from_utf8(output.stdout)?;
        for path in listing.lines().filter(|path| wanted(path)) {
            self.entry(path)?;
        }
        Ok(())
    }

    /// Adds the directory `path` with everything below it.
    pub(super) fn tree(&mut self, path: &str) -> Result<()> {
        let listing = fs::read_dir(path).with_context(|| format!("cannot read {path}"))?;
        for entry in listing {
            let path = entry?.path();
            let Some(name) = path.to_str() else {
                bail!("{} is no UTF-8 path", path.display());
            };
            if path.is_dir() {
                self.tree(name)?;
            } else {
                self.entry(name)?;
            }
        }
        Ok(())
    }

    /// Adds the program `path` of this machine as `destination`, links followed.
    pub(super) fn program(&mut self, path: &str, destination: &str) -> Result<()> {
        let source = fs::canonicalize(path).with_context(|| format!("cannot find {path}"))?;
        self.files.insert(destination.to_owned(), (source, 0o755));
        Ok(())
    }

    pub(super) fn link(&mut self, path: &str, target: &str) {
        self.links.insert(path.to_owned(), target.to_owned());
    }

    fn entry(&mut self, path: &str) -> Result<()> {
        let Ok(metadata) = fs::symlink_metadata(path) else {
            // Documentation may have been left out when the package was installed.
            return Ok(());
        };
        if metadata.is_symlink() {
            let target = fs::read_link(path)?;
            if let (true, Some(target)) = (target.is_relative(), target.to_str()) {
                self.link(path, target);
            }
        } else if metadata.is_file() {
            let mode = if is_executable(&metadata) {
                0o755
            } else {
                0o644
            };
            self.files.insert(path.to_owned(), (path.into(), mode));
        }
        Ok(())
    }

    /// Adds every shared library that the collected programs and libraries load.
    pub(super) fn libraries(&mut self) -> Result<()> {
        let mut objects = Vec::new();
        for (source, _) in self.files.values() {
            if is_elf(source)? {
                objects.push(source.clone());
            }
        }
        let output = Command::new("ldd")
            .args(&objects)
            .output()
            .context("cannot run ldd, which names the libraries of a program")?;
        let listing = String::from_utf8(output.stdout)?;
        for library in loaded(&listing)? {
            if let Entry::Vacant(slot) = self.files.entry(library) {
                let source = fs::canonicalize(slot.key())
                    .with_context(|| format!("cannot find the library {}", slot.key()))?;
                slot.insert((source, 0o755));
            }
        }
        Ok(())
    }

    /// Moves everything into `spec`.
    pub(super) fn into_spec(self, spec: &mut ImageSpec) {
        let files = self.files.into_iter();
        spec.files
            .extend(files.map(|(path, (source, mode))| (source, path, mode)));
        spec.links.extend(self.links);
    }
}

/// The paths in the output of `ldd`.
fn loaded(listing: &str) -> Result<BTreeSet<String>> {
    let mut libraries = BTreeSet::new();
    for line in listing.lines().map(str::trim) {
        let path = line.split_once("=>").map_or(line, |(_, path)| path).trim();
        ensure!(
            !path.starts_with("not found"),
            "a library is missing on this machine: {line}. Reinstall the package that needs it"
        );
        // Lines that end in a colon name the object that was asked about.
        if let Some((path, _)) = path.rsplit_once(" (")
            && path.starts_with('/')
        {
            libraries.insert(path.to_owned());
        }
    }
    Ok(libraries)
}

fn is_elf(path: &Path) -> Result<bool> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut start = Vec::new();
    file.take(4).read_to_end(&mut start)?;
    Ok(start == b"\x7fELF")
}

fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_paths_that_ldd_prints() {
        let listing = "/usr/bin/x:\n\tlinux-vdso.so.1 (0x0007)\n\
            \tlibz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x0007)\n\
            \t/lib64/ld-linux-x86-64.so.2 (0x0007)\n/usr/bin/static:\n\tnot a dynamic executable\n";
        let paths: Vec<_> = loaded(listing).expect("parses").into_iter().collect();
        assert_eq!(
            paths,
            [
                "/lib/x86_64-linux-gnu/libz.so.1",
                "/lib64/ld-linux-x86-64.so.2"
            ]
        );
    }

    #[test]
    fn a_missing_library_is_named() {
        let error = loaded("\tlibgone.so.3 => not found\n").expect_err("must be refused");
        assert!(error.to_string().contains("libgone.so.3"), "{error}");
    }
}
