//! Jobs of lifecycle tasks.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::{
        batch::v1::{Job, JobSpec},
        core::v1::{Container, PodSpec, PodTemplateSpec},
    },
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use localmart_api::names;

use super::{Kind, Object, accounts::LIFECYCLE, labels, metadata, pod};
use crate::{
    lifecycle::Task,
    reconcile::{defaults, shop::Shop},
};

/// A finished Job is removed after a day; what it did is remembered in status.
const KEPT_SECONDS: i32 = 24 * 60 * 60;

/// The Job that runs a task. Its name holds the checksum of the task's inputs, so other inputs are
/// another Job, and none is ever changed.
pub fn build(shop: &Shop, task: &Task) -> Object {
    let identity = &shop.identity;
    let marks = BTreeMap::from([
        (names::TASK.to_owned(), task.name.to_owned()),
        (names::CHECKSUM.to_owned(), task.checksum.clone()),
    ]);
    let with_marks = |mut labels: BTreeMap<String, String>| {
        labels.extend(marks.clone());
        labels
    };
    let mut metadata = metadata(shop, LIFECYCLE, task.job_name(identity));
    metadata.labels = metadata.labels.map(with_marks);
    let job = Job {
        metadata,
        spec: Some(JobSpec {
            backoff_limit: Some(shop.lifecycle.retries),
            active_deadline_seconds: Some(shop.lifecycle.timeout_seconds),
            ttl_seconds_after_finished: Some(KEPT_SECONDS),
            template: PodTemplateSpec {
                metadata: Some(ObjectMeta {
                    labels: Some(with_marks(labels(identity, LIFECYCLE))),
                    ..ObjectMeta::default()
                }),
                spec: Some(pod_spec(shop, task)),
            },
            ..JobSpec::default()
        }),
        status: None,
    };
    Object::new(Kind::Job, &job)
}

fn pod_spec(shop: &Shop, task: &Task) -> PodSpec {
    let container = Container {
        args: Some(task.arguments.clone()),
        env: Some(task.env.clone()),
        volume_mounts: Some(
            task.files
                .iter()
                .map(|files| pod::read_only(files.volume, files.mount))
                .collect(),
        ),
        ..pod::container(
            "localmart-migrate",
            &shop.images.migrate,
            &shop.images,
            &defaults::lifecycle(),
        )
    };
    let volumes = task
        .files
        .iter()
        .map(|files| pod::secret_files(files.volume, &files.sources));
    PodSpec {
        // A failed pod stays, so that its last words can be read.
        restart_policy: Some("Never".to_owned()),
        containers: vec![container],
        volumes: Some(volumes.collect()),
        ..pod::pod_spec(&shop.images, shop.identity.child(LIFECYCLE))
    }
}
