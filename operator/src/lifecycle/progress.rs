//! From a task and what was observed of it to its next state. Pure.
//!
//! ```text
//!       may start, approved       Job Complete
//!  Waiting ────────────> Running ──────────────> Complete
//!     ^                     │                       │
//!     │                     │ Job Failed            │ other inputs
//!     │   Job deleted       v                       │
//!     └────────────────── Failed                    │
//!     ^─────────────────────────────────────────────┘
//! ```
//!
//! Completion is remembered by checksum in status. It survives the Job, and inputs that were
//! worked through once are not worked through again.

use k8s_openapi::{api::batch::v1::Job, jiff::Timestamp};
use localmart_api::{TaskState, TaskStatus};

use super::Task;
use crate::reconcile::shop::Identity;

/// What was observed of one task.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// What was reported last.
    pub remembered: Option<&'a TaskStatus>,
    /// The Job of the task's present checksum.
    pub job: Option<&'a Job>,
    /// Whether a Job of the same task with other inputs still runs.
    pub another_runs: bool,
    /// Whether gates and earlier tasks let it start.
    pub may_start: bool,
    /// What a person has to do before it may start, if anything.
    pub held: Option<&'a str>,
    /// The last lines of the task's own output, without secrets.
    pub last_words: &'a str,
}

/// The next state of a task and whether its Job is to be created.
pub fn advance(task: &Task, identity: &Identity, seen: Situation<'_>) -> (TaskStatus, bool) {
    let completed = seen.remembered.and_then(|status| status.completed.clone());
    let mut next = TaskStatus {
        name: task.name.to_owned(),
        state: TaskState::Waiting,
        desired: task.checksum.clone(),
        completed,
        attempts: 0,
        job: None,
        message: String::new(),
    };
    if next.completed.as_ref() == Some(&task.checksum) {
        next.state = TaskState::Complete;
        // Kept from the report before: the Job may be gone.
        if let Some(before) = seen.remembered.filter(|s| s.desired == task.checksum) {
            next.attempts = before.attempts;
            next.job.clone_from(&before.job);
        }
        return (next, false);
    }
    let Some(job) = seen.job else {
        let due = seen.may_start && !seen.another_runs;
        let start = due && seen.held.is_none();
        if due && let Some(held) = seen.held {
            held.clone_into(&mut next.message);
        }
        if start {
            next.state = TaskState::Running;
            next.job = Some(task.job_name(identity));
        }
        return (next, start);
    };
    if job.metadata.deletion_timestamp.is_some() {
        // Its name is taken until it is gone.
        return (next, false);
    }
    let counts = job.status.clone().unwrap_or_default();
    let (failed, succeeded) = (
        counts.failed.unwrap_or_default(),
        counts.succeeded.unwrap_or_default(),
    );
    next.attempts = failed + succeeded + counts.active.unwrap_or_default();
    next.job.clone_from(&job.metadata.name);
    next.state = TaskState::Running;
    if is(job, "Complete").is_some() {
        next.state = TaskState::Complete;
        next.completed = Some(task.checksum.clone());
    } else if let Some(reason) = is(job, "Failed") {
        next.state = TaskState::Failed;
        next.message = explain(&reason, seen.last_words);
    } else if failed > 0 {
        next.message = explain("trying again", seen.last_words);
    }
    (next, false)
}

/// The message of the Job's condition of this type, if it is true.
pub fn is(job: &Job, type_: &str) -> Option<String> {
    let conditions = job.status.as_ref()?.conditions.as_ref()?;
    let condition = conditions
        .iter()
        .find(|condition| condition.type_ == type_ && condition.status == "True")?;
    Some(condition.message.clone().unwrap_or_default())
}

/// When the Job used up its retries, if it did.
pub fn failed_at(job: &Job) -> Option<Timestamp> {
    let conditions = job.status.as_ref()?.conditions.as_ref()?;
    let condition = conditions
        .iter()
        .find(|condition| condition.type_ == "Failed" && condition.status == "True")?;
    Some(condition.last_transition_time.as_ref()?.0)
}

/// Whether the Job neither completed nor failed yet.
pub fn runs(job: &Job) -> bool {
    is(job, "Complete").is_none() && is(job, "Failed").is_none()
}

fn explain(reason: &str, last_words: &str) -> String {
    if last_words.is_empty() {
        reason.to_owned()
    } else {
        format!("{reason}; it said: {last_words}")
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::batch::v1::{JobCondition, JobStatus};
    use kube::api::ObjectMeta;

    use super::*;
    use crate::lifecycle::When;

    fn task(checksum: &str) -> Task {
        Task {
            name: "migrate",
            when: When::BeforeServices,
            checksum: checksum.to_owned(),
            needs_approval: true,
            arguments: Vec::new(),
            env: Vec::new(),
            files: Vec::new(),
        }
    }

    fn identity() -> Identity {
        Identity {
            name: "shop".into(),
            namespace: "a".into(),
            uid: "u".into(),
        }
    }

    fn job(condition: Option<&str>, failed: i32) -> Job {
        let conditions = condition.map(|type_| {
            vec![JobCondition {
                type_: type_.to_owned(),
                status: "True".to_owned(),
                message: Some("Job has reached the specified backoff limit".to_owned()),
                ..JobCondition::default()
            }]
        });
        Job {
            metadata: ObjectMeta {
                name: Some("shop-migrate-new".into()),
                ..ObjectMeta::default()
            },
            spec: None,
            status: Some(JobStatus {
                failed: Some(failed),
                succeeded: Some(i32::from(condition == Some("Complete"))),
                conditions,
                ..JobStatus::default()
            }),
        }
    }

    const NOTHING: Situation<'static> = Situation {
        remembered: None,
        job: None,
        another_runs: false,
        may_start: true,
        held: None,
        last_words: "",
    };

    #[test]
    fn waits_for_its_gate_and_for_an_older_job() {
        let waiting = |seen| {
            let (status, create) = advance(&task("new"), &identity(), seen);
            status.state == TaskState::Waiting && !create
        };
        assert!(waiting(Situation {
            may_start: false,
            ..NOTHING
        }));
        assert!(waiting(Situation {
            another_runs: true,
            ..NOTHING
        }));
        let mut leaving = job(None, 0);
        leaving.metadata.deletion_timestamp = Some(
            k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(Timestamp::UNIX_EPOCH),
        );
        assert!(waiting(Situation {
            job: Some(&leaving),
            ..NOTHING
        }));
    }

    #[test]
    fn tells_what_a_person_has_to_do_once_nothing_else_is_in_the_way() {
        let held = Situation {
            held: Some("approve it"),
            ..NOTHING
        };
        let message = |seen| {
            let (status, create) = advance(&task("new"), &identity(), seen);
            assert_eq!((status.state, create), (TaskState::Waiting, false));
            status.message
        };
        assert_eq!(message(held), "approve it");
        assert_eq!(
            message(Situation {
                may_start: false,
                ..held
            }),
            ""
        );
        // What was begun is not stopped by a policy that came later.
        let running = job(None, 0);
        let seen = Situation {
            job: Some(&running),
            ..held
        };
        let (status, _) = advance(&task("new"), &identity(), seen);
        assert_eq!(status.state, TaskState::Running);
    }

    #[test]
    fn starts_runs_and_completes() {
        let (status, create) = advance(&task("new"), &identity(), NOTHING);
        assert!(create);
        assert_eq!(status.job.as_deref(), Some("shop-migrate-new"));

        let running = job(None, 0);
        let (status, create) = advance(
            &task("new"),
            &identity(),
            Situation {
                job: Some(&running),
                ..NOTHING
            },
        );
        assert_eq!((status.state, create), (TaskState::Running, false));

        let done = job(Some("Complete"), 1);
        let (status, create) = advance(
            &task("new"),
            &identity(),
            Situation {
                job: Some(&done),
                ..NOTHING
            },
        );
        assert_eq!((status.state, create), (TaskState::Complete, false));
        assert_eq!(status.completed.as_deref(), Some("new"));
        assert_eq!(status.attempts, 2);
    }

    #[test]
    fn completion_outlives_the_job_and_the_gate() {
        let done = job(Some("Complete"), 0);
        let (status, _) = advance(
            &task("new"),
            &identity(),
            Situation {
                job: Some(&done),
                ..NOTHING
            },
        );
        let later = Situation {
            remembered: Some(&status),
            may_start: false,
            ..NOTHING
        };
        assert_eq!(advance(&task("new"), &identity(), later), (status, false));
    }

    #[test]
    fn other_inputs_are_another_run() {
        let before = TaskStatus {
            name: "migrate".into(),
            state: TaskState::Complete,
            desired: "old".into(),
            completed: Some("old".into()),
            attempts: 1,
            job: Some("shop-migrate-old".into()),
            message: String::new(),
        };
        let seen = Situation {
            remembered: Some(&before),
            ..NOTHING
        };
        let (status, create) = advance(&task("new"), &identity(), seen);
        assert!(create);
        assert_eq!(
            status.completed.as_deref(),
            Some("old"),
            "until the new one is done"
        );
        assert_eq!(status.attempts, 0);
    }

    #[test]
    fn a_failure_says_why_and_waits_until_its_job_is_deleted() {
        let dead = job(Some("Failed"), 4);
        let seen = Situation {
            job: Some(&dead),
            last_words: "relation exists",
            ..NOTHING
        };
        let (failed, create) = advance(&task("new"), &identity(), seen);
        assert_eq!(
            (failed.state, create, failed.attempts),
            (TaskState::Failed, false, 4)
        );
        assert!(
            failed
                .message
                .contains("backoff limit; it said: relation exists"),
            "{}",
            failed.message
        );

        let deleted = Situation {
            remembered: Some(&failed),
            ..NOTHING
        };
        let (status, create) = advance(&task("new"), &identity(), deleted);
        assert_eq!((status.state, create), (TaskState::Running, true));
    }
}
