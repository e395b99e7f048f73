//! Writes an image as one tar archive that `ctr images import`, `k3d image import` and
//! `docker load` all read: an OCI image layout with Docker's `manifest.json` beside it.
//!
//! The same files give the same bytes: entries are sorted, have no modification time and belong to
//! fixed users. The tag is the start of the image id, which is the hash of the configuration, and
//! the configuration names the layer by its hash. An unchanged image keeps its tag, so pods that
//! run it are left alone.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use super::layer::{self, Layer};

/// Digits of the image id that make the tag.
const TAG_LENGTH: usize = 12;
/// A time that never changes; the specification makes it optional, some tools ask for it.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// What goes into an image. Every image also has `/tmp`, a home directory and the user `nonroot`
/// (65532), unless it brings those files itself.
#[derive(Clone, Debug)]
pub(crate) struct ImageSpec {
    /// Name such as `localmart/catalog`. A tag given here is kept, otherwise it is computed.
    pub(crate) reference: String,
    /// Files of this machine: source, absolute path in the image, permission bits.
    pub(crate) files: Vec<(PathBuf, String, u32)>,
    /// Files made here: absolute path in the image, content, permission bits.
    pub(crate) contents: Vec<(String, Vec<u8>, u32)>,
    /// Symbolic links: absolute path in the image, target.
    pub(crate) links: Vec<(String, String)>,
    /// Directories that belong to [`topology::RUN_AS`]: absolute path in the image, permission
    /// bits. All others are made as needed and belong to root.
    pub(crate) directories: Vec<(String, u32)>,
    pub(crate) entrypoint: Vec<String>,
    pub(crate) cmd: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    /// `uid:gid`.
    pub(crate) user: String,
    pub(crate) workdir: String,
    /// Signal that ends the container; `SIGTERM` when absent.
    pub(crate) stop_signal: Option<String>,
}

impl ImageSpec {
    /// An empty image called `reference` that runs as [`topology::RUN_AS`].
    pub(crate) fn new(reference: impl Into<String>) -> Self {
        Self {
            reference: reference.into(),
            files: Vec::new(),
            contents: Vec::new(),
            links: Vec::new(),
            directories: Vec::new(),
            entrypoint: Vec::new(),
            cmd: Vec::new(),
            env: Vec::new(),
            user: format!("{0}:{0}", topology::RUN_AS),
            workdir: "/".to_owned(),
            stop_signal: None,
        }
    }
}

/// An archive on this machine.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct ImageRef {
    /// Name and tag as pods write it, for example `localmart/catalog:0a1b2c3d4e5f`.
    pub(crate) reference: String,
    pub(crate) archive: PathBuf,
    /// Size of the archive.
    pub(crate) bytes: u64,
}

impl ImageRef {
    /// The last part of the name: `catalog` for `localmart/catalog:0a1b2c3d4e5f`.
    pub(crate) fn short_name(&self) -> &str {
        let name = split_tag(&self.reference).0;
        name.rsplit('/').next().unwrap_or(name)
    }

    /// The same image as nodes pull it from `registry`, for example `registry.example.org/shop`.
    pub(crate) fn in_registry(&self, registry: &str) -> Self {
        Self {
            reference: format!("{}/{}", registry.trim_end_matches('/'), self.reference),
            ..self.clone()
        }
    }
}

/// Writes `<short name>-<tag>.tar` into the directory `out` and returns where it is.
///
/// The archive appears under its name only when it is complete. Fails when a source file cannot be
/// read, two entries claim one path, or `out` cannot be written.
pub(crate) fn write_archive(spec: &ImageSpec, out: &Path) -> Result<ImageRef> {
    fs::create_dir_all(out).with_context(|| format!("cannot create {}", out.display()))?;
    let layer = layer::write(spec, out)
        .with_context(|| format!("cannot pack the files of {}", spec.reference))?;

    let config = serde_json::to_vec(&configuration(spec, &layer))?;
    let config_digest = sha256(&config);
    let (name, given) = split_tag(&spec.reference);
    let tag = given.unwrap_or(&config_digest[..TAG_LENGTH]);
    let reference = format!("{name}:{tag}");

    let manifest = serde_json::to_vec(&manifest(&config, &config_digest, &layer))?;
    let manifest_digest = sha256(&manifest);
    let index = serde_json::to_vec(&index(&reference, tag, &manifest, &manifest_digest))?;
    let docker = serde_json::to_vec(&json!([{
        "Config": format!("blobs/sha256/{config_digest}"),
        "RepoTags": [reference],
        "Layers": [format!("blobs/sha256/{}", layer.digest)],
    }]))?;

    let mut archive = NamedTempFile::new_in(out)
        .with_context(|| format!("cannot write into {}", out.display()))?;
    let mut tar = tar::Builder::new(archive.as_file_mut());
    append(&mut tar, "oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#)?;
    append(&mut tar, "index.json", &index)?;
    append(&mut tar, "manifest.json", &docker)?;
    append(&mut tar, &format!("blobs/sha256/{config_digest}"), &config)?;
    append(
        &mut tar,
        &format!("blobs/sha256/{manifest_digest}"),
        &manifest,
    )?;
    let mut packed = layer
        .file
        .reopen()
        .context("cannot read the packed layer")?;
    packed.seek(SeekFrom::Start(0))?;
    let path = format!("blobs/sha256/{}", layer.digest);
    append_from(&mut tar, &path, layer.bytes, &mut packed)?;
    tar.into_inner().context("cannot end the archive")?;

    let short = name.rsplit('/').next().unwrap_or(name);
    let path = out.join(format!("{short}-{tag}.tar"));
    let bytes = archive.as_file().metadata()?.len();
    archive
        .persist(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(ImageRef {
        reference,
        archive: path,
        bytes,
    })
}

/// What a container runtime reads before it starts the program.
fn configuration(spec: &ImageSpec, layer: &Layer) -> Value {
    let mut env = spec.env.clone();
    if !env.iter().any(|(name, _)| name == "HOME") {
        env.push(("HOME".to_owned(), layer::HOME.to_owned()));
    }
    let env: Vec<String> = env
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut config = json!({
        "User": spec.user,
        "Env": env,
        "Entrypoint": spec.entrypoint,
        "Cmd": spec.cmd,
        "WorkingDir": spec.workdir,
    });
    if let Some(signal) = &spec.stop_signal {
        config["StopSignal"] = json!(signal);
    }
    json!({
        "created": CREATED,
        "architecture": architecture(),
        "os": "linux",
        "config": config,
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{}", layer.diff_id)] },
        "history": [{ "created": CREATED, "created_by": "cargo xtask images" }],
    })
}

fn manifest(config: &[u8], config_digest: &str, layer: &Layer) -> Value {
    json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": format!("sha256:{config_digest}"),
            "size": config.len(),
        },
        "layers": [{
            "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
            "digest": format!("sha256:{}", layer.digest),
            "size": layer.bytes,
        }],
    })
}

fn index(reference: &str, tag: &str, manifest: &[u8], manifest_digest: &str) -> Value {
    json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [{
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": format!("sha256:{manifest_digest}"),
            "size": manifest.len(),
            "platform": { "architecture": architecture(), "os": "linux" },
            "annotations": {
                // containerd names the image after the first, other tools after the second.
                "io.containerd.image.name": full_name(reference),
                "org.opencontainers.image.ref.name": tag,
            },
        }],
    })
}

/// The machine's architecture as Go and OCI call it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// The reference with the registry that a short name stands for.
fn full_name(reference: &str) -> String {
    match reference.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => reference.to_owned(),
        Some(_) => format!("docker.io/{reference}"),
        None => format!("docker.io/library/{reference}"),
    }
}

/// Name and tag; the colon of a registry's port is none of a tag.
fn split_tag(reference: &str) -> (&str, Option<&str>) {
    match reference.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (reference, None),
    }
}

fn append(tar: &mut tar::Builder<&mut File>, path: &str, content: &[u8]) -> Result<()> {
    let length = u64::try_from(content.len())?;
    append_from(tar, path, length, content)
}

fn append_from(
    tar: &mut tar::Builder<&mut File>,
    path: &str,
    length: u64,
    content: impl Read,
) -> Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(length);
    header.set_mode(0o644);
    header.set_mtime(0);
    tar.append_data(&mut header, path, content)
        .with_context(|| format!("cannot write {path} into the archive"))
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Hashes and counts what passes through.
pub(super) struct Hashing<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Hashing<W> {
    pub(super) fn new(inner: W) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    /// The writer, the hash in hexadecimal digits and the number of bytes.
    pub(super) fn finish(self) -> (W, String, u64) {
        (self.inner, hex::encode(self.hash.finalize()), self.bytes)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.hash.update(&buffer[..written]);
        self.bytes += u64::try_from(written).map_err(std::io::Error::other)?;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// Fails unless `path` is an absolute path without `.` or `..`, as entries of an image are.
pub(super) fn relative(path: &str) -> Result<&str> {
    let rest = path.strip_prefix('/').unwrap_or_default();
    let plain = rest
        .split('/')
        .all(|part| !part.is_empty() && part != "." && part != "..");
    ensure!(
        plain,
        "{path:?} cannot be a path in an image: write it as /directory/file"
    );
    Ok(rest)
}
