//! Calls of cargo, always in the shape that lets every caller share what is already built.

use std::process::Command;

use crate::paths;

/// `cargo <subcommand>` in the repository, free of what `cargo xtask` itself was started with.
pub fn command(subcommand: &str) -> Command {
    let mut command = Command::new("cargo");
    command.arg(subcommand).current_dir(paths::repository());
    for variable in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "CARGO_PKG_VERSION"] {
        command.env_remove(variable);
    }
    command
}
