//! Sends a report: the status when it differs from the last one, and the events of what changed.

use kube::{
    Api, Client,
    api::{Patch, PatchParams},
    core::{ApiResource, DynamicObject, ObjectMeta},
    runtime::events::Recorder,
};
use localmart_api::{LocalMart, LocalMartStatus, names::FIELD_MANAGER};
use serde_json::{Map, Value, json};

use super::notices;
use crate::{error::Failure, metrics::Metrics};

/// Sends `new` if it differs from `old`; says whether it did.
pub async fn publish(
    client: &Client,
    recorder: &Recorder,
    metadata: &ObjectMeta,
    old: &LocalMartStatus,
    new: &LocalMartStatus,
    metrics: &Metrics,
) -> Result<bool, Failure> {
    if old == new {
        return Ok(false);
    }
    let name = metadata.name.as_deref().unwrap_or_default();
    let namespace = metadata.namespace.as_deref().unwrap_or_default();
    let resource = ApiResource::erase::<LocalMart>(&());
    // Untyped, so that the status of an object that does not fit our types can be set as well.
    let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, &resource);
    let body = json!({
        // Not for another object of that name.
        "metadata": { "uid": metadata.uid },
        "status": change(old, new),
    });
    let parameters = PatchParams {
        field_manager: Some(FIELD_MANAGER.to_owned()),
        ..PatchParams::default()
    };
    // A merge, because server-side apply refuses an object that does not fit its schema, and that
    // is just what may have to be reported.
    match api
        .patch_status(name, &parameters, &Patch::Merge(&body))
        .await
    {
        Ok(_) => metrics.written("LocalMart"),
        // Deleted, or another object of that name by now: nobody is left to tell.
        Err(kube::Error::Api(status)) if matches!(status.code, 404 | 409) => return Ok(false),
        Err(error) => return Err(Failure::api("report status", &error)),
    }
    let regarding = k8s_openapi::api::core::v1::ObjectReference {
        api_version: Some(resource.api_version.clone()),
        kind: Some(resource.kind.clone()),
        name: metadata.name.clone(),
        namespace: metadata.namespace.clone(),
        uid: metadata.uid.clone(),
        ..Default::default()
    };
    for event in notices::between(old, new) {
        // An event that is lost is a pity; a reconcile that fails for it would be worse.
        match recorder.publish(&event, &regarding).await {
            Ok(()) => metrics.written("Event"),
            Err(error) => {
                tracing::warn!(%error, reason = event.reason, "event not recorded");
            }
        }
    }
    Ok(true)
}

/// The merge patch from one status to the next: what is gone has to be named.
fn change(old: &LocalMartStatus, new: &LocalMartStatus) -> Value {
    let as_map = |status: &LocalMartStatus| match serde_json::to_value(status) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    };
    let mut patch = as_map(new);
    for name in as_map(old).into_iter().map(|(name, _)| name) {
        patch.entry(name).or_insert(Value::Null);
    }
    Value::Object(patch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_named() {
        let old = LocalMartStatus {
            url: Some("http://a.localhost".to_owned()),
            ..LocalMartStatus::default()
        };
        let patch = change(&old, &LocalMartStatus::default());
        assert_eq!(patch, json!({ "message": "", "url": null }));
    }
}
