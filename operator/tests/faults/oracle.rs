//! What must hold whatever goes wrong, watched from the proxy: values of Secrets stay, nothing is
//! recorded as complete before its Job was, and what somebody else made is left alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use http::Method;
use k8s_openapi::api::batch::v1::Job;
use kube::{
    Api, ResourceExt,
    api::{DeleteParams, DynamicObject, ListParams, PostParams},
};
use localmart_api::{
    conditions::{ConditionType, Reason},
    names::{CHECKSUM, MANAGED_BY},
};
use localmart_operator::{
    build::{Kind, secrets},
    lifecycle::progress,
};
use serde_json::{Value, json};

use crate::{
    kit::{Space, eventually, exchange::Exchange, proxy::Observer},
    workloads::SHOP,
};

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Watches the requests of one operator.
pub struct Witness {
    space: Space,
    /// The values that each of the shop's Secrets had first, by name and uid.
    values: Mutex<BTreeMap<String, Value>>,
    /// Checksums of the Jobs that completed.
    completed: Mutex<BTreeSet<String>>,
    /// What somebody else made in the place of the operator's.
    strangers: Mutex<Vec<(Kind, DynamicObject)>>,
    /// Of these, those in the way of the operator: they are taken away again.
    visitors: Mutex<Vec<(Kind, DynamicObject)>>,
    made: AtomicUsize,
    violations: Mutex<Vec<String>>,
}

impl Witness {
    pub fn new(space: &Space) -> Self {
        Self {
            space: space.clone(),
            values: Mutex::default(),
            completed: Mutex::default(),
            strangers: Mutex::default(),
            visitors: Mutex::default(),
            made: AtomicUsize::new(0),
            violations: Mutex::default(),
        }
    }

    /// How many strangers there were.
    pub fn made(&self) -> usize {
        self.made.load(Ordering::Relaxed)
    }

    /// What did not hold until now, strangers included.
    pub async fn violations(&self) -> Vec<String> {
        let strangers = self.strangers.lock().unwrap().clone();
        for (kind, made) in strangers {
            let live = self.space.kind(kind).get_opt(&made.name_any()).await;
            if live.unwrap().and_then(|live| live.uid()) != made.uid() {
                let what = format!("{} {}", kind.name(), made.name_any());
                note(&self.violations, format!("{what} of somebody else is gone"));
            }
        }
        self.violations.lock().unwrap().clone()
    }

    /// Gives back the names that strangers took, once the operator says that they are taken; goes
    /// on for as long as it is asked to. What carries the operator's label by then was overwritten.
    pub async fn give_back_names(&self) {
        loop {
            let visitor = self.visitors.lock().unwrap().pop();
            match visitor {
                Some((kind, made)) => self.give_back(kind, &made).await,
                None => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    async fn give_back(&self, kind: Kind, made: &DynamicObject) {
        let (api, name) = (self.space.kind(kind), made.name_any());
        let what = format!("{} {name}", kind.name());
        let taken = eventually(&format!("{what} is refused or taken"), async || {
            let live = api.get_opt(&name).await.unwrap();
            let Some(live) = live.filter(|live| live.uid() == made.uid()) else {
                return Ok(Some("deleted"));
            };
            if live.labels().contains_key(MANAGED_BY) {
                return Ok(Some("overwritten"));
            }
            let status = self.space.shop(SHOP).await.status.unwrap_or_default();
            let told = status.condition(ConditionType::Reconciled);
            let told = told.is_some_and(|told| told.reason == Reason::NameTaken.as_str());
            told.then_some(None).ok_or(status)
        })
        .await;
        if let Some(how) = taken {
            let text = format!("{what} of somebody else was {how}");
            note(&self.violations, text);
        }
        let _ = api.delete(&name, &DeleteParams::background()).await;
    }

    async fn check_completion(&self, body: &[u8]) {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let tasks = body["status"]["lifecycle"].as_array().into_iter().flatten();
        let claimed: BTreeSet<_> = tasks
            .filter_map(|task| task["completed"].as_str().map(str::to_owned))
            .collect();
        let unknown = |completed: &BTreeSet<String>| {
            let unknown: Vec<_> = claimed.difference(completed).cloned().collect();
            unknown
        };
        if unknown(&self.completed.lock().unwrap()).is_empty() {
            return;
        }
        let jobs: Api<Job> = self.space.api();
        let jobs = jobs.list(&ListParams::default()).await.unwrap();
        let mut completed = self.completed.lock().unwrap();
        completed.extend(
            jobs.iter()
                .filter(|job| progress::is(job, "Complete").is_some())
                .filter_map(|job| job.labels().get(CHECKSUM).cloned()),
        );
        for checksum in unknown(&completed) {
            let text = format!("{checksum} is recorded as complete, and its Job is not");
            note(&self.violations, text);
        }
    }

    fn check_values(&self, secret: &Value) {
        let Some(name) = secret["metadata"]["name"].as_str() else {
            return;
        };
        if secret["metadata"]["labels"][MANAGED_BY].is_null() {
            return;
        }
        let mut values = self.values.lock().unwrap();
        let id = format!("{name} {}", secret["metadata"]["uid"]);
        let first = values.entry(id).or_insert_with(|| json!({}));
        let data = secret["data"].as_object().into_iter().flatten();
        for (key, value) in data.filter(|(key, _)| *key != secrets::REDIS_ACL) {
            if first[key].is_null() {
                first[key] = value.clone();
            } else if first[key] != *value {
                let text = format!("Secret {name}: the value of {key} is another one");
                note(&self.violations, text);
                first[key] = value.clone();
            }
        }
    }

    /// Deletes the live object and makes another one that is not the operator's.
    async fn replace(&self, exchange: &Exchange) {
        let kind = Kind::ALL.into_iter().find(|kind| {
            let resource = kind.resource();
            let right = exchange.right();
            right.ends_with(&format!(" {}", resource.plural))
                || right.ends_with(&format!(" {}/{}", resource.group, resource.plural))
        });
        let (Some(kind), Some(name)) = (kind, exchange.name()) else {
            return;
        };
        let api = self.space.kind(kind);
        let Some(live) = api.get_opt(name).await.unwrap() else {
            return;
        };
        let at_once = DeleteParams::background().grace_period(0);
        let _ = api.delete(name, &at_once).await.unwrap();
        while api.get_opt(name).await.unwrap().is_some() {
            tokio::time::sleep(PAUSE).await;
        }
        let mut data = live.data;
        data.as_object_mut().unwrap().remove("status");
        if kind == Kind::Service {
            let spec = data["spec"].as_object_mut().unwrap();
            spec.retain(|field, _| !field.starts_with("clusterIP"));
        }
        if data["spec"]["replicas"].is_number() {
            data["spec"]["replicas"] = json!(0);
        }
        let mut theirs = DynamicObject::new(name, &kind.resource());
        theirs.data = data;
        theirs.metadata.labels = Some([("theirs".to_owned(), "yes".to_owned())].into());
        let made = api.create(&PostParams::default(), &theirs).await.unwrap();
        self.made.fetch_add(1, Ordering::Relaxed);
        if exchange.method == Method::DELETE {
            self.strangers.lock().unwrap().push((kind, made));
        } else {
            self.visitors.lock().unwrap().push((kind, made));
        }
    }
}

fn note(violations: &Mutex<Vec<String>>, text: String) {
    let mut violations = violations.lock().unwrap();
    if !violations.contains(&text) {
        violations.push(text);
    }
}

impl Observer for Witness {
    fn before<'a>(&'a self, exchange: &'a Exchange, body: &'a [u8]) -> BoxFuture<'a, ()> {
        async move {
            if exchange.right() == "patch localmart.dev/localmarts/status" {
                self.check_completion(body).await;
            }
        }
        .boxed()
    }

    fn after(&self, exchange: &Exchange, reply: &[u8]) {
        if exchange.path.contains("/secrets") && exchange.status.is_success() {
            self.check_values(&serde_json::from_slice(reply).unwrap_or_default());
        }
    }

    fn stranger<'a>(&'a self, exchange: &'a Exchange) -> BoxFuture<'a, ()> {
        self.replace(exchange).boxed()
    }
}
