//! Where a person's tool has the release table from: the operator that runs.
//!
//! Which image a version means decides the checksums of tasks and what an edit changes. A guess
//! would explain a shop that is not there, so there is no fallback.

use std::{collections::BTreeSet, path::Path};

use anyhow::{Context, bail};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{Api, Client, api::ListParams};

use crate::releases::Releases;

/// Label of what the operator's chart installs.
const OPERATOR: &str = "app.kubernetes.io/name=localmart-operator";
/// Key of the chart's ConfigMap.
const KEY: &str = "releases.yaml";
const REMEDY: &str = "name the operator's namespace with --operator-namespace, or a file with \
                      --releases";

/// The table in `file`, else that of the operator in `namespace`, else of the one in the cluster.
pub async fn find(
    client: &Client,
    file: Option<&Path>,
    namespace: Option<&str>,
) -> anyhow::Result<Releases> {
    if let Some(path) = file {
        return Ok(Releases::read(path)?);
    }
    let api: Api<ConfigMap> = match namespace {
        Some(namespace) => Api::namespaced(client.clone(), namespace),
        None => Api::all(client.clone()),
    };
    let maps = api
        .list(&ListParams::default().labels(OPERATOR))
        .await
        .with_context(|| format!("cannot look for the operator's release table; {REMEDY}"))?;
    let texts = maps
        .into_iter()
        .filter_map(|map| map.data?.remove(KEY))
        .collect();
    let text = only(texts)?;
    Releases::parse(&text).context(
        "the operator's release table is not for this program; use one of the operator's release",
    )
}

/// The one table, however often it is there.
fn only(texts: BTreeSet<String>) -> anyhow::Result<String> {
    let mut texts = texts.into_iter();
    match (texts.next(), texts.next()) {
        (Some(text), None) => Ok(text),
        (None, _) => bail!("no operator's release table was found; {REMEDY}"),
        (Some(_), Some(_)) => bail!("operators with different release tables were found; {REMEDY}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_never_guessed() {
        let found = |texts: &[&str]| only(texts.iter().map(|text| (*text).to_owned()).collect());
        assert_eq!(found(&["a", "a"]).unwrap(), "a");
        for unclear in [&[][..], &["a", "b"]] {
            let message = found(unclear).unwrap_err().to_string();
            assert!(message.contains("--operator-namespace"), "{message}");
        }
    }
}
