//! Apply: makes the cluster look like the plan, one object at a time.
//!
//! Server-side apply with one field manager. What is there and as wanted is not sent at all (see
//! [`super::drift`]); what belongs to somebody else is left alone. Only what apply cannot undo,
//! entries that somebody put into our lists, is cleared by a patch before it (see
//! [`super::strays`]).

use std::borrow::Cow;

use k8s_openapi::api::core::v1::Secret;
use kube::{
    Api, Client, ResourceExt,
    api::{Patch, PatchParams, PostParams},
    core::DynamicObject,
};
use localmart_api::{
    conditions::Reason,
    names::{self, FIELD_MANAGER, SCALE_MANAGER},
};
use serde_json::json;

use super::{
    drift,
    observed::Observed,
    plan::Plan,
    scale::{self, HandOver},
    shop::Identity,
    strays,
};
use crate::{
    build::{Key, Kind, Object, secrets::SecretPlan},
    error::Failure,
    metrics::Metrics,
};

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Whether Secrets were written. They are not watched, so the next pass has to be asked for.
    pub secrets_written: bool,
    pub failures: Vec<Failure>,
}

/// Sends what differs. Failures are collected: an ingress that is refused must not keep a service
/// from being repaired. When the API server does not answer at all, the rest is left for later.
pub async fn apply(
    client: &Client,
    identity: &Identity,
    plan: &Plan,
    observed: &mut Observed,
    metrics: &Metrics,
) -> Outcome {
    let mut outcome = Outcome::default();
    for secret in &plan.secrets {
        match ensure_secret(client, identity, secret, observed).await {
            Ok(false) => {}
            Ok(true) => {
                outcome.secrets_written = true;
                metrics.written("Secret");
            }
            Err(failure) => outcome.failures.push(failure),
        }
    }
    for object in plan.waves.iter().flat_map(|wave| &wave.objects) {
        let least = plan.handed.get(&object.key).copied();
        if let Err(failure) = ensure(client, identity, object, least, observed, metrics).await {
            let unreachable = failure.reason == Reason::ApiUnavailable;
            outcome.failures.push(failure);
            if unreachable {
                break;
            }
        }
    }
    outcome
}

/// Makes one object as wanted. With `least`, an autoscaler decides the count of the object, which
/// has at least that.
async fn ensure(
    client: &Client,
    identity: &Identity,
    object: &Object,
    least: Option<i32>,
    observed: &mut Observed,
    metrics: &Metrics,
) -> Result<(), Failure> {
    let key = &object.key;
    let api: Api<DynamicObject> =
        Api::namespaced_with(client.clone(), &identity.namespace, &key.kind.resource());
    let doing = |verb: &str| format!("{verb} {key}");
    let known = observed.objects.get(key);
    // What the list by label did not show may still exist under another label.
    let found = match known {
        Some(_) => None,
        None => api
            .get_opt(&key.name)
            .await
            .map_err(|error| Failure::api(&doing("read"), &error))?,
    };
    let mut live = known.cloned().or(found);
    if let Some(found) = &live {
        check_belongs(key, found, identity)?;
        if key.kind == Kind::Job {
            return Ok(());
        }
        let value = serde_json::to_value(found).unwrap_or_default();
        if let Some(patch) = strays::removal(&object.body, &value) {
            let parameters = PatchParams {
                field_manager: Some(FIELD_MANAGER.to_owned()),
                ..PatchParams::default()
            };
            let cleared = api
                .patch(&key.name, &parameters, &Patch::Merge(&patch))
                .await
                .map_err(|error| Failure::api(&doing("clear"), &error))?;
            tracing::info!(object = %key, namespace = identity.namespace, "cleared");
            live = Some(cleared);
            metrics.written(key.kind.name());
        }
    }
    let mut body = Cow::Borrowed(&object.body);
    match (&live, least) {
        (Some(found), Some(least)) => {
            if let Some(count) = scale::hand_over(least, found) {
                live = Some(hand_over(&api, key, count).await?);
                metrics.written(key.kind.name());
            }
        }
        // Without a count it would begin with one pod.
        (None, Some(least)) => body.to_mut()["spec"]["replicas"] = json!(least),
        (_, None) => {}
    }
    if let Some(live) = &live
        && !drift::needs_apply(&object.body, live)
    {
        observed.objects.insert(key.clone(), live.clone());
        return Ok(());
    }
    let mut parameters = PatchParams::apply(FIELD_MANAGER);
    // Forced only on what is known to be ours: against an object that somebody makes at this very
    // moment it conflicts instead.
    parameters.force = live.is_some();
    let applied = api
        .patch(&key.name, &parameters, &Patch::Apply(&*body))
        .await
        .map_err(|error| storage_words(key, Failure::api(&doing("apply"), &error)))?;
    tracing::info!(object = %key, namespace = identity.namespace, "applied");
    observed.objects.insert(key.clone(), applied);
    metrics.written(key.kind.name());
    Ok(())
}

/// Applies a count as the manager from whom an autoscaler takes it over.
async fn hand_over(
    api: &Api<DynamicObject>,
    key: &Key,
    count: HandOver,
) -> Result<DynamicObject, Failure> {
    let resource = key.kind.resource();
    let body = json!({
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": { "name": key.name },
        "spec": { "replicas": count.replicas },
    });
    let mut parameters = PatchParams::apply(SCALE_MANAGER);
    parameters.force = count.force;
    let applied = api
        .patch(&key.name, &parameters, &Patch::Apply(&body))
        .await
        .map_err(|error| Failure::api(&format!("hand over the count of {key}"), &error))?;
    tracing::info!(object = %key, replicas = count.replicas, "count handed over");
    Ok(applied)
}

/// A volume that may not grow has its own remedy.
fn storage_words(key: &Key, failure: Failure) -> Failure {
    let refused = matches!(failure.reason, Reason::ApiForbidden | Reason::ApiInvalid);
    if key.kind == Kind::PersistentVolumeClaim && refused && failure.message.contains("resize") {
        return Failure::new(Reason::StorageNotExpandable, failure.message);
    }
    failure
}

/// Refuses what is not ours to change.
///
/// Ours is what our LocalMart owns. What nobody owns is ours if it carries our labels: volumes and
/// Secrets that outlive a LocalMart do, and so does an object whose owner was edited away.
pub fn check_belongs(key: &Key, live: &DynamicObject, identity: &Identity) -> Result<(), Failure> {
    let owners = live.owner_references();
    let controller = owners.iter().find(|owner| owner.controller == Some(true));
    let labels = live.labels();
    let labelled = labels.get(names::MANAGED_BY).map(String::as_str) == Some(FIELD_MANAGER)
        && labels.get(names::INSTANCE) == Some(&identity.name);
    let leaving = || {
        Failure::new(
            Reason::Terminating,
            format!("{key} is being deleted; it is made again when it is gone"),
        )
    };
    match controller {
        _ if live.metadata.deletion_timestamp.is_some() => Err(leaving()),
        Some(owner) if owner.uid == identity.uid => Ok(()),
        Some(owner) if owner.kind == "LocalMart" && owner.name == identity.name => Err(leaving()),
        None if labelled => Ok(()),
        _ => Err(name_taken(&key.to_string(), &identity.namespace)),
    }
}

fn name_taken(what: &str, namespace: &str) -> Failure {
    Failure::new(
        Reason::NameTaken,
        format!(
            "{what} in namespace {namespace} belongs to someone else and is left alone; rename or \
             remove it, or give the LocalMart another name"
        ),
    )
}

/// Creates a Secret, or adds what it lacks; says whether that took a write. What a key holds is
/// never replaced, so a race or a stale read cannot lose a password.
async fn ensure_secret(
    client: &Client,
    identity: &Identity,
    plan: &SecretPlan,
    observed: &mut Observed,
) -> Result<bool, Failure> {
    let api: Api<Secret> = Api::namespaced(client.clone(), &identity.namespace);
    let key = || format!("Secret {}", plan.name);
    let parameters = PostParams {
        field_manager: Some(FIELD_MANAGER.to_owned()),
        ..PostParams::default()
    };
    let Some(live) = observed.secrets.get(&plan.name) else {
        let created = match api
            .create(&parameters, &plan.create(&identity.namespace))
            .await
        {
            Ok(secret) => secret,
            // Somebody was faster, perhaps this operator before it was killed: theirs counts.
            Err(kube::Error::Api(status)) if status.is_already_exists() => api
                .get(&plan.name)
                .await
                .map_err(|error| Failure::api(&format!("read {}", key()), &error))?,
            Err(error) => return Err(Failure::api(&format!("create {}", key()), &error)),
        };
        tracing::info!(object = key(), namespace = identity.namespace, "created");
        observed.secrets.insert(plan.name.clone(), created);
        return Ok(true);
    };
    if live.metadata.deletion_timestamp.is_some() {
        return Err(Failure::new(
            Reason::Terminating,
            format!(
                "{} is being deleted; it is made again when it is gone",
                key()
            ),
        ));
    }
    let labels = live.labels();
    if labels.get(names::MANAGED_BY).map(String::as_str) != Some(FIELD_MANAGER)
        || labels.get(names::INSTANCE) != Some(&identity.name)
    {
        return Err(name_taken(&key(), &identity.namespace));
    }
    let wanted_owners: Vec<_> = plan.owner.clone().into_iter().collect();
    let owner_differs = live.owner_references() != wanted_owners.as_slice();
    let labels_differ = plan
        .labels
        .iter()
        .any(|(name, value)| labels.get(name) != Some(value));
    let missing = plan.missing(&live.data.clone().unwrap_or_default());
    if missing.is_empty() && !owner_differs && !labels_differ {
        return Ok(false);
    }
    let patch = json!({
        "metadata": {
            // Made from what was read: if it changed since, read again.
            "resourceVersion": live.resource_version(),
            "labels": plan.labels,
            "ownerReferences": wanted_owners,
        },
        "data": missing,
    });
    let parameters = PatchParams {
        field_manager: Some(FIELD_MANAGER.to_owned()),
        ..PatchParams::default()
    };
    let patched = api
        .patch(&plan.name, &parameters, &Patch::Merge(&patch))
        .await
        .map_err(|error| Failure::api(&format!("complete {}", key()), &error))?;
    tracing::info!(object = key(), namespace = identity.namespace, "completed");
    observed.secrets.insert(plan.name.clone(), patched);
    Ok(true)
}
