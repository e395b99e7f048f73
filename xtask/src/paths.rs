//! Where things live: the repository and the cache directory.

use std::path::{Path, PathBuf};

/// The repository that this program was built from.
pub fn repository() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
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
