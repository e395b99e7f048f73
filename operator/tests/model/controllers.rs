//! What the controllers of Kubernetes do, as far as the operator can see it.

use std::sync::Arc;

use localmart_api::names;
use localmart_operator::build::{Key, Kind};

use super::{
    cluster::Progress,
    world::{Action, State},
};

/// What controllers can do now.
pub fn possible(state: &State) -> Vec<Action> {
    let mut actions = Vec::new();
    let secrets = &state.cluster.secrets;
    let has_secrets = |names: &[&str]| {
        let has = |name: &&str| secrets.contains_key(&format!("shop-{name}"));
        names.iter().all(has)
    };
    let mut rolls = false;
    for (key, live) in &state.cluster.objects {
        if live.owner().is_some_and(|owner| owner != state.mart.uid) {
            let action = Action::CollectGarbage(key.kind);
            if !actions.contains(&action) {
                actions.push(action);
            }
            continue;
        }
        if live.progress != Progress::Fresh || !live.is_labelled() {
            continue;
        }
        match key.kind {
            Kind::StatefulSet => {
                let store = key.name.strip_prefix("shop-").unwrap();
                let claim = Key::new(Kind::PersistentVolumeClaim, &format!("{}-data", key.name));
                // A pod does not start without what it mounts.
                if has_secrets(&[store]) && state.cluster.objects.contains_key(&claim) {
                    actions.push(Action::Ready(key.clone()));
                }
            }
            Kind::Job if can_complete(state, key) => {
                actions.push(Action::JobCompletes(key.clone()));
            }
            Kind::Deployment => rolls = true,
            _ => {}
        }
    }
    if rolls && has_secrets(&["database", "redis", "internal-keys"]) {
        actions.push(Action::RolledOut);
    }
    actions
}

fn can_complete(state: &State, job: &Key) -> bool {
    let postgres = Key::new(Kind::StatefulSet, "shop-postgres");
    let postgres = state.cluster.objects.get(&postgres);
    postgres.is_some_and(|set| set.progress == Progress::Done)
        && state.cluster.secrets.contains_key("shop-database")
        && state.cluster.secrets.contains_key("shop-postgres")
        // Migrations need the roles.
        && (task(state, job) == "bootstrap" || state.truth.logins.is_some())
}

/// A controller acts.
pub fn act(state: &mut State, action: &Action) {
    let cluster = Arc::make_mut(&mut state.cluster);
    match action {
        Action::Ready(key) => cluster.objects.get_mut(key).unwrap().progress = Progress::Done,
        Action::RolledOut => {
            for (key, live) in &mut cluster.objects {
                if key.kind == Kind::Deployment {
                    live.progress = Progress::Done;
                }
            }
        }
        Action::JobCompletes(key) => {
            let live = cluster.objects.get_mut(key).unwrap();
            live.progress = Progress::Done;
            state.truth.done.insert(key.name.clone());
            let pod = &live.body.value["spec"]["template"]["spec"];
            let image = pod["containers"][0]["image"].as_str().unwrap().to_owned();
            match task(state, key).as_str() {
                "bootstrap" => {
                    let logins = &state.cluster.secrets["shop-database"];
                    state.truth.logins = Some(logins.content);
                }
                _ => drop(state.truth.migrated.insert(image)),
            }
        }
        Action::CollectGarbage(kind) => cluster.objects.retain(|key, live| {
            key.kind != *kind || live.owner().is_none_or(|owner| owner == state.mart.uid)
        }),
        _ => unreachable!("{action:?} is no controller's"),
    }
}

/// The task of a Job that is there.
fn task(state: &State, job: &Key) -> String {
    let labels = &state.cluster.objects[job].body.value["metadata"]["labels"];
    labels[names::TASK].as_str().unwrap().to_owned()
}
