//! Where things live: the repository and the cache directory.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The repository that this program was built from.
pub fn repository() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// This program's file. A test that compiles the program anew puts another file in its place; what
/// is started from then on is that one, of the same sources.
pub fn this_program() -> Result<PathBuf> {
    let path = std::env::current_exe().context("cannot find this program's own file")?;
    Ok(replaced(&path).unwrap_or(path))
}

/// The path without what the kernel adds to the name of a file that is gone.
fn replaced(path: &Path) -> Option<PathBuf> {
    path.to_str()?.strip_suffix(" (deleted)").map(PathBuf::from)
}

/// `$XDG_CACHE_HOME/localmart` or `~/.cache/localmart`: built programs, images, clusters, logs.
/// Nothing outside it survives `cargo xtask down`.
pub fn cache() -> PathBuf {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
        .unwrap_or_else(|| PathBuf::from("/var/cache"));
    base.join("localmart")
}

/// Logs of the commands that xtask runs.
pub fn logs() -> PathBuf {
    cache().join("logs")
}

/// Where kubectl keeps what it learned of an API, instead of the person's home.
pub fn kubectl_cache() -> PathBuf {
    cache().join("kubectl")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_was_built_anew_is_found_in_its_place() {
        let gone = Path::new("/target/debug/xtask (deleted)");
        assert_eq!(replaced(gone), Some("/target/debug/xtask".into()));
        assert_eq!(replaced(Path::new("/target/debug/xtask")), None);
    }
}
