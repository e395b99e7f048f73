//! A namespace with a shop and an operator of its own.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use k8s_openapi::api::core::v1::Namespace;
use kube::{Api, api::DeleteParams};
use localmart_api::{Phase, conditions::ConditionType};
use localmart_operator::planted::Bug;
use serde_json::{Value, json};

use crate::{
    kit::{
        Cluster, Operator, Space, gateway::Gateways, kubelet::Kubelet, look, operator::Options,
        portrait, wait::LONG,
    },
    report::Report,
};

/// Name of every shop.
const SHOP: &str = "shop";
/// How long controllers may still be at work after the operator has come to rest.
const GRACE: Duration = Duration::from_secs(8);
/// The same where an autoscaler decides something: it looks every 15 seconds.
const GRACE_WITH_AUTOSCALER: Duration = Duration::from_secs(40);
/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(50);
/// Rounds of three passes in which something may still be written.
const ROUNDS: usize = 6;

/// What a shop is, comparable with one in another namespace.
pub type Portrait = BTreeMap<String, Value>;

/// Secrets and ConfigMaps of the user, each with one key and its value.
const FURNITURE: [(&str, &str, &str, &str); 11] = [
    ("Secret", "mine", "token", "one"),
    ("ConfigMap", "mine", "token", "one"),
    ("Secret", "empty", "token", ""),
    ("ConfigMap", "empty", "token", ""),
    ("Secret", "admin", "username", "root"),
    ("Secret", "admin", "password", "secret"),
    ("Secret", "other-admin", "username", "root"),
    ("Secret", "other-admin", "password", "secret"),
    (
        "Secret",
        "authority",
        "ca.crt",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ),
    ("Secret", "redis-url", "url", "redis://root:secret@cache"),
    (
        "Secret",
        "other-redis-url",
        "url",
        "rediss://root:secret@other:6380",
    ),
];

pub struct Stand {
    space: Space,
    _kubelet: Kubelet,
    _gateways: Gateways,
    operator: Operator,
}

impl Stand {
    pub async fn start(cluster: &Cluster, bug: Option<Bug>) -> Self {
        let space = cluster.space("campaign").await;
        let mut contents = BTreeMap::<_, BTreeMap<_, _>>::new();
        for (kind, name, key, value) in FURNITURE {
            contents.entry((kind, name)).or_default().insert(key, value);
        }
        for ((kind, name), content) in contents {
            let field = if kind == "Secret" {
                "stringData"
            } else {
                "data"
            };
            space.furnish(kind, name, &json!({ field: content })).await;
        }
        let kubelet = Kubelet::start(&space);
        let gateways = Gateways::start(&space);
        let options = Options {
            bug: bug.map(Bug::name),
            ..Options::default()
        };
        let operator = Operator::start_with(&space, options).await;
        Self {
            space,
            _kubelet: kubelet,
            _gateways: gateways,
            operator,
        }
    }

    /// Leaves nothing behind.
    pub async fn end(self, report: &Report) {
        report.wrote(&self.operator.proxy.writes());
        self.operator.kill().await;
        let namespaces: Api<Namespace> = Api::all(self.space.cluster.client.clone());
        let background = DeleteParams::background();
        let _ = namespaces
            .delete(&self.space.name, &background)
            .await
            .unwrap();
    }

    /// Notes what was written and forgets it.
    pub fn note(&self, report: &Report) {
        report.wrote(&self.operator.proxy.writes());
        self.operator.proxy.reset();
    }

    pub async fn apply(&self, spec: &Value) -> Result<(), String> {
        let applied = self.space.apply(SHOP, &spec.to_string()).await;
        applied
            .map(drop)
            .map_err(|status| format!("refused: {}", status.message))
    }

    /// Fails unless this spec is refused in these words.
    pub async fn refuses(&self, spec: &Value, words: &str) -> Result<(), String> {
        match self.space.dry_run(SHOP, &spec.to_string()).await {
            Ok(_) => Err(format!(
                "setting it back is not refused, {words:?} was expected"
            )),
            Err(status) if status.message.contains(words) => Ok(()),
            Err(status) => Err(format!(
                "setting it back: no {words:?} in {}",
                status.message
            )),
        }
    }

    /// Waits until the condition `Reconciled` of the newest spec has this reason.
    pub async fn told(&self, reason: &str) -> Result<(), String> {
        let started = Instant::now();
        loop {
            let shop = self.space.shop(SHOP).await;
            let status = shop.status.unwrap_or_default();
            let told = status.condition(ConditionType::Reconciled);
            let newest =
                told.is_some_and(|told| told.observed_generation == shop.metadata.generation);
            match told {
                Some(told) if newest && told.reason == reason && !told.message.is_empty() => {
                    return Ok(());
                }
                told if started.elapsed() > LONG => {
                    return Err(format!(
                        "no condition Reconciled with reason {reason}, but {told:?}"
                    ));
                }
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Waits until the shop is as asked for, or waits for one of these reasons, and costs no write
    /// any more.
    pub async fn rest(&self, waits: &[String]) -> Result<Portrait, String> {
        let mut writes = Vec::new();
        for _ in 0..ROUNDS {
            self.done(waits).await?;
            let (before, written) = (self.portrait().await, self.operator.proxy.writes().len());
            look::thrice(&self.space, &self.operator, SHOP).await;
            writes = self.operator.proxy.writes().split_off(written);
            writes.retain(|write| !write.is_event());
            let after = self.portrait().await;
            if writes.is_empty() && before == after {
                return Ok(after);
            }
        }
        Err(format!(
            "it does not come to rest; the last three passes wrote {writes:?}"
        ))
    }

    /// Waits until the shop is at rest and looks like this.
    pub async fn reach(
        &self,
        wanted: &Portrait,
        kept: &BTreeMap<String, String>,
        waits: &[String],
    ) -> Result<(), String> {
        let started = Instant::now();
        let scaled = wanted
            .keys()
            .any(|name| name.starts_with("HorizontalPodAutoscaler "));
        let grace = if scaled { GRACE_WITH_AUTOSCALER } else { GRACE };
        let wanted = lasting(wanted);
        loop {
            let mut seen = lasting(&self.rest(waits).await?);
            seen.retain(|name, _| wanted.contains_key(name) || !kept.contains_key(name));
            if seen == wanted {
                return Ok(());
            }
            if started.elapsed() > grace {
                return Err(portrait::difference(&wanted, &seen));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn done(&self, waits: &[String]) -> Result<(), String> {
        let started = Instant::now();
        loop {
            let shop = self.space.shop(SHOP).await;
            let status = shop.status.unwrap_or_default();
            let newest = status.observed_generation == shop.metadata.generation;
            let ready = matches!(status.phase, Some(Phase::Ready | Phase::Suspended));
            let waiting = status
                .conditions
                .iter()
                .any(|told| waits.contains(&told.reason))
                && status
                    .condition(ConditionType::ServicesAvailable)
                    .is_some_and(|told| told.reason == "Available");
            if newest && (ready || waiting) {
                return Ok(());
            }
            if started.elapsed() > LONG {
                let conditions: Vec<_> = status
                    .conditions
                    .iter()
                    .map(|told| format!("{} {} {}", told.type_, told.reason, told.message))
                    .collect();
                return Err(format!("not ready: {:?}, {conditions:?}", status.phase));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn portrait(&self) -> Portrait {
        portrait::of(&self.space, SHOP).await
    }
}

/// What does not tell how often something changed on the way. Jobs are the past: one that has run
/// is not run again because a setting is another one now.
fn lasting(portrait: &Portrait) -> Portrait {
    let mut portrait = portrait.clone();
    portrait.retain(|name, _| !name.starts_with("Job "));
    portrait.values_mut().for_each(forget_generations);
    portrait
}

fn forget_generations(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| name != "generation" && name != "observedGeneration");
            fields.values_mut().for_each(forget_generations);
        }
        Value::Array(entries) => entries.iter_mut().for_each(forget_generations),
        _ => {}
    }
}
