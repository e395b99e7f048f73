//! Edits of the shop's LocalMart.

use anyhow::Result;
use topology::Service;

use crate::cluster::kubectl;

/// So many pods of one service.
pub(crate) fn scale(service: &str, replicas: u8) -> Result<()> {
    patch(&format!(
        r#"{{"spec":{{"services":{{"{service}":{{"replicas":{replicas}}}}}}}}}"#
    ))
}

/// So many pods of every service.
pub(crate) fn replicas(replicas: u8) -> Result<()> {
    let services = Service::ALL.map(|service| format!(r#""{service}":{{"replicas":{replicas}}}"#));
    let services = services.join(",");
    patch(&format!(r#"{{"spec":{{"services":{{{services}}}}}}}"#))
}

/// The release that is wanted.
pub(crate) fn version(version: &str) -> Result<()> {
    patch(&format!(r#"{{"spec":{{"version":"{version}"}}}}"#))
}

/// A merge patch of the LocalMart.
pub(crate) fn patch(patch: &str) -> Result<()> {
    kubectl(&[
        "patch",
        "localmart",
        "localmart",
        "-n",
        "localmart",
        "--type=merge",
        "-p",
        patch,
    ])?;
    Ok(())
}
