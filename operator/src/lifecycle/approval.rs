//! Approval: under `migrations.policy: Manual` a person lets each migration run.
//!
//! What is approved is a checksum, not "the next one": an annotation that was left behind approves
//! nothing but what was looked at when it was set.

use localmart_api::names;

use super::Task;
use crate::reconcile::shop::{Approval, Identity, Shop};

/// What a person has to do before this task may run; absent when it may.
pub fn missing(shop: &Shop, task: &Task) -> Option<String> {
    let Approval::Needed { given } = &shop.lifecycle.approval else {
        return None;
    };
    if !task.needs_approval || given.as_ref() == Some(&task.checksum) {
        return None;
    }
    let other = match given {
        Some(_) => "; the approval that is there is for another one",
        None => "",
    };
    // The command comes early: an event keeps only the beginning.
    Some(format!(
        "{task} {checksum} waits for approval: {command} (spec.migrations.policy is Manual, \
         release {version}{other})",
        task = task.name,
        checksum = task.checksum,
        command = command(&shop.identity, &task.checksum),
        version = shop.version,
    ))
}

/// What a person runs to approve the migration with this checksum.
pub fn command(identity: &Identity, checksum: &str) -> String {
    format!(
        "kubectl annotate localmart {name} -n {namespace} --overwrite {annotation}={checksum}",
        name = identity.name,
        namespace = identity.namespace,
        annotation = names::APPROVE_MIGRATION,
    )
}
