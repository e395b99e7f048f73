//! The last words of a container, fit to be shown to anybody who may read a LocalMart.

use k8s_openapi::api::core::v1::{ContainerStatus, Pod};

/// Longest message that is copied into a status.
const LONGEST: usize = 600;
const REDACTED: &str = "[redacted]";

/// What the most recently finished container of these pods wrote last, without secrets.
pub fn last<'a>(pods: impl IntoIterator<Item = &'a Pod>, secrets: &[String]) -> String {
    let newest = pods
        .into_iter()
        .flat_map(statuses)
        .filter_map(|status| {
            let ended = [status.state.as_ref(), status.last_state.as_ref()]
                .into_iter()
                .flatten()
                .find_map(|state| state.terminated.as_ref())?;
            let message = ended.message.as_deref().filter(|text| !text.is_empty())?;
            Some((ended.finished_at.as_ref().map(|time| time.0), message))
        })
        .max_by_key(|(finished, _)| *finished);
    newest.map_or_else(String::new, |(_, message)| presentable(message, secrets))
}

/// Why the containers of these pods do not run, without secrets: `ImagePullBackOff`, for example.
pub fn obstacle<'a>(pods: impl IntoIterator<Item = &'a Pod>, secrets: &[String]) -> String {
    for pod in pods {
        let name = pod.metadata.name.as_deref().unwrap_or_default();
        for status in statuses(pod) {
            let waiting = status
                .state
                .as_ref()
                .and_then(|state| state.waiting.as_ref());
            let Some(waiting) = waiting else { continue };
            let reason = waiting.reason.as_deref().unwrap_or_default();
            if matches!(reason, "" | "ContainerCreating" | "PodInitializing") {
                continue;
            }
            let words = last([pod], secrets);
            let detail = if words.is_empty() {
                String::new()
            } else {
                format!("; it said: {words}")
            };
            return format!("{name}: {reason}{detail}");
        }
        let unscheduled = pod
            .status
            .iter()
            .flat_map(|status| status.conditions.iter().flatten())
            .find(|condition| condition.type_ == "PodScheduled" && condition.status == "False");
        if let Some(message) = unscheduled.and_then(|condition| condition.message.as_deref()) {
            return format!("{name}: not scheduled: {}", presentable(message, secrets));
        }
    }
    String::new()
}

fn statuses(pod: &Pod) -> impl Iterator<Item = &ContainerStatus> {
    pod.status
        .iter()
        .flat_map(|status| status.container_statuses.iter().flatten())
}

/// The end of a text in one line, with every known secret taken out.
fn presentable(text: &str, secrets: &[String]) -> String {
    let mut text = text.to_owned();
    // Longest first: a secret that contains another one must go as a whole.
    let mut secrets: Vec<_> = secrets.iter().collect();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    for secret in secrets {
        text = text.replace(secret.as_str(), REDACTED);
    }
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let surplus = line.chars().count().saturating_sub(LONGEST);
    if surplus == 0 {
        return line;
    }
    let end: String = line.chars().skip(surplus).collect();
    format!("… {end}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(state: &serde_json::Value) -> Pod {
        serde_json::from_value(json!({
            "metadata": { "name": "shop-migrate-1-x" },
            "status": { "containerStatuses": [{
                "name": "a", "image": "a", "imageID": "a", "ready": false, "restartCount": 0,
                "state": state,
            }] },
        }))
        .unwrap()
    }

    fn ended(at: &str, message: &str) -> Pod {
        pod(&json!({ "terminated": { "exitCode": 1, "finishedAt": at, "message": message } }))
    }

    #[test]
    fn the_newest_words_win() {
        let pods = [
            ended("2026-01-01T00:00:02Z", "second\n  try"),
            ended("2026-01-01T00:00:01Z", "first try"),
        ];
        assert_eq!(last(&pods, &[]), "second try");
        assert_eq!(last(&[], &[]), "");
    }

    #[test]
    fn known_secrets_are_taken_out() {
        let pods = [ended(
            "2026-01-01T00:00:00Z",
            "no entry for hunter22 (hunter22-long)",
        )];
        let secrets = ["hunter22".to_owned(), "hunter22-long".to_owned()];
        assert_eq!(
            last(&pods, &secrets),
            "no entry for [redacted] ([redacted])"
        );
    }

    #[test]
    fn only_the_end_of_a_long_text_is_shown() {
        let words = last(&[ended("2026-01-01T00:00:00Z", &"ä".repeat(5000))], &[]);
        assert_eq!(words.chars().count(), LONGEST + 2);
    }

    #[test]
    fn an_obstacle_is_named_with_its_pod() {
        let starting = pod(&json!({ "waiting": { "reason": "ContainerCreating" } }));
        assert_eq!(obstacle([&starting], &[]), "");
        let stuck = pod(&json!({ "waiting": { "reason": "ErrImageNeverPull" } }));
        assert_eq!(
            obstacle([&starting, &stuck], &[]),
            "shop-migrate-1-x: ErrImageNeverPull"
        );
    }
}
