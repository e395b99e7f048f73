//! Calls of cargo, always in the shape that lets every caller share what is already built.

use std::{collections::BTreeSet, process::Command};

use anyhow::Result;
use serde_json::Value;

use crate::{kubernetes::text_of, paths};

/// `cargo <subcommand>` in the repository, free of what `cargo xtask` itself was started with.
pub fn command(subcommand: &str) -> Command {
    let mut command = Command::new("cargo");
    command.arg(subcommand).current_dir(paths::repository());
    for variable in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "CARGO_PKG_VERSION"] {
        command.env_remove(variable);
    }
    command
}

/// Names of the integration tests that need no feature: those with one belong to another level.
pub fn plain_tests() -> Result<BTreeSet<String>> {
    let mut metadata = command("metadata");
    metadata.args(["--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&text_of(&mut metadata)?)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let targets = packages.flat_map(|package| package["targets"].as_array().into_iter().flatten());
    let is_plain =
        |target: &&Value| target["kind"][0] == "test" && target.get("required-features").is_none();
    let name = |target: &Value| target["name"].as_str().map(str::to_owned);
    Ok(targets.filter(is_plain).filter_map(name).collect())
}
