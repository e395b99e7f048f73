//! Waits until a LocalMart is Ready, showing what it waits for.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use serde_json::Value;

use crate::{kubernetes::Kubernetes, progress::Progress};

const DEADLINE: Duration = Duration::from_mins(5);
const PAUSE: Duration = Duration::from_millis(400);

/// What a LocalMart says about itself.
pub struct Shop {
    pub namespace: String,
    pub name: String,
    /// Host of the ingress; absent when the shop is cluster-internal.
    pub host: Option<String>,
}

/// Returns once the operator has seen the newest spec and reports Ready.
pub fn ready(
    kubernetes: &Kubernetes,
    namespace: &str,
    name: &str,
    progress: &Progress,
) -> Result<Shop> {
    let step = progress.step("shop");
    let started = Instant::now();
    loop {
        let text = kubernetes.output(&["get", "localmart", name, "-n", namespace, "-o", "json"])?;
        let object: Value = serde_json::from_str(&text)?;
        let seen = object["status"]["observedGeneration"] == object["metadata"]["generation"];
        let ready = condition(&object, "Ready");
        if seen && ready.is_some_and(|ready| ready["status"] == "True") {
            let message = ready.map_or("", |ready| ready["message"].as_str().unwrap_or(""));
            step.done(message);
            return Ok(Shop {
                namespace: namespace.to_owned(),
                name: name.to_owned(),
                host: object["spec"]["ingress"]["host"]
                    .as_str()
                    .map(str::to_owned),
            });
        }
        step.say(&summary(&object));
        if started.elapsed() > DEADLINE {
            bail!(
                "{namespace}/{name} is not Ready after {} s: {}\n{}\nlook closer with: kubectl get pods,jobs,events -n {namespace}",
                DEADLINE.as_secs(),
                summary(&object),
                open_conditions(&object)
            );
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "the pause between two looks, bounded above"
        )]
        thread::sleep(PAUSE);
    }
}

fn condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    object["status"]["conditions"]
        .as_array()?
        .iter()
        .find(|condition| condition["type"] == kind)
}

fn summary(object: &Value) -> String {
    let status = &object["status"];
    match (status["phase"].as_str(), status["message"].as_str()) {
        (Some(phase), Some(message)) => format!("{phase}: {message}"),
        _ => "waiting for the operator to see it".to_owned(),
    }
}

fn open_conditions(object: &Value) -> String {
    let lines = object["status"]["conditions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|condition| condition["status"] != "True" && condition["type"] != "Progressing")
        .map(|condition| {
            format!(
                "  {}: {} {}",
                condition["type"].as_str().unwrap_or("?"),
                condition["reason"].as_str().unwrap_or("?"),
                condition["message"].as_str().unwrap_or("")
            )
        });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_phase_and_message() {
        let object = serde_json::json!({"status": {"phase": "Migrating", "message": "job 1 of 3"}});
        assert_eq!(summary(&object), "Migrating: job 1 of 3");
        assert!(summary(&Value::Null).contains("operator"));
    }

    #[test]
    fn only_open_conditions_are_listed() {
        let object = serde_json::json!({"status": {"conditions": [
            {"type": "PostgresReady", "status": "True", "reason": "Available", "message": ""},
            {"type": "RedisReady", "status": "False", "reason": "Pending", "message": "no pod"},
        ]}});
        assert_eq!(open_conditions(&object), "  RedisReady: Pending no pod");
    }
}
