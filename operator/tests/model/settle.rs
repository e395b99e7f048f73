//! What becomes of a state when nothing goes wrong any more.
//!
//! The operator runs pass after pass and controllers do what they can, until neither changes
//! anything. The end has to be the wanted shop, or one of the few that only a person can help: then
//! the status has to say so, the person does what it asks for, and it goes on.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use localmart_api::{
    Phase, TaskState,
    conditions::{ConditionType, Reason},
};
use localmart_operator::{
    build::{Key, Kind},
    reconcile::gates::Gate,
};

use super::{
    cluster::{Progress, hash},
    controllers,
    world::{Shop, State},
};

/// Most passes until nothing changes: a first installation needs six.
const PASSES: usize = 16;
/// A failed Job and a lost half of the data are the worst that two faults make.
const REMEDIES: usize = 4;

/// Answers that are known, by state without its faults.
#[derive(Default)]
pub struct Settled(Mutex<HashMap<u64, Result<(), String>>>);

impl Shop {
    /// Whether a fault-free continuation ends as wanted.
    pub fn settles(&self, state: &State) -> Result<(), String> {
        // Each state on the way has the same end.
        let mut way = Vec::new();
        let mut state = state.clone();
        self.finish_pass(&mut state);
        let end = self.follow(&mut state, Some(&mut way));
        let mut known = self.settled.0.lock().unwrap();
        known.extend(way.into_iter().map(|id| (id, end.clone())));
        end
    }

    /// A state at the end of its fault-free continuation.
    pub fn calm(&self, mut state: State) -> State {
        self.follow(&mut state, None).unwrap();
        state
    }

    fn finish_pass(&self, state: &mut State) {
        while state.pass.is_some() {
            self.write(state, false);
        }
    }

    /// Notes the `way` and ends early where it is known; without it goes to the very end.
    fn follow(&self, state: &mut State, mut way: Option<&mut Vec<u64>>) -> Result<(), String> {
        for _ in 0..=REMEDIES {
            let mut quiet = false;
            for _ in 0..PASSES {
                let id = hash(&(&state.mart, &state.cluster, &state.truth));
                if let Some(way) = &mut way {
                    if let Some(end) = self.settled.0.lock().unwrap().get(&id) {
                        return end.clone();
                    }
                    way.push(id);
                }
                state.pass = Some(self.operator.begin(&state.mart, &state.cluster));
                self.finish_pass(state);
                for action in controllers::possible(state) {
                    controllers::act(state, &action);
                }
                quiet = id == hash(&(&state.mart, &state.cluster, &state.truth));
                if quiet {
                    break;
                }
            }
            if !quiet {
                return Err(format!("no end after {PASSES} passes: {}", words(state)));
            }
            if !remedy(state)? {
                return self.as_wanted(state);
            }
        }
        Err(format!("no remedy helps: {}", words(state)))
    }

    fn as_wanted(&self, state: &State) -> Result<(), String> {
        let planned = self.operator.planned(&state.mart, &state.cluster);
        let wrong = |what: String| Err(format!("{what}: {}", words(state)));
        let status = state.mart.status();
        if status.phase != Some(Phase::Ready) {
            return wrong(format!("phase {:?}", status.phase));
        }
        let plan = &planned.plan;
        if let Some(wave) = plan.waves.iter().find(|wave| wave.gate != Gate::Open) {
            return wrong(format!("the gate before {} is closed", wave.name));
        }
        if !plan.prune.is_empty() {
            return wrong(format!("left over: {:?}", plan.prune));
        }
        let tasks = status.lifecycle.iter();
        let mut open = tasks.filter(|task| task.state != TaskState::Complete);
        if let Some(task) = open.next() {
            return wrong(format!("task {} is open", task.name));
        }
        for (at, object) in planned.objects().enumerate() {
            let live = state.cluster.objects.get(&object.key);
            if live.is_none_or(|live| self.operator.differs(&planned, at, live) != Ok(false)) {
                return wrong(format!("{} is not as wanted", object.key));
            }
        }
        let all = planned.objects().map(|object| &object.key);
        let wanted = all.collect::<std::collections::BTreeSet<_>>();
        let surplus = state.cluster.objects.iter().find(|(key, live)| {
            key.kind != Kind::Job && live.is_labelled() && !wanted.contains(key)
        });
        // Volumes are never taken away, and the ones of a shop keep their names.
        if let Some((key, _)) = surplus {
            return wrong(format!("{key} is wanted no more"));
        }
        let passwords = &state.cluster.secrets["shop-database"];
        if state.truth.logins != Some(passwords.content) {
            return wrong("the services' passwords are not those of the database".to_owned());
        }
        Ok(())
    }
}

/// Does what the status asks a person for; false if nothing is asked for.
fn remedy(state: &mut State) -> Result<bool, String> {
    let status = state.mart.status();
    let says = |type_, reason: Reason| {
        let condition = status.condition(type_);
        condition.is_some_and(|condition| condition.reason == reason.as_str())
    };
    let cluster = Arc::make_mut(&mut state.cluster);
    let failed = cluster
        .objects
        .iter()
        .find(|(key, live)| key.kind == Kind::Job && live.progress == Progress::Failed)
        .map(|(key, _)| key.clone());
    if let Some(job) = failed {
        if !says(ConditionType::MigrationsApplied, Reason::JobFailed) {
            return Err(format!("{job} failed and nobody is told"));
        }
        cluster.objects.remove(&job);
        return Ok(true);
    }
    if says(ConditionType::PostgresReady, Reason::DataOrphaned) {
        let claim = Key::new(Kind::PersistentVolumeClaim, "shop-postgres-data");
        let labels = cluster.objects.get(&claim).map(|claim| {
            let id = &claim.body.value["metadata"]["labels"]["localmart.dev/data-id"];
            id.as_str().unwrap_or_default().to_owned()
        });
        let Some(id) = labels else {
            // Nothing is left of the data: start empty.
            cluster.secrets.remove("shop-postgres");
            state.truth.logins = None;
            return Ok(true);
        };
        // The Secret of that volume is put back.
        cluster.create_secret("shop-postgres");
        let secret = cluster.secrets.get_mut("shop-postgres").unwrap();
        secret.content = id.trim_start_matches("data-").parse().unwrap();
        return Ok(true);
    }
    Ok(false)
}

fn words(state: &State) -> String {
    let status = state.mart.status();
    format!("{:?}, {}", status.phase, status.message)
}
