//! What the API server would make of an edit: a dry run of the LocalMart itself, so that a refusal
//! comes in its own words.

use anyhow::{Context, bail};
use kube::{Api, Client, ResourceExt, api::PostParams};
use localmart_api::LocalMart;

/// A LocalMart as it is and as the edit would leave it.
#[derive(Debug)]
pub struct Edit {
    /// Absent when the edit creates it.
    pub before: Option<LocalMart>,
    pub after: LocalMart,
}

/// Sends `wanted` as a dry run. Its spec replaces the live one; labels and annotations are added
/// to the live ones, because most of them, such as an approval, are not written in the file.
pub async fn dry_run(client: &Client, namespace: &str, wanted: &LocalMart) -> anyhow::Result<Edit> {
    const ATTEMPTS: usize = 5;
    let api: Api<LocalMart> = Api::namespaced(client.clone(), namespace);
    let name = wanted.name_any();
    let parameters = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    for _ in 0..ATTEMPTS {
        let before = api
            .get_opt(&name)
            .await
            .with_context(|| format!("cannot read LocalMart {name} in namespace {namespace}"))?;
        let mut edited = before.clone().unwrap_or_else(|| wanted.clone());
        edited.spec = wanted.spec.clone();
        edited.metadata.namespace = Some(namespace.to_owned());
        edited.metadata.managed_fields = None;
        edited.labels_mut().extend(wanted.labels().clone());
        let annotations = wanted.annotations().clone();
        edited.annotations_mut().extend(annotations);
        let sent = match &before {
            Some(_) => api.replace(&name, &parameters, &edited).await,
            None => api.create(&parameters, &edited).await,
        };
        match sent {
            Ok(after) => return Ok(Edit { before, after }),
            // The operator wrote the status in between.
            Err(kube::Error::Api(status)) if status.is_conflict() => {}
            Err(kube::Error::Api(status)) => {
                bail!("the API server refuses this edit: {}", status.message)
            }
            Err(error) => return Err(error).context("cannot send the edit as a dry run"),
        }
    }
    bail!("LocalMart {name} changes all the time; try again")
}
