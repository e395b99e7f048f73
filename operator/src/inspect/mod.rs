//! Looking without touching: what `explain`, `diff`, `status` and `events` show.
//!
//! They go through the operator's own stages (dereference, validate, plan), with the rights of the
//! person who asks, and stop before apply. So they cannot disagree with the operator about what a
//! gate waits for: it is the same code.

pub mod diff;
pub mod edit;
pub mod events;
pub mod explain;
pub mod remedy;
pub mod status;
pub mod table;
pub mod words;

use anyhow::{Context, bail};
use futures::future::try_join_all;
use kube::{Api, Client, ResourceExt, api::ListParams, core::DynamicObject};
use localmart_api::LocalMart;

use crate::{
    build::{Key, Object},
    error::Failure,
    reconcile::{
        apply, dereference,
        observed::Observed,
        plan::{self, Plan},
        shop::{Identity, Shop},
        validate,
    },
    releases::Releases,
};
use remedy::Subject;

/// One LocalMart, seen as the operator sees it.
#[derive(Debug)]
pub struct Inspection {
    pub object: LocalMart,
    pub observed: Observed,
    /// What would be done next, or why there is no plan.
    pub outcome: Result<(Shop, Plan), Failure>,
    /// What is in the way of planned objects.
    pub obstacles: Vec<Obstacle>,
}

/// An object that the operator will not touch, where it wants one of its own.
#[derive(Clone, Debug)]
pub struct Obstacle {
    pub key: Key,
    pub failure: Failure,
}

impl Inspection {
    /// What remedies are about.
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            object: &self.object,
            observed: &self.observed,
        }
    }
}

/// A client of the person's kubeconfig.
pub async fn client() -> anyhow::Result<Client> {
    // Fails only when a provider is installed already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Client::try_default()
        .await
        .context("no cluster to look at: set KUBECONFIG to a file that names one")
}

/// The LocalMart of this name, or the only one there is; else words that say where to look.
pub async fn find(
    client: &Client,
    namespace: &str,
    name: Option<&str>,
) -> anyhow::Result<LocalMart> {
    let name = match name {
        Some(name) => name.to_owned(),
        None => only(namespace, names(client, namespace).await?)?,
    };
    let api: Api<LocalMart> = Api::namespaced(client.clone(), namespace);
    let found = api
        .get_opt(&name)
        .await
        .with_context(|| format!("cannot read LocalMart {name} in namespace {namespace}"))?;
    found.with_context(|| {
        format!("there is no LocalMart {name} in namespace {namespace}; {ELSEWHERE}")
    })
}

const ELSEWHERE: &str = "`kubectl get localmarts -A` lists those there are";

/// The names of the LocalMarts in a namespace.
pub async fn names(client: &Client, namespace: &str) -> anyhow::Result<Vec<String>> {
    let api: Api<LocalMart> = Api::namespaced(client.clone(), namespace);
    let list = api
        .list_metadata(&ListParams::default())
        .await
        .with_context(|| format!("cannot list the LocalMarts in namespace {namespace}"))?;
    Ok(list.iter().map(ResourceExt::name_any).collect())
}

fn only(namespace: &str, mut names: Vec<String>) -> anyhow::Result<String> {
    match names.as_slice() {
        [_] => Ok(names.remove(0)),
        [] => bail!("there is no LocalMart in namespace {namespace}; {ELSEWHERE}"),
        _ => bail!(
            "namespace {namespace} has several LocalMarts, name one of them: {}",
            names.join(", ")
        ),
    }
}

/// Reads what the operator reads for `object` and makes the plan it would make.
pub async fn inspect(
    client: &Client,
    object: LocalMart,
    releases: &Releases,
) -> anyhow::Result<Inspection> {
    let identity = validate::identity(&object);
    let survey = dereference::survey(client, &identity.namespace, &identity.name).await?;
    let observed = dereference::dereference(client, &object, &identity, survey).await?;
    let outcome = validate::validate(&object, &observed, releases).map(|shop| {
        let plan = plan::plan(&shop, &observed);
        (shop, plan)
    });
    let obstacles = match &outcome {
        Ok((_, plan)) => {
            let planned = plan.waves.iter().flat_map(|wave| &wave.objects);
            obstacles(client, &identity, &observed, planned).await?
        }
        Err(_) => Vec::new(),
    };
    Ok(Inspection {
        object,
        observed,
        outcome,
        obstacles,
    })
}

/// Who else has the names of planned objects: what the list by label did not show is asked for by
/// name, as before an apply.
async fn obstacles(
    client: &Client,
    identity: &Identity,
    observed: &Observed,
    planned: impl Iterator<Item = &Object>,
) -> Result<Vec<Obstacle>, Failure> {
    let looks = planned.map(async |object| {
        let key = &object.key;
        let live = match observed.objects.get(key) {
            Some(known) => Some(known.clone()),
            None => live(client, identity, key).await?,
        };
        let checked = live.map_or(Ok(()), |live| apply::check_belongs(key, &live, identity));
        Ok(checked.err().map(|failure| Obstacle {
            key: key.clone(),
            failure,
        }))
    });
    Ok(try_join_all(looks).await?.into_iter().flatten().collect())
}

/// The object of this name, whoever's it is.
async fn live(
    client: &Client,
    identity: &Identity,
    key: &Key,
) -> Result<Option<DynamicObject>, Failure> {
    let api: Api<DynamicObject> =
        Api::namespaced_with(client.clone(), &identity.namespace, &key.kind.resource());
    api.get_opt(&key.name)
        .await
        .map_err(|error| Failure::api(&format!("read {key}"), &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_name_there_has_to_be_one_shop() {
        let ask = |names: &[&str]| only("shops", names.iter().map(|it| (*it).to_owned()).collect());
        assert_eq!(ask(&["a"]).unwrap(), "a");
        let none = ask(&[]).unwrap_err().to_string();
        assert!(none.contains("kubectl get localmarts -A"), "{none}");
        let several = ask(&["a", "b"]).unwrap_err().to_string();
        assert!(several.ends_with("name one of them: a, b"), "{several}");
    }
}
