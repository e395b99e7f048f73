//! States and actions: the operator writes or dies, controllers act, and now and then something
//! goes wrong.

use std::{collections::BTreeSet, sync::Arc};

use localmart_api::names;
use localmart_operator::{
    build::{Key, Kind},
    releases::{OWN_VERSION, Releases},
};
use serde_json::json;
use stateright::{Model, Property};

use super::{
    cluster::{Body, Cluster, Progress},
    controllers,
    pass::{Bug, Done, Harm, Mart, Operator, Pass},
    settle::Settled,
};

const NEXT_VERSION: &str = "99.0.0";

/// What really happened to the data, whatever was reported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Truth {
    /// Jobs that completed, by name.
    pub done: BTreeSet<String>,
    /// Images whose migrations were applied.
    pub migrated: BTreeSet<String>,
    /// The content of the Secret from which the database got its logins.
    pub logins: Option<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub mart: Mart,
    pub cluster: Arc<Cluster>,
    pub truth: Truth,
    pub harm: Harm,
    /// Absent between two passes.
    pub pass: Option<Pass>,
    /// What a cache that lags behind still shows.
    pub stale: Option<Arc<Cluster>>,
    pub faults_left: u8,
    pub upgrades_left: u8,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The operator reads and plans.
    Begin,
    /// The same with what a cache kept.
    BeginStale,
    /// The operator goes on to its next write.
    Write,
    /// Costs no fault: it may happen at any time, any number of times.
    Crash,
    Ready(Key),
    /// Every Deployment is rolled out; which one first makes no difference to the operator.
    RolledOut,
    JobCompletes(Key),
    /// All of a kind: the collector knows no plan, and in what order it takes them is its affair.
    CollectGarbage(Kind),
    Upgrade,
    // Faults.
    JobFails(Key),
    DeletedByHand(Key),
    SecretDeletedByHand(String),
    EditedByHand(Key),
    /// Somebody removes a surplus object and makes their own of that name.
    ExchangedByHand(Key),
    LostReply,
    /// From now on a cache shows what was there now.
    CacheStops,
}

/// Where to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Empty,
    /// A LocalMart of this name was deleted with its data retained, and made again before the
    /// garbage collector began.
    Again,
    /// A shop that is ready.
    Ready,
}

pub struct Shop {
    pub operator: Operator,
    pub start: Start,
    pub faults: u8,
    pub upgrades: u8,
    pub settled: Settled,
}

impl Shop {
    pub fn new(start: Start, faults: u8, bug: Bug) -> Self {
        Self {
            operator: Operator::new(releases(), bug),
            start,
            faults,
            upgrades: 0,
            settled: Settled::default(),
        }
    }

    pub fn empty(&self, uid: &'static str) -> State {
        State {
            mart: Mart {
                uid,
                spec: Body::new(json!({
                    "version": OWN_VERSION, "ingress": { "host": "a.localhost" },
                })),
                generation: 1,
                status: Body::new(json!({ "message": "" })),
            },
            cluster: Arc::default(),
            truth: Truth::default(),
            harm: Harm::default(),
            pass: None,
            stale: None,
            faults_left: self.faults,
            upgrades_left: self.upgrades,
        }
    }

    /// Whether faults and single writes are explored for this object. The objects of one service
    /// stand for those of all; what is not looked at is written together with what comes next.
    fn watched(name: &str) -> bool {
        const WATCHED: [&str; 9] = [
            "Secret shop-postgres",
            "Secret shop-database",
            "PersistentVolumeClaim shop-postgres-data",
            "StatefulSet shop-postgres",
            "StatefulSet shop-redis",
            "Service shop-orders",
            "Deployment shop-orders",
            "Ingress shop-storefront",
            "Job",
        ];
        WATCHED.iter().any(|watched| name.starts_with(watched))
    }

    /// Goes on to the next write that is looked at, or to the end of the pass.
    pub fn write(&self, state: &mut State, lost: bool) {
        let Some(mut pass) = state.pass.take() else {
            return;
        };
        loop {
            let (cluster, mart, harm) = (&mut state.cluster, &mut state.mart, &mut state.harm);
            match self.operator.step(&mut pass, cluster, mart, harm, lost) {
                Done::Over => return,
                Done::Wrote(_) if lost => break,
                Done::Wrote(name) if Self::watched(&name) => break,
                Done::Nothing | Done::Wrote(_) => {}
            }
        }
        state.pass = Some(pass);
    }

    fn faults(state: &State, actions: &mut Vec<Action>) {
        if state.pass.is_some() {
            actions.push(Action::LostReply);
        }
        if state.stale.is_none() {
            actions.push(Action::CacheStops);
        }
        let cluster = &state.cluster;
        for name in cluster.secrets.keys() {
            if Self::watched(&format!("Secret {name}")) {
                actions.push(Action::SecretDeletedByHand(name.clone()));
            }
        }
        for (key, live) in &cluster.objects {
            if !Self::watched(&key.to_string()) || !live.is_labelled() {
                continue;
            }
            actions.push(Action::DeletedByHand(key.clone()));
            match key.kind {
                Kind::Job if live.progress == Progress::Fresh => {
                    actions.push(Action::JobFails(key.clone()));
                }
                Kind::Job | Kind::PersistentVolumeClaim => {}
                Kind::Ingress if state.mart.generation > 1 => {
                    actions.push(Action::ExchangedByHand(key.clone()));
                }
                _ => actions.push(Action::EditedByHand(key.clone())),
            }
        }
    }
}

impl Model for Shop {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![match self.start {
            Start::Empty => self.empty("u"),
            Start::Ready => self.calm(self.empty("u")),
            Start::Again => {
                let before = self.calm(self.empty("gone"));
                let mart = self.empty("u").mart;
                State { mart, ..before }
            }
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.pass.is_some() {
            actions.extend([Action::Write, Action::Crash]);
        } else {
            actions.push(Action::Begin);
            if state.stale.is_some() {
                actions.push(Action::BeginStale);
            }
        }
        actions.extend(controllers::possible(state));
        if state.upgrades_left > 0 {
            actions.push(Action::Upgrade);
        }
        if state.faults_left > 0 {
            Self::faults(state, actions);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        let fault = |state: &mut State| state.faults_left -= 1;
        match &action {
            Action::Begin => state.pass = Some(self.operator.begin(&state.mart, &state.cluster)),
            Action::BeginStale => {
                // A cache catches up in the end.
                let stale = state.stale.take()?;
                state.pass = Some(self.operator.begin(&state.mart, &stale));
            }
            Action::Write => self.write(&mut state, false),
            Action::Crash => state.pass = None,
            Action::Upgrade => {
                state.upgrades_left -= 1;
                state.mart.generation += 1;
                // The next release, and exposed no more.
                state.mart.spec = Body::new(json!({ "version": NEXT_VERSION }));
            }
            Action::LostReply => {
                fault(&mut state);
                self.write(&mut state, true);
            }
            Action::CacheStops => {
                fault(&mut state);
                state.stale = Some(state.cluster.clone());
            }
            Action::JobFails(key) => {
                fault(&mut state);
                let cluster = Arc::make_mut(&mut state.cluster);
                cluster.objects.get_mut(key)?.progress = Progress::Failed;
            }
            Action::DeletedByHand(key) => {
                fault(&mut state);
                Arc::make_mut(&mut state.cluster).objects.remove(key);
            }
            Action::SecretDeletedByHand(name) => {
                fault(&mut state);
                Arc::make_mut(&mut state.cluster).secrets.remove(name);
            }
            Action::EditedByHand(key) => {
                fault(&mut state);
                Arc::make_mut(&mut state.cluster).edit(key);
            }
            Action::ExchangedByHand(key) => {
                fault(&mut state);
                Arc::make_mut(&mut state.cluster).exchange(key);
            }
            _ => controllers::act(&mut state, &action),
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("a completed task did complete", |_, state: &State| {
                let lifecycle = &state.mart.status.value["lifecycle"];
                lifecycle.as_array().into_iter().flatten().all(|task| {
                    task["completed"].as_str().is_none_or(|checksum| {
                        let name = task["name"].as_str().unwrap();
                        state
                            .truth
                            .done
                            .contains(&format!("shop-{name}-{checksum}"))
                    })
                })
            }),
            Property::always("values of a Secret stay", |_, state: &State| {
                !state.harm.overwritten
            }),
            Property::always("a delete takes what was read", |_, state: &State| {
                !state.harm.robbed
            }),
            Property::always("no service before its migrations", |_, state: &State| {
                let deployments = state.cluster.objects.iter();
                deployments
                    .filter(|(key, _)| key.kind == Kind::Deployment)
                    .all(|(_, live)| {
                        let version = &live.body.value["metadata"]["labels"][names::VERSION];
                        let image = format!("migrate:{}", version.as_str().unwrap());
                        state.truth.migrated.contains(&image)
                    })
            }),
            Property::always("settles, and as wanted", |shop: &Self, state| {
                match shop.settles(state) {
                    Ok(()) => true,
                    Err(why) => {
                        println!("does not settle as wanted: {why}");
                        false
                    }
                }
            }),
        ]
    }
}

/// Two releases, whose images carry their version.
fn releases() -> Releases {
    let names = [
        "catalog",
        "cart",
        "orders",
        "payments",
        "storefront",
        "migrate",
    ];
    let table = [OWN_VERSION, NEXT_VERSION].map(|version| {
        let images = names.map(|name| format!("  {name}: \"{name}:{version}\"\n"));
        format!(
            "\"{version}\":\n{}  redis: redis\n  postgres: {{\"15\": postgres}}\n",
            images.concat()
        )
    });
    Releases::parse(&table.concat()).unwrap()
}
