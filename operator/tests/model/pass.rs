//! One pass of the operator, write by write.
//!
//! What to do comes from the real `validate`, `plan`, `prune` and `report`, and whether to send an
//! object from the real `drift`. Only the requests themselves are made here, against the small
//! cluster, in the order of `reconcile::pass` and `reconcile::apply`.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    sync::{Arc, Mutex},
};

use k8s_openapi::jiff::Timestamp;
use localmart_api::{LocalMart, LocalMartStatus, TaskState, conditions::Reason};
use localmart_operator::{
    build::{Key, Kind, Object},
    error::Failure,
    reconcile::{
        apply, drift,
        plan::{self, Plan},
        report::{self, Occasion},
        shop::Shop,
        validate,
    },
    releases::Releases,
};
use serde_json::{Value, json};

use super::cluster::{Body, Cluster, Live, hash};

/// Bugs that the model must find; [`Bug::None`] is the operator as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    None,
    /// A task counts as completed as soon as its Job runs.
    CompletedTooEarly,
    /// A Secret that was not seen is written, whether it is there or not.
    SecretMadeAgain,
    /// A delete takes whatever has the name.
    DeleteWithoutUid,
}

/// The LocalMart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mart {
    pub uid: &'static str,
    pub spec: Body,
    /// Counted by changes of the spec.
    pub generation: i64,
    pub status: Body,
}

impl Mart {
    pub fn status(&self) -> LocalMartStatus {
        serde_json::from_value((*self.status.value).clone()).unwrap()
    }

    fn object(&self) -> LocalMart {
        serde_json::from_value(json!({
            "apiVersion": "localmart.dev/v1alpha1", "kind": "LocalMart",
            "metadata": {
                "name": "shop", "namespace": "shops", "uid": self.uid,
                "generation": self.generation,
            },
            "spec": *self.spec.value, "status": *self.status.value,
        }))
        .unwrap()
    }
}

/// What the pure stages made of one view of the cluster.
pub struct Planned {
    pub shop: Shop,
    pub plan: Plan,
    /// Of each object that is to be, in order.
    hashes: Vec<u64>,
    id: u64,
}

impl Planned {
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.plan.waves.iter().flat_map(|wave| &wave.objects)
    }
}

impl std::fmt::Debug for Planned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "plan {:08x}", self.id >> 32)
    }
}

impl PartialEq for Planned {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Planned {}

impl Hash for Planned {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

/// The operator in the middle of a pass.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pass {
    planned: Arc<Planned>,
    /// What it read, and the answers to its writes since.
    seen: Arc<Cluster>,
    previous: Mart,
    at: usize,
    /// Reason and message.
    failures: Vec<(Reason, String)>,
}

/// What one request did.
#[derive(Debug, PartialEq, Eq)]
pub enum Done {
    /// Nothing had to be sent.
    Nothing,
    Wrote(String),
    /// The last one: the status was reported if it changed.
    Over,
}

/// Harm that no later pass makes good.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Harm {
    /// The operator deleted something other than what it had decided on.
    pub robbed: bool,
    /// Values of a Secret were replaced.
    pub overwritten: bool,
}

pub struct Operator {
    pub releases: Releases,
    pub bug: Bug,
    plans: Mutex<HashMap<u64, Arc<Planned>>>,
    /// What was found out about pairs of a desired and a live object.
    compared: Mutex<HashMap<u64, Result<bool, Failure>>>,
}

impl Operator {
    pub fn new(releases: Releases, bug: Bug) -> Self {
        Self {
            releases,
            bug,
            plans: Mutex::default(),
            compared: Mutex::default(),
        }
    }

    /// Plans that were made, each for another view.
    pub fn plans(&self) -> usize {
        self.plans.lock().unwrap().len()
    }

    /// Reads and plans. `seen` is what the reads showed, usually the cluster as it is.
    pub fn begin(&self, mart: &Mart, seen: &Arc<Cluster>) -> Pass {
        Pass {
            planned: self.planned(mart, seen),
            seen: seen.clone(),
            previous: mart.clone(),
            at: 0,
            failures: Vec::new(),
        }
    }

    pub fn planned(&self, mart: &Mart, seen: &Cluster) -> Arc<Planned> {
        let id = hash(&(mart, &seen.objects, &seen.secrets));
        if let Some(known) = self.plans.lock().unwrap().get(&id) {
            return known.clone();
        }
        let object = mart.object();
        // The shop's Secrets do not depend on what was observed.
        let blind = validate::validate(&object, &Cluster::default().observed(&[]), &self.releases);
        let secrets = localmart_operator::build::secrets::plans(&blind.unwrap());
        let mut observed = seen.observed(&secrets);
        observed.status = mart.status();
        let shop = validate::validate(&object, &observed, &self.releases).unwrap();
        let mut plan = plan::plan(&shop, &observed);
        if self.bug == Bug::CompletedTooEarly {
            let running = |task: &&mut localmart_api::TaskStatus| task.state == TaskState::Running;
            for task in plan.lifecycle.iter_mut().filter(running) {
                task.state = TaskState::Complete;
                task.completed = Some(task.desired.clone());
            }
        }
        let objects = plan.waves.iter().flat_map(|wave| &wave.objects);
        let hashes = objects.map(|object| hash(&object.body.to_string()));
        let planned = Arc::new(Planned {
            hashes: hashes.collect(),
            shop,
            plan,
            id,
        });
        self.plans.lock().unwrap().insert(id, planned.clone());
        planned
    }

    /// The next request. If its reply is lost, it was done all the same.
    pub fn step(
        &self,
        pass: &mut Pass,
        cluster: &mut Arc<Cluster>,
        mart: &mut Mart,
        harm: &mut Harm,
        lost: bool,
    ) -> Done {
        let planned = pass.planned.clone();
        let plan = &planned.plan;
        let secrets = plan.secrets.len();
        let objects = secrets + planned.objects().count();
        let at = pass.at;
        pass.at += 1;
        let done = if at < secrets {
            self.secret(pass, cluster, &plan.secrets[at].name, harm, lost)
        } else if at < objects {
            let done = self.ensure(pass, cluster, at - secrets, lost);
            if lost && done != Done::Nothing {
                // The API server does not answer: the rest is left for later.
                pass.at = objects;
            }
            done
        } else {
            // Decided once, before the first delete.
            if at == objects && !pass.failures.is_empty() {
                pass.at = usize::MAX;
            }
            match plan.prune.get(at - objects) {
                Some(surplus) if pass.at != usize::MAX => {
                    self.prune(cluster, &surplus.key, &surplus.uid, harm)
                }
                _ => return report(pass, mart),
            }
        };
        if lost && done != Done::Nothing {
            pass.failures
                .push((Reason::ApiUnavailable, "no answer".to_owned()));
        }
        done
    }

    /// Create; on 409 the live one counts.
    fn secret(
        &self,
        pass: &mut Pass,
        cluster: &mut Arc<Cluster>,
        name: &str,
        harm: &mut Harm,
        lost: bool,
    ) -> Done {
        if pass.seen.secrets.contains_key(name) {
            return Done::Nothing;
        }
        let server = Arc::make_mut(cluster);
        let created = server.create_secret(name);
        if !created && self.bug == Bug::SecretMadeAgain {
            server.secrets.get_mut(name).unwrap().content += 100;
            harm.overwritten = true;
        }
        if lost && created {
            return Done::Wrote(format!("Secret {name}"));
        }
        let live = server.secrets[name].clone();
        Arc::make_mut(&mut pass.seen)
            .secrets
            .insert(name.to_owned(), live);
        if created {
            Done::Wrote(format!("Secret {name}"))
        } else {
            Done::Nothing
        }
    }

    /// Server-side apply of what differs.
    fn ensure(&self, pass: &mut Pass, cluster: &mut Arc<Cluster>, at: usize, lost: bool) -> Done {
        let planned = pass.planned.clone();
        let object = planned.objects().nth(at).unwrap();
        let key = &object.key;
        let listed = pass.seen.objects.get(key).filter(|live| live.is_labelled());
        // What the list did not show may still exist.
        let live = listed.or_else(|| cluster.objects.get(key)).cloned();
        if let Some(live) = live {
            match self.differs(&planned, at, &live) {
                Err(failure) => {
                    pass.failures.push((failure.reason, failure.message));
                    return Done::Nothing;
                }
                Ok(_) if key.kind == Kind::Job => return Done::Nothing,
                Ok(false) => {
                    if pass.seen.objects.get(key) != Some(&live) {
                        let seen = Arc::make_mut(&mut pass.seen);
                        seen.objects.insert(key.clone(), live);
                    }
                    return Done::Nothing;
                }
                Ok(true) => {}
            }
        }
        let server = Arc::make_mut(cluster);
        server.apply(key, &object.body);
        if !lost {
            let applied = server.objects[key].clone();
            let seen = Arc::make_mut(&mut pass.seen);
            seen.objects.insert(key.clone(), applied);
        }
        Done::Wrote(key.to_string())
    }

    /// Whether the object has to be sent, or why it must not be.
    pub fn differs(&self, planned: &Planned, at: usize, live: &Live) -> Result<bool, Failure> {
        let object = planned.objects().nth(at).unwrap();
        let identity = &planned.shop.identity;
        let pair = hash(&(planned.hashes[at], live, &identity.uid));
        if let Some(known) = self.compared.lock().unwrap().get(&pair) {
            return known.clone();
        }
        let found = live.object(&object.key);
        let differs = apply::check_belongs(&object.key, &found, identity)
            .map(|()| drift::needs_apply(&object.body, &found));
        self.compared.lock().unwrap().insert(pair, differs.clone());
        differs
    }

    fn prune(&self, cluster: &mut Arc<Cluster>, key: &Key, uid: &str, harm: &mut Harm) -> Done {
        let Some(live) = cluster.objects.get(key) else {
            return Done::Nothing;
        };
        if live.uid(key) != uid {
            if self.bug != Bug::DeleteWithoutUid {
                return Done::Nothing;
            }
            harm.robbed = true;
        }
        Arc::make_mut(cluster).objects.remove(key);
        Done::Wrote(key.to_string())
    }
}

fn report(pass: &Pass, mart: &mut Mart) -> Done {
    let failures: Vec<_> = pass
        .failures
        .iter()
        .map(|(reason, message)| Failure::new(*reason, message.as_str()))
        .collect();
    let previous = pass.previous.status();
    let occasion = Occasion {
        generation: Some(pass.previous.generation),
        previous: &previous,
        paused: false,
        now: Timestamp::UNIX_EPOCH,
    };
    let Planned { shop, plan, .. } = &*pass.planned;
    let mut observed = pass.seen.observed(&plan.secrets);
    observed.status.clone_from(&previous);
    let status = report::of_plan(occasion, shop, &observed, plan, &failures);
    if status != previous {
        let status: Value = serde_json::to_value(&status).unwrap();
        mart.status = Body::new(status);
    }
    Done::Over
}
