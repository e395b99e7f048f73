mod external;

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::{ByteString, api::core::v1::Pod};
use kube::core::DynamicObject;
use localmart_api::TaskState;
use serde_json::{Value, json};

use super::*;
use crate::{
    build::{
        Key, Kind,
        secrets::{self, SecretPlan},
    },
    reconcile::{
        plan::{self, Plan},
        validate,
    },
    releases::Releases,
    testing,
};

/// A cluster in which everything that is wanted comes true at once, as far as it is let.
struct World {
    observed: Observed,
    request: Option<&'static str>,
    spec: &'static str,
    /// Services whose pods stay what they are.
    stuck: BTreeSet<&'static str>,
    /// What each service's pods mount and are told, of the Deployments as they are.
    templates: BTreeMap<String, Value>,
}

impl World {
    fn ready() -> Self {
        Self::of("{}", Observed::default())
    }

    fn beside_others() -> Self {
        Self::of(testing::BESIDE_OTHERS, testing::logins())
    }

    fn of(spec: &'static str, observed: Observed) -> Self {
        let mut world = Self {
            observed,
            request: None,
            spec,
            stuck: BTreeSet::new(),
            templates: BTreeMap::new(),
        };
        for _ in 0..6 {
            world.pass();
        }
        assert!(world.shop().rings.database.is_first());
        world
    }

    fn shop(&self) -> Shop {
        let mut object = testing::object(self.spec);
        object.metadata.annotations = self
            .request
            .map(|value| BTreeMap::from([(names::ROTATE_SECRETS.to_owned(), value.to_owned())]));
        validate::validate(&object, &self.observed, &Releases::conventional()).unwrap()
    }

    fn plan(&self) -> Plan {
        plan::plan(&self.shop(), &self.observed)
    }

    /// One pass of the operator and what the cluster makes of it. Returns the Deployments whose
    /// pods were exchanged.
    fn pass(&mut self) -> BTreeSet<String> {
        let plan = self.plan();
        for secret in &plan.secrets {
            self.write_secret(secret);
        }
        let mut rolled = BTreeSet::new();
        for object in plan.waves.iter().flat_map(|wave| &wave.objects) {
            let mut body = object.body.clone();
            let replicas = body["spec"]["replicas"].clone();
            let name = &object.key.name;
            if object.key.kind == Kind::Deployment {
                let template = body["spec"]["template"].clone();
                let stays = self.stuck.contains(name.trim_start_matches("shop-"));
                let before = self.templates.insert(name.clone(), template.clone());
                if before.is_some_and(|before| before != template) {
                    rolled.insert(name.clone());
                    if stays {
                        body["status"] = json!({ "observedGeneration": 0 });
                        self.put(object.key.clone(), body);
                        continue;
                    }
                }
                if stays {
                    continue;
                }
            }
            body["status"] = json!({
                "replicas": replicas, "readyReplicas": replicas, "updatedReplicas": replicas,
                "availableReplicas": replicas, "currentRevision": "a", "updateRevision": "a",
                "observedGeneration": 1,
                "conditions": [{ "type": "Complete", "status": "True" }],
            });
            body["metadata"]["generation"] = json!(1);
            self.put(object.key.clone(), body);
        }
        self.observed.status.lifecycle = plan.lifecycle;
        self.observed.status.version = Some("0.1.0".to_owned());
        rolled
    }

    fn put(&mut self, key: Key, body: Value) {
        let object: DynamicObject = serde_json::from_value(body).unwrap();
        self.observed.objects.insert(key, object);
    }

    /// What `apply` does: nothing that is there is replaced.
    fn write_secret(&mut self, plan: &SecretPlan) {
        let live = self.observed.secrets.entry(plan.name.clone());
        let live = live.or_insert_with(|| {
            let mut secret = plan.create("shops");
            secret.metadata.uid = Some(plan.name.clone());
            secret
        });
        let data = live.data.get_or_insert_default();
        let missing = plan.missing(data);
        for (key, value) in missing {
            let replaced = data.insert(key.clone(), value).is_some();
            assert!(
                !replaced || key == secrets::REDIS_ACL,
                "{key} was replaced in place"
            );
        }
        data.retain(|key, _| !plan.obsolete.contains(key));
        let annotations = live.metadata.annotations.get_or_insert_default();
        for (name, value) in &plan.annotations {
            match value {
                Some(value) => drop(annotations.insert(name.clone(), value.clone())),
                None => drop(annotations.remove(name)),
            }
        }
    }

    /// Goes on until nothing moves; returns the steps that were seen and who rolled in each.
    fn run(&mut self) -> Vec<(Option<Step>, BTreeSet<String>)> {
        let mut seen: Vec<(Option<Step>, BTreeSet<String>)> = Vec::new();
        for _ in 0..24 {
            let step = self.shop().rings.step();
            let rolled = self.pass();
            match seen.last_mut() {
                Some((last, names)) if *last == step => names.extend(rolled),
                _ => seen.push((step, rolled)),
            }
        }
        seen
    }

    fn data(&self, name: &str) -> BTreeMap<String, ByteString> {
        self.observed.secrets[name].data.clone().unwrap()
    }

    /// Keys of `secret` that the pods of a service mount, with their files.
    fn mounts(&self, service: &str, secret: &str) -> BTreeSet<(String, String)> {
        let template = &self.templates[&format!("shop-{service}")];
        let volumes = template["spec"]["volumes"].as_array().unwrap();
        let sources = volumes.iter().flat_map(|volume| {
            volume["projected"]["sources"]
                .as_array()
                .cloned()
                .unwrap_or_default()
        });
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        sources
            .filter(|source| source["secret"]["name"] == secret)
            .flat_map(|source| source["secret"]["items"].as_array().unwrap().clone())
            .map(|item| (text(&item["key"]), text(&item["path"])))
            .collect()
    }
}

fn pair(key: &str, path: &str) -> (String, String) {
    (key.to_owned(), path.to_owned())
}

fn names_of(services: &[&str]) -> BTreeSet<String> {
    services.iter().map(|name| format!("shop-{name}")).collect()
}

#[test]
fn a_request_leads_from_one_generation_to_the_next_and_rolls_only_consumers() {
    let mut world = World::ready();
    let before = world.data("shop-database");
    assert!(
        world
            .run()
            .iter()
            .all(|(step, rolled)| step.is_none() && rolled.is_empty())
    );

    world.request = Some("today");
    let seen = world.run();
    let verifiers = names_of(&["catalog", "cart", "orders", "payments"]);
    let all = names_of(&["catalog", "cart", "orders", "payments", "storefront"]);
    let expected = [
        (None, BTreeSet::new()),
        (Some(Step::Add), BTreeSet::new()),
        (Some(Step::Publish), verifiers.clone()),
        (Some(Step::Use), all),
        (Some(Step::Drop), verifiers),
        (Some(Step::Remove), BTreeSet::new()),
        (None, BTreeSet::new()),
    ];
    assert_eq!(seen, expected);

    let after = world.data("shop-database");
    assert_eq!(after.len(), before.len());
    assert!(after.contains_key("orders-app-b.2") && after.contains_key("orders-migrator.2"));
    assert!(
        before
            .values()
            .all(|old| !after.values().any(|new| new == old))
    );
    // And back to the first login, with a third password.
    world.request = Some("tomorrow");
    world.run();
    assert!(world.data("shop-database").contains_key("orders-app-a.3"));
    assert!(world.data("shop-redis").contains_key("cart.3"));
    assert!(!world.data("shop-internal-keys").contains_key("catalog.2"));
}

#[test]
fn an_operator_killed_between_two_secrets_rolls_no_pod_more_often() {
    for written in 0..4 {
        let mut world = World::ready();
        world.request = Some("today");
        let mut rolled = 0;
        for _ in 0..24 {
            let plan = world.plan();
            for secret in plan.secrets.iter().take(written) {
                world.write_secret(secret);
            }
            rolled += world.pass().len();
        }
        assert!(
            world
                .data("shop-internal-keys")
                .contains_key("payment-webhooks.2")
        );
        assert_eq!(world.shop().rings.step(), None);
        assert_eq!(rolled, 4 + 5 + 4, "killed after {written} Secrets");
    }
}

#[test]
fn who_verifies_has_both_keys_before_anybody_signs_with_the_new_one() {
    let mut world = World::ready();
    world.request = Some("today");
    let (keys, mut by_step) = ("shop-internal-keys", BTreeMap::new());
    for _ in 0..24 {
        let step = world.shop().rings.step();
        world.pass();
        by_step.insert(
            step,
            (world.mounts("catalog", keys), world.mounts("cart", keys)),
        );
    }
    let (catalog, cart) = &by_step[&Some(Step::Publish)];
    assert_eq!(
        *catalog,
        [
            pair("catalog", "catalog"),
            pair("catalog.2", "catalog.beside")
        ]
        .into()
    );
    assert!(cart.contains(&pair("catalog", "catalog")));
    let (catalog, cart) = &by_step[&Some(Step::Use)];
    assert_eq!(catalog.len(), 2);
    assert!(cart.contains(&pair("catalog.2", "catalog")));
    let (catalog, _) = &by_step[&Some(Step::Drop)];
    assert_eq!(*catalog, [pair("catalog.2", "catalog")].into());
}

/// The old login stays until the last pod that uses it is gone.
#[test]
fn no_step_is_taken_before_its_consumers_rolled() {
    let mut world = World::ready();
    world.request = Some("today");
    world.stuck.insert("orders");
    world.run();
    assert_eq!(world.shop().rings.step(), Some(Step::Publish));
    let words = world.plan().rotation.unwrap();
    assert!(words.contains("waits for the pods of orders"), "{words}");

    // Its pods are new, but an old one is still on its way out.
    world.stuck.clear();
    let mut old: Pod = serde_json::from_value(json!({
        "metadata": {
            "labels": { names::COMPONENT: "orders" }, "annotations": { names::CONSUMES: "old" },
            "deletionTimestamp": "2026-01-01T00:00:00Z",
        },
        "status": { "phase": "Running" },
    }))
    .unwrap();
    world.observed.pods = vec![old.clone()];
    world.run();
    assert_eq!(world.shop().rings.step(), Some(Step::Publish));
    let held = world.shop().rings.database.accepted();
    assert_eq!(held, [1, 2]);
    old.status.as_mut().unwrap().phase = Some("Succeeded".to_owned());
    world.observed.pods = vec![old];
    world.run();
    assert_eq!(world.shop().rings.step(), None);
}

#[test]
fn a_rotation_waits_for_its_job_and_keeps_the_old_until_it_is_done() {
    let mut world = World::ready();
    world.request = Some("today");
    world.pass();
    assert_eq!(world.shop().rings.step(), Some(Step::Add));
    let plan = world.plan();
    let task = plan.lifecycle.iter().find(|task| task.name == "rotate");
    assert_eq!(task.unwrap().state, TaskState::Running);
    assert!(!plan.released);
    let acl =
        |world: &World| String::from_utf8(world.data("shop-redis")[secrets::REDIS_ACL].0.clone());
    let passwords = acl(&world)
        .unwrap()
        .lines()
        .nth(1)
        .unwrap()
        .matches('#')
        .count();
    assert_eq!(passwords, 2, "Redis takes both");
    world.run();
    let passwords = acl(&world)
        .unwrap()
        .lines()
        .nth(1)
        .unwrap()
        .matches('#')
        .count();
    assert_eq!(passwords, 1);
}

#[test]
fn a_secret_that_is_late_joins_and_one_that_was_lost_is_left_out() {
    let mut world = World::ready();
    world.request = Some("today");
    // Killed after the first of three Secrets.
    let first = world
        .plan()
        .secrets
        .into_iter()
        .find(|plan| plan.name == "shop-database");
    world.write_secret(&first.unwrap());
    assert_eq!(world.shop().rings.redis.step, None);
    world.pass();
    assert_eq!(world.shop().rings.redis.step, Some(Step::Add));
    world.pass();
    world.observed.secrets.remove("shop-redis");
    world.run();
    let rings = world.shop().rings;
    assert_eq!((rings.step(), rings.database.generation), (None, 2));
    assert!(
        rings.redis.is_first(),
        "made with the request already answered"
    );
}

/// The time of the last exchange is in the Secret; of one that never was, it is that of its making.
#[test]
fn secrets_of_age_are_exchanged_once() {
    let mut world = World::ready();
    world.spec = "{secrets: {rotation: {period: 30d}}}";
    let at = |days: i64| Timestamp::from_second(days * 24 * 60 * 60).ok();
    for secret in world.observed.secrets.values_mut() {
        let made = at(100).map(k8s_openapi::apimachinery::pkg::apis::meta::v1::Time);
        secret.metadata.creation_timestamp = made;
    }
    let mut exchanged = Vec::new();
    for day in [101, 129, 130, 131, 159, 160, 161] {
        world.observed.now = at(day);
        world.run();
        exchanged.push(world.shop().rings.redis.generation);
        assert_eq!(world.shop().rings.step(), None);
    }
    assert_eq!(exchanged, [1, 1, 2, 2, 2, 3, 3]);
}
