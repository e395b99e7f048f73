//! Kubeconfig files: one for people, whole in itself, and one for each component.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;

use super::pki::{Pki, write_private};

/// Writes a kubeconfig for the client certificate `user`, with everything it needs inside.
pub(crate) fn write(
    path: &Path,
    cluster: &str,
    server: &str,
    pki: &Pki,
    authority: &str,
    user: &str,
) -> Result<()> {
    let embed = |file: &Path| -> Result<String> {
        let content = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(BASE64_STANDARD.encode(content))
    };
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{
            "name": cluster,
            "cluster": {
                "server": server,
                "certificate-authority-data": embed(&pki.certificate(authority))?,
            },
        }],
        "users": [{
            "name": user,
            "user": {
                "client-certificate-data": embed(&pki.certificate(user))?,
                "client-key-data": embed(&pki.key(user))?,
            },
        }],
        "contexts": [{ "name": cluster, "context": { "cluster": cluster, "user": user } }],
        "current-context": cluster,
    });
    write_private(path, &serde_yaml::to_string(&config)?)
}
