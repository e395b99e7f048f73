//! `status`: what the operator reported last, in three short tables.

use std::fmt::Write;

use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt;
use localmart_api::LocalMart;

use super::words::{age, columns};

/// Headline, components, tasks, conditions.
pub fn words(object: &LocalMart, now: Timestamp) -> String {
    let status = object.status.clone().unwrap_or_default();
    let phase = status.phase.map_or_else(
        || "not looked at yet".to_owned(),
        |phase| format!("{phase:?}"),
    );
    let mut text = format!(
        "LocalMart {}/{}: {phase}",
        object.namespace().unwrap_or_default(),
        object.name_any()
    );
    if !status.message.is_empty() {
        let _ = write!(text, ", {}", status.message);
    }
    text.push('\n');
    match (&status.version, &object.spec.version) {
        (Some(runs), Some(wanted)) if runs != wanted => {
            let _ = writeln!(text, "version {runs}, wanted {wanted}");
        }
        (Some(runs), _) => {
            let _ = writeln!(text, "version {runs}");
        }
        (None, _) => {}
    }
    if let Some(url) = &status.url {
        let _ = writeln!(text, "{url}");
    }
    if status.observed_generation != object.metadata.generation {
        text += "the operator has not looked at the newest spec yet\n";
    }
    let components = status.components.iter().map(|component| {
        let (name, ready) = (component.name.clone(), component.ready.clone());
        let updated = if component.updated { "" } else { "rolls out" };
        let message = component.message.clone();
        [
            name,
            ready,
            component.image.clone(),
            updated.to_owned(),
            message,
        ]
    });
    text += &table(["COMPONENT", "READY", "IMAGE", "", "MESSAGE"], components);
    let tasks = status.lifecycle.iter().map(|task| {
        let state = format!("{:?}", task.state);
        let job = task.job.clone().unwrap_or_default();
        [task.name.clone(), state, job, task.message.clone()]
    });
    text += &table(["TASK", "STATE", "JOB", "MESSAGE"], tasks);
    let conditions = status.conditions.iter().map(|condition| {
        let holds = format!("{:?}", condition.status);
        let since = age(condition.last_transition_time.0, now);
        let (type_, reason) = (condition.type_.clone(), condition.reason.clone());
        [type_, holds, since, reason, condition.message.clone()]
    });
    text += &table(
        ["CONDITION", "STATUS", "FOR", "REASON", "MESSAGE"],
        conditions,
    );
    text
}

fn table<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return String::new();
    }
    format!("\n{}", columns(head, rows))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing;

    #[test]
    fn a_report_fits_on_a_screen() {
        let mut object = testing::object("{version: 0.2.0}");
        object.status = serde_json::from_value(json!({
            "observedGeneration": 1,
            "phase": "Migrating",
            "message": "migrate runs",
            "version": "0.1.0",
            "components": [
                { "name": "cart", "ready": "1/2", "image": "i:1", "updated": false, "message": "m" },
            ],
            "lifecycle": [{ "name": "migrate", "state": "Running", "desired": "d", "job": "j" }],
            "conditions": [{
                "type": "Ready", "status": "False", "reason": "JobRunning", "message": "runs",
                "lastTransitionTime": "1970-01-01T00:00:00Z",
            }],
        }))
        .unwrap();
        assert_eq!(
            words(&object, Timestamp::from_second(65).unwrap()),
            "LocalMart shops/shop: Migrating, migrate runs\n\
             version 0.1.0, wanted 0.2.0\n\
             \n\
             COMPONENT  READY  IMAGE             MESSAGE\n\
             cart       1/2    i:1    rolls out  m\n\
             \n\
             TASK     STATE    JOB  MESSAGE\n\
             migrate  Running  j\n\
             \n\
             CONDITION  STATUS  FOR   REASON      MESSAGE\n\
             Ready      False   1m5s  JobRunning  runs\n"
        );
    }

    #[test]
    fn an_object_that_nobody_looked_at_says_so() {
        let text = words(&testing::object("{}"), Timestamp::UNIX_EPOCH);
        assert!(text.contains("has not looked at the newest spec"), "{text}");
    }
}
