//! Content hashes of source trees, so that work whose input did not change is not done again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::paths;

/// Hash over names and contents of all files below `roots`, in hex.
///
/// Entries whose file name is in `skip` are left out, directories with all they hold.
pub fn of_trees(roots: &[PathBuf], skip: &[&str]) -> Result<String> {
    let mut files = Vec::new();
    for root in roots {
        collect(root, skip, &mut files)?;
    }
    files.sort();
    // Two checkouts of the same sources share what was built from them.
    let repository = paths::repository();
    let mut hash = Sha256::new();
    for file in &files {
        let content = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = file.strip_prefix(&repository).unwrap_or(file);
        hash.update(name.as_os_str().as_encoded_bytes());
        hash.update([0]);
        hash.update(Sha256::digest(&content));
    }
    Ok(hex::encode(hash.finalize()))
}

fn collect(path: &Path, skip: &[&str], files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    let entries = fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))?;
    for entry in entries {
        let entry = entry?;
        let skipped = entry
            .file_name()
            .to_str()
            .is_some_and(|n| skip.contains(&n));
        if !skipped {
            collect(&entry.path(), skip, files)?;
        }
    }
    Ok(())
}

/// A note beside a result that says which input it was made from.
pub struct Stamp {
    path: PathBuf,
    wanted: String,
}

impl Stamp {
    pub fn new(path: PathBuf, wanted: String) -> Self {
        Self { path, wanted }
    }

    pub fn is_current(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|found| found == self.wanted)
    }

    pub fn write(&self) -> Result<()> {
        fs::write(&self.path, &self.wanted)
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_and_names_count_and_skipped_entries_do_not() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().to_path_buf();
        fs::create_dir(root.join("dist")).unwrap();
        fs::write(root.join("a"), "1").unwrap();
        let hash = || of_trees(std::slice::from_ref(&root), &["dist"]).unwrap();
        let first = hash();
        fs::write(root.join("dist/b"), "2").unwrap();
        assert_eq!(hash(), first);
        fs::write(root.join("a"), "2").unwrap();
        let changed = hash();
        assert_ne!(changed, first);
        fs::rename(root.join("a"), root.join("c")).unwrap();
        assert_ne!(hash(), changed);
    }
}
