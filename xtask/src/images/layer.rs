//! The one layer of an image: a compressed tar of its files.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use flate2::{Compression, GzBuilder};
use tar::{EntryType, Header};
use tempfile::NamedTempFile;

use super::oci::{Hashing, ImageSpec, relative};

/// Home directory of the user that containers run as.
pub(super) const HOME: &str = "/home/nonroot";
/// Archives never leave the machine in the common case: time counts for more than the last
/// percent of size.
const COMPRESSION: u32 = 3;

/// A packed layer in a temporary file.
pub(super) struct Layer {
    pub(super) file: NamedTempFile,
    /// Hash of the compressed bytes, and their number.
    pub(super) digest: String,
    pub(super) bytes: u64,
    /// Hash of the tar before compression: it names the content whatever the compressor.
    pub(super) diff_id: String,
}

/// One entry of the tar.
enum Entry {
    Directory { mode: u32, owner: u64 },
    Host { source: PathBuf, mode: u32 },
    Content { bytes: Vec<u8>, mode: u32 },
    Link { target: String },
}

/// Packs the files of `spec` into a temporary file in the directory `scratch`.
pub(super) fn write(spec: &ImageSpec, scratch: &Path) -> Result<Layer> {
    let file = NamedTempFile::new_in(scratch)
        .with_context(|| format!("cannot write into {}", scratch.display()))?;
    let packed = Hashing::new(file);
    // No name and no time in the gzip header.
    let gzip = GzBuilder::new().write(packed, Compression::new(COMPRESSION));
    let mut tar = tar::Builder::new(Hashing::new(gzip));
    for (path, entry) in entries(spec)? {
        append(&mut tar, &path, entry).with_context(|| format!("cannot add /{path}"))?;
    }
    let (gzip, diff_id, _) = tar.into_inner()?.finish();
    let (file, digest, bytes) = gzip.finish()?.finish();
    Ok(Layer {
        file,
        digest,
        bytes,
        diff_id,
    })
}

/// Every entry by its path; the order of the map puts a directory before what is in it.
fn entries(spec: &ImageSpec) -> Result<BTreeMap<String, Entry>> {
    let mut entries = BTreeMap::new();
    let mut add = |path: &str, entry: Entry| -> Result<()> {
        let path = relative(path)?.to_owned();
        if entries.contains_key(&path) {
            bail!("/{path} is given twice: an image holds one entry for a path");
        }
        entries.insert(path, entry);
        Ok(())
    };
    for (path, mode) in &spec.directories {
        let owner = u64::try_from(topology::RUN_AS)?;
        add(path, Entry::Directory { mode: *mode, owner })?;
    }
    for (source, path, mode) in &spec.files {
        let source = source.clone();
        add(
            path,
            Entry::Host {
                source,
                mode: *mode,
            },
        )?;
    }
    for (path, bytes, mode) in &spec.contents {
        let bytes = bytes.clone();
        add(path, Entry::Content { bytes, mode: *mode })?;
    }
    for (path, target) in &spec.links {
        let target = target.clone();
        add(path, Entry::Link { target })?;
    }
    add_base(&mut entries)?;
    add_parents(&mut entries);
    Ok(entries)
}

/// What programs expect of any Linux system.
fn add_base(entries: &mut BTreeMap<String, Entry>) -> Result<()> {
    let id = topology::RUN_AS;
    let passwd = format!(
        "root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:{id}:{id}:nonroot:{HOME}:/sbin/nologin\n"
    );
    let group = format!("root:x:0:\nnonroot:x:{id}:\n");
    let files = [
        ("etc/passwd", passwd),
        ("etc/group", group),
        ("etc/nsswitch.conf", "hosts: files dns\n".to_owned()),
    ];
    for (path, text) in files {
        entries.entry(path.to_owned()).or_insert(Entry::Content {
            bytes: text.into_bytes(),
            mode: 0o644,
        });
    }
    let owner = u64::try_from(id)?;
    for (path, mode, owner) in [("tmp", 0o1777, 0), (&HOME[1..], 0o750, owner)] {
        let directory = Entry::Directory { mode, owner };
        entries.entry(path.to_owned()).or_insert(directory);
    }
    Ok(())
}

fn add_parents(entries: &mut BTreeMap<String, Entry>) {
    let paths: Vec<String> = entries.keys().cloned().collect();
    for path in paths {
        let mut rest = path.as_str();
        while let Some((parent, _)) = rest.rsplit_once('/') {
            entries
                .entry(parent.to_owned())
                .or_insert(Entry::Directory {
                    mode: 0o755,
                    owner: 0,
                });
            rest = parent;
        }
    }
}

fn append<W: Write>(tar: &mut tar::Builder<W>, path: &str, entry: Entry) -> Result<()> {
    let mut header = Header::new_gnu();
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(0);
    match entry {
        Entry::Directory { mode, owner } => {
            header.set_entry_type(EntryType::Directory);
            header.set_mode(mode);
            header.set_uid(owner);
            header.set_gid(owner);
            tar.append_data(&mut header, format!("{path}/"), std::io::empty())?;
        }
        Entry::Host { source, mode } => {
            let file =
                File::open(&source).with_context(|| format!("cannot read {}", source.display()))?;
            header.set_mode(mode);
            header.set_size(file.metadata()?.len());
            tar.append_data(&mut header, path, file)?;
        }
        Entry::Content { bytes, mode } => {
            header.set_mode(mode);
            header.set_size(u64::try_from(bytes.len())?);
            tar.append_data(&mut header, path, bytes.as_slice())?;
        }
        Entry::Link { target } => {
            header.set_entry_type(EntryType::Symlink);
            header.set_mode(0o777);
            tar.append_link(&mut header, path, target)?;
        }
    }
    Ok(())
}
