//! The plan drives any state of the cluster to the wanted one, in any order of events.
//!
//! The cluster here is a map: what a plan sends is inserted, and controllers finish what they
//! please.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{sync::OnceLock, time::Instant};

use k8s_openapi::jiff::Timestamp;
use kube::core::DynamicObject;
use localmart_api::{LocalMart, Phase};
use localmart_operator::{
    build::{Key, Kind},
    reconcile::{
        observed::Observed,
        plan::{self, Plan},
        report::{self, Occasion},
        shop::Shop,
        validate,
    },
    releases::Releases,
    yaml,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A cluster in memory, with one LocalMart.
struct World {
    object: LocalMart,
    observed: Observed,
    uids: u32,
    phases: Vec<Phase>,
    /// Whether anything changed since somebody asked.
    changed: bool,
}

impl World {
    fn new(spec: &str) -> Self {
        let spec: Value = yaml::from_str(spec).unwrap();
        let object = json!({
            "apiVersion": "localmart.dev/v1alpha1", "kind": "LocalMart",
            "metadata": { "name": "shop", "namespace": "shops", "uid": "u", "generation": 1 },
            "spec": spec,
        });
        Self {
            object: serde_json::from_value(object).unwrap(),
            observed: Observed::default(),
            uids: 0,
            phases: Vec::new(),
            changed: false,
        }
    }

    fn shop(&self) -> Shop {
        let releases = Releases::conventional();
        validate::validate(&self.object, &self.observed, &releases).unwrap()
    }

    fn uid(&mut self) -> String {
        self.uids += 1;
        format!("uid-{}", self.uids)
    }

    /// One pass of the operator; stops after `writes` writes, as if it were killed there.
    fn pass(&mut self, mut writes: usize) -> Plan {
        let shop = self.shop();
        let plan = plan::plan(&shop, &self.observed);
        let mut may_write = move || {
            let may = writes > 0;
            writes = writes.saturating_sub(1);
            may
        };
        for secret in &plan.secrets {
            let live = self.observed.secrets.get(&secret.name).cloned();
            let present = live.clone().and_then(|live| live.data).unwrap_or_default();
            let missing = secret.missing(&present);
            if missing.is_empty() {
                continue;
            }
            if !may_write() {
                return plan;
            }
            let mut made = live.unwrap_or_else(|| secret.create("shops"));
            made.metadata.uid.get_or_insert(self.uid());
            made.data.get_or_insert_default().extend(missing);
            self.observed.secrets.insert(secret.name.clone(), made);
            self.changed = true;
        }
        for object in plan.waves.iter().flat_map(|wave| &wave.objects) {
            let live = self.observed.objects.get(&object.key);
            let old = live.map(|live| serde_json::to_value(live).unwrap());
            let mut body = object.body.clone();
            if let Some(least) = plan.handed.get(&object.key) {
                let live = old.as_ref().map(|old| old["spec"]["replicas"].clone());
                body["spec"]["replicas"] = live.unwrap_or_else(|| json!(least));
            }
            if let Some(old) = &old {
                body["status"] = old["status"].clone();
                body["metadata"]["uid"] = old["metadata"]["uid"].clone();
                body["metadata"]["generation"] = old["metadata"]["generation"].clone();
                if body == *old {
                    continue;
                }
            }
            if !may_write() {
                return plan;
            }
            let generation = body["metadata"]["generation"].as_i64().unwrap_or(0) + 1;
            body["metadata"]["generation"] = json!(generation);
            if old.is_none() {
                body["metadata"]["uid"] = json!(self.uid());
                body.as_object_mut().unwrap().remove("status");
            }
            self.put(&object.key, body);
        }
        for surplus in &plan.prune {
            if !may_write() {
                return plan;
            }
            self.observed.objects.remove(&surplus.key);
            self.changed = true;
        }
        if may_write() {
            let previous = self.observed.status.clone();
            let occasion = Occasion {
                generation: Some(1),
                previous: &previous,
                paused: false,
                now: Timestamp::UNIX_EPOCH,
            };
            self.observed.status = report::of_plan(occasion, &shop, &self.observed, &plan, &[]);
            self.changed |= self.observed.status != previous;
            let phase = self.observed.status.phase.unwrap();
            if self.phases.last() != Some(&phase) {
                self.phases.push(phase);
            }
        }
        plan
    }

    fn put(&mut self, key: &Key, body: Value) {
        let object: DynamicObject = serde_json::from_value(body).unwrap();
        self.changed |= self.observed.objects.get(key) != Some(&object);
        self.observed.objects.insert(key.clone(), object);
    }

    /// The controllers finish the `at`-th workload.
    fn finish(&mut self, at: usize) {
        let workloads: Vec<Key> = self
            .observed
            .objects
            .keys()
            .filter(|key| matches!(key.kind, Kind::Deployment | Kind::StatefulSet | Kind::Job))
            .cloned()
            .collect();
        let Some(key) = workloads.get(at % workloads.len().max(1)) else {
            return;
        };
        let mut body = serde_json::to_value(&self.observed.objects[key]).unwrap();
        let generation = body["metadata"]["generation"].clone();
        let replicas = body["spec"]["replicas"].clone();
        body["status"] = match key.kind {
            Kind::Job => json!({
                "succeeded": 1, "conditions": [{ "type": "Complete", "status": "True" }],
            }),
            _ => json!({
                "observedGeneration": generation, "replicas": replicas,
                "updatedReplicas": replicas, "readyReplicas": replicas,
                "availableReplicas": replicas, "currentRevision": "a", "updateRevision": "a",
            }),
        };
        self.put(key, body);
    }

    fn finish_all(&mut self) {
        for at in 0..self.observed.objects.len() {
            self.finish(at);
        }
    }

    /// Somebody deletes the `at`-th object or Secret.
    fn delete(&mut self, at: usize) {
        let objects: Vec<Key> = self
            .observed
            .objects
            .keys()
            .filter(|key| key.kind != Kind::PersistentVolumeClaim)
            .cloned()
            .collect();
        let secrets: Vec<String> = self
            .observed
            .secrets
            .keys()
            .filter(|name| !name.ends_with("-postgres"))
            .cloned()
            .collect();
        let all = objects.len() + secrets.len();
        if all == 0 {
            return;
        }
        let at = at % all;
        match objects.get(at) {
            Some(key) => drop(self.observed.objects.remove(key)),
            None => drop(self.observed.secrets.remove(&secrets[at - objects.len()])),
        }
    }

    /// Passes and working controllers until nothing changes.
    fn settle(&mut self) {
        for _ in 0..40 {
            self.changed = false;
            self.pass(usize::MAX);
            self.finish_all();
            if !self.changed && self.observed.status.phase == Some(Phase::Ready) {
                return;
            }
        }
        panic!("does not settle: {:#?}", self.observed.status);
    }

    /// Which objects there are, without what is made at random.
    fn inventory(&self) -> Vec<String> {
        let kinds = self
            .observed
            .objects
            .keys()
            .filter(|key| key.kind != Kind::Job);
        let secrets = self
            .observed
            .secrets
            .keys()
            .map(|name| format!("Secret {name}"));
        kinds.map(ToString::to_string).chain(secrets).collect()
    }
}

const SPEC: &str = "{sampleData: Enabled, ingress: {host: a.localhost}, services: {cart: {replicas: 2}, \
     orders: {autoscaling: {minReplicas: 2, maxReplicas: 4}}}}";

#[test]
fn a_first_installation_goes_through_its_phases() {
    let mut world = World::new(SPEC);
    let mut early = Vec::new();
    for _ in 0..30 {
        let plan = world.pass(usize::MAX);
        // What a closed gate held back on a first installation is not there.
        for wave in plan.waves.iter().filter(|wave| !wave.gate.is_open()) {
            early.extend(wave.objects.iter().map(|object| object.key.clone()));
        }
        world.finish_all();
    }
    assert!(early.is_empty(), "{early:?}");
    assert_eq!(
        world.phases,
        [
            Phase::Pending,
            Phase::Provisioning,
            Phase::Migrating,
            Phase::RollingOut,
            Phase::Ready
        ]
    );
    assert_eq!(world.inventory().len(), 42);
}

#[test]
fn planning_is_deterministic_and_quick() {
    let mut world = World::new(SPEC);
    world.settle();
    let shop = world.shop();
    let text = |plan: &Plan| format!("{plan:?}");
    let first = text(&plan::plan(&shop, &world.observed));
    let started = Instant::now();
    for _ in 0..50 {
        assert_eq!(text(&plan::plan(&shop, &world.observed)), first);
    }
    println!(
        "a plan takes {:?} here, printing included",
        started.elapsed() / 50
    );
}

#[derive(Clone, Debug)]
enum Step {
    /// The operator runs and is killed after so many writes.
    Pass(usize),
    Finish(usize),
    Delete(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..60_usize).prop_map(Step::Pass),
        3 => (0..20_usize).prop_map(Step::Finish),
        1 => (0..50_usize).prop_map(Step::Delete),
    ];
    prop::collection::vec(step, 0..30)
}

fn calm_inventory() -> &'static [String] {
    static INVENTORY: OnceLock<Vec<String>> = OnceLock::new();
    INVENTORY.get_or_init(|| {
        let mut calm = World::new(SPEC);
        calm.settle();
        calm.inventory()
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        // A failing history is printed; it is short enough to be written down as a test.
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_history_ends_in_the_same_shop(history in steps()) {
        let mut world = World::new(SPEC);
        for step in history {
            match step {
                Step::Pass(writes) => drop(world.pass(writes)),
                Step::Finish(at) => world.finish(at),
                Step::Delete(at) => world.delete(at),
            }
        }
        world.settle();
        prop_assert_eq!(world.inventory(), calm_inventory());
    }
}
