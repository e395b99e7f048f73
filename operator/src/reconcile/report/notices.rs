//! Events: one per transition, never one per pass.

use kube::runtime::events::{Event, EventType};
use localmart_api::{
    LocalMartStatus, Phase,
    conditions::{ConditionType, Reason},
};

use super::is_problem;

/// What changed between two reports, as events.
pub fn between(old: &LocalMartStatus, new: &LocalMartStatus) -> Vec<Event> {
    let mut events = Vec::new();
    if old.phase != new.phase
        && let Some(phase) = new.phase
    {
        events.push(event(of_phase(phase), format!("{phase:?}"), &new.message));
    }
    for condition in &new.conditions {
        let before = old.conditions.iter().find(|c| c.type_ == condition.type_);
        let is_new = before.is_none_or(|before| before.reason != condition.reason);
        // `Ready` repeats the reason of the condition that blocks it.
        if !is_new || condition.type_ == ConditionType::Ready.as_str() {
            continue;
        }
        let mut reasons = Reason::ALL.iter().copied();
        let reason = reasons.find(|reason| reason.as_str() == condition.reason);
        if let Some(type_) = reason.and_then(of_reason) {
            events.push(event(type_, condition.reason.clone(), &condition.message));
        }
    }
    events
}

/// The type of the event that tells of a phase.
pub const fn of_phase(phase: Phase) -> EventType {
    match phase {
        Phase::Degraded => EventType::Warning,
        _ => EventType::Normal,
    }
}

/// The type of the event that tells of a reason, if somebody has to hear of it.
pub const fn of_reason(reason: Reason) -> Option<EventType> {
    match reason {
        // Waiting for a person is no trouble, but the person has to hear of it.
        Reason::WaitingForApproval => Some(EventType::Normal),
        _ if is_problem(reason) => Some(EventType::Warning),
        _ => None,
    }
}

fn event(type_: EventType, reason: String, note: &str) -> Event {
    /// The API server's limit.
    const LONGEST: usize = 1024;
    Event {
        type_,
        reason,
        note: Some(note.chars().take(LONGEST / 4).collect()),
        action: "Reconcile".to_owned(),
        secondary: None,
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::{apimachinery::pkg::apis::meta::v1::Time, jiff::Timestamp};
    use localmart_api::{Condition, conditions::ConditionStatus};

    use super::*;

    fn status(phase: Phase, reason: Reason) -> LocalMartStatus {
        let condition = |type_: &str| Condition {
            type_: type_.to_owned(),
            status: ConditionStatus::False,
            reason: reason.as_str().to_owned(),
            message: "why".to_owned(),
            last_transition_time: Time(Timestamp::UNIX_EPOCH),
            observed_generation: None,
        };
        LocalMartStatus {
            phase: Some(phase),
            conditions: vec![condition("Ready"), condition("MigrationsApplied")],
            ..LocalMartStatus::default()
        }
    }

    #[test]
    fn a_transition_is_told_once() {
        let running = status(Phase::Migrating, Reason::JobRunning);
        let failed = status(Phase::Degraded, Reason::JobFailed);
        let told: Vec<_> = between(&running, &failed)
            .into_iter()
            .map(|event| event.reason)
            .collect();
        assert_eq!(told, ["Degraded", "JobFailed"]);
        assert!(between(&failed, &failed).is_empty());
    }
}
