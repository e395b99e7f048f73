//! Remembers what an image was made from, so that an unchanged one is not packed again.

use std::{
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::oci::ImageRef;

/// Archives kept for one image name: the newest, and a few for rollbacks and running tests.
const KEPT: usize = 4;

#[derive(Serialize, Deserialize)]
struct Stamp {
    key: String,
    image: ImageRef,
}

/// Collects everything that decides what an image contains.
pub(super) struct Key(Sha256);

impl Key {
    /// `packer` is the source of the code that packs: a change to it repacks.
    pub(super) fn new(packer: &[&str]) -> Self {
        let mut key = Self(Sha256::new());
        for text in [include_str!("oci.rs"), include_str!("layer.rs")] {
            key.add(text.as_bytes());
        }
        for text in packer {
            key.add(text.as_bytes());
        }
        key
    }

    fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes.len().to_le_bytes());
        self.0.update(bytes);
    }

    /// A file that stands for its content by path, size and time of modification.
    pub(super) fn file(mut self, path: &Path) -> Result<Self> {
        let metadata =
            fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
        let modified = metadata.modified()?.duration_since(UNIX_EPOCH)?;
        self.add(path.as_os_str().as_encoded_bytes());
        self.add(&metadata.len().to_le_bytes());
        self.add(&modified.as_nanos().to_le_bytes());
        Ok(self)
    }
}

/// Returns the archive made for the same key before, or makes it with `pack`.
///
/// `slot` names the stamp in `directory`; one slot remembers one key.
pub(super) fn unless_unchanged(
    directory: &Path,
    slot: &str,
    key: Key,
    pack: impl FnOnce() -> Result<ImageRef>,
) -> Result<ImageRef> {
    let key = hex::encode(key.0.finalize());
    let path = directory.join(format!("{slot}.stamp"));
    if let Some(image) = recall(&path, &key) {
        return Ok(image);
    }
    let image = pack()?;
    let stamp = Stamp {
        key,
        image: image.clone(),
    };
    fs::write(&path, serde_json::to_vec(&stamp)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    forget_old(directory, &image);
    Ok(image)
}

fn recall(path: &Path, key: &str) -> Option<ImageRef> {
    let stamp: Stamp = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    let size = fs::metadata(&stamp.image.archive).ok()?.len();
    (stamp.key == key && size == stamp.image.bytes).then_some(stamp.image)
}

/// Removes all but the newest archives of an image. What cannot be removed stays.
fn forget_old(directory: &Path, image: &ImageRef) {
    let Ok(listing) = fs::read_dir(directory) else {
        return;
    };
    let prefix = format!("{}-", image.short_name());
    let mut archives: Vec<_> = listing
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_name()?.to_str()?;
            let tag = name.strip_prefix(&prefix)?.strip_suffix(".tar")?;
            let modified = fs::metadata(&path).ok()?.modified().ok()?;
            (!tag.contains('-') && path != image.archive).then_some((modified, path))
        })
        .collect();
    archives.sort();
    archives.reverse();
    let old: Vec<PathBuf> = archives
        .into_iter()
        .skip(KEPT - 1)
        .map(|(_, path)| path)
        .collect();
    for path in old {
        fs::remove_file(path).ok();
    }
}
