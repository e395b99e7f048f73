//! One shop, from its creation to its end, with at most one fault per workload.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use k8s_openapi::api::core::v1::{Namespace, PersistentVolumeClaim, Secret};
use kube::{
    Api, ResourceExt,
    api::{DeleteParams, ListParams},
};
use localmart_api::{LocalMart, conditions::ConditionType, names};
use localmart_operator::{
    build::{Kind, secrets::Holder},
    lifecycle::rotation::Ring,
    reconcile::shop::Identity,
};
use serde_json::{Value, json};

use crate::{
    kit::{
        Cluster, Operator, Space, eventually,
        fault::{Event, Fault, Plan},
        kubelet::Kubelet,
        look,
        operator::Options,
        portrait,
        wait::LONG,
    },
    oracle::Witness,
    workloads::{DATA, Keeps, SHOP, Step, Workload},
};

/// The first lifecycle task.
const HELD: &str = "bootstrap";

/// An end state, comparable with that of another namespace.
pub type Portrait = BTreeMap<String, Value>;

/// What came of one workload.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub portrait: Portrait,
    /// What passed until the shop had settled.
    pub met: BTreeSet<Event>,
    /// Whether the fault happened.
    pub struck: bool,
}

/// A namespace with an operator of its own.
pub struct Journey {
    space: Space,
    kubelet: Kubelet,
    operator: Operator,
    witness: Arc<Witness>,
    holds: AtomicBool,
}

impl Journey {
    pub async fn start(cluster: &Cluster, options: Options) -> Self {
        let space = cluster.space("faults").await;
        let kubelet = Kubelet::start(&space);
        let operator = Operator::prepare(&space, options).await;
        let witness = Arc::new(Witness::new(&space));
        operator.proxy.observe(witness.clone());
        operator.resume();
        Self {
            space,
            kubelet,
            operator,
            witness,
            holds: AtomicBool::new(false),
        }
    }

    /// The Job of the first task does not complete before the operator has looked at it.
    pub fn hold(&self) {
        self.kubelet.hold(HELD);
        self.holds.store(true, Ordering::Relaxed);
    }

    async fn release(&self) {
        eventually("the first task has a Job", async || {
            let jobs = self.space.jobs(HELD).await;
            if jobs.is_empty() { Err(jobs) } else { Ok(()) }
        })
        .await;
        look::thrice(&self.space, &self.operator, SHOP).await;
        self.kubelet.release(HELD);
    }

    /// Leaves nothing behind.
    pub async fn end(&self) {
        self.operator.kill().await;
        let namespaces: Api<Namespace> = Api::all(self.space.cluster.client.clone());
        let background = DeleteParams::background();
        let _ = namespaces
            .delete(&self.space.name, &background)
            .await
            .unwrap();
    }

    /// Runs one workload. `calm` is how it ends undisturbed; a message says what was wrong.
    pub async fn run(
        &self,
        workload: &Workload,
        plan: Option<Plan>,
        calm: Option<&Portrait>,
    ) -> Result<Outcome, String> {
        let fault = plan.as_ref().map(|plan| plan.fault);
        let treasure = self.treasure(workload.keeps).await;
        let fingerprint = self.fingerprint().await;
        self.operator.proxy.begin(plan);
        let released = async {
            if self.holds.swap(false, Ordering::Relaxed) {
                self.release().await;
            }
            self.witness.give_back_names().await;
        };
        let life = async {
            for step in workload.steps {
                self.step(step, fingerprint.as_ref()).await;
            }
            match calm {
                Some(calm) => self.settle(calm, fault.is_some_and(disturbs)).await,
                None => Ok(()),
            }
        };
        tokio::select! {
            settled = life => settled?,
            () = released => unreachable!("it goes on"),
        }
        let met = self.operator.proxy.met();
        let struck = match fault {
            Some(Fault::Stranger) => self.witness.made() > 0,
            _ => self.operator.proxy.struck() > 0,
        };
        self.operator.proxy.begin(None);
        if fault.is_some() || calm.is_none() {
            self.idle().await?;
        }
        let portrait = self.portrait().await;
        if self.treasure(workload.keeps).await != treasure {
            return Err("a Secret or a volume that must be kept is another one".to_owned());
        }
        let violations = self.witness.violations().await;
        if !violations.is_empty() {
            return Err(violations.join("; "));
        }
        Ok(Outcome {
            portrait,
            met,
            struck,
        })
    }

    async fn step(&self, step: &Step, fingerprint: Option<&String>) {
        let space = &self.space;
        match *step {
            Step::Apply(spec) => drop(space.apply(SHOP, spec).await.unwrap()),
            Step::Refused(spec, words) => {
                let refusal = space.apply(SHOP, spec).await.unwrap_err();
                assert!(refusal.message.contains(words), "{}", refusal.message);
            }
            Step::Until(phase) => space.phase(SHOP, phase).await,
            Step::Told(reason) => {
                space
                    .condition(SHOP, ConditionType::Reconciled, reason)
                    .await;
            }
            Step::Content(value) => {
                space
                    .give("Secret", "mine", "stringData", "token", value)
                    .await;
                // Secrets are not watched; anything that wakes the operator makes it look.
                space.annotate(SHOP, "test/content", Some(value)).await;
            }
            Step::Rotate => {
                let request = Some("asked");
                space.annotate(SHOP, names::ROTATE_SECRETS, request).await;
            }
            Step::Rotated(generation) => {
                eventually("every secret is exchanged", async || {
                    let identity = Identity {
                        name: SHOP.to_owned(),
                        namespace: space.name.clone(),
                        uid: String::new(),
                    };
                    let secrets = self.secrets().await;
                    let ring = |holder: Holder| {
                        let name = holder.secret(&identity);
                        let secret = secrets.iter().find(|it| it.name_any() == name);
                        Ring::read(holder, secret)
                    };
                    let rings = Holder::ALL.map(ring);
                    let new = Ring {
                        generation,
                        step: None,
                    };
                    rings
                        .iter()
                        .all(|ring| *ring == new)
                        .then_some(())
                        .ok_or(rings)
                })
                .await;
            }
            Step::Rolled => {
                eventually("the cart's pods are others", async || {
                    let now = self.fingerprint().await;
                    (now.as_ref() != fingerprint).then_some(()).ok_or(now)
                })
                .await;
            }
            Step::Delete(left) => {
                space.delete::<LocalMart>(SHOP).await;
                eventually(&format!("only {left:?} is left"), async || {
                    let mut found: Vec<_> = self.names().await.into_iter().collect();
                    found.sort();
                    if found == left { Ok(()) } else { Err(found) }
                })
                .await;
            }
        }
    }

    async fn names(&self) -> BTreeSet<String> {
        let objects = self.space.all().await.into_keys().map(|(_, name)| name);
        let secrets = self.secrets().await;
        objects
            .chain(secrets.iter().map(ResourceExt::name_any))
            .collect()
    }

    async fn secrets(&self) -> Vec<Secret> {
        let ours = ListParams::default().labels(&format!("{}=localmart", names::PART_OF));
        self.space.api::<Secret>().list(&ours).await.unwrap().items
    }

    /// What the cart's pods consume.
    async fn fingerprint(&self) -> Option<String> {
        let name = format!("{SHOP}-cart");
        let live = self.space.kind(Kind::Deployment).get_opt(&name).await;
        let annotations = &live.unwrap()?.data["spec"]["template"]["metadata"]["annotations"];
        Some(annotations[names::CONSUMES].to_string())
    }

    /// Uid and values of the Secrets and volumes that are to be kept.
    async fn treasure(&self, keeps: Keeps) -> BTreeMap<String, Value> {
        let kept = |name: &str| match keeps {
            Keeps::All | Keeps::Objects => true,
            Keeps::Data => DATA.contains(&name),
            Keeps::Nothing => false,
        };
        let claims: Api<PersistentVolumeClaim> = self.space.api();
        let claims = claims.list(&ListParams::default()).await.unwrap();
        let claims = claims
            .iter()
            .map(|claim| (claim.name_any(), json!(claim.uid())));
        let secrets = self.secrets().await;
        let secrets = secrets.iter().map(|secret| {
            let data = (keeps != Keeps::Objects).then_some(&secret.data);
            (secret.name_any(), json!([secret.uid(), data]))
        });
        let mut found: BTreeMap<_, _> = claims.chain(secrets).collect();
        found.retain(|name, _| kept(name));
        found
    }

    async fn portrait(&self) -> Portrait {
        let shop = self.space.api::<LocalMart>().get_opt(SHOP).await.unwrap();
        if shop.is_some() {
            return portrait::of(&self.space, SHOP).await;
        }
        let names = self.names().await;
        names.into_iter().map(|name| (name, json!(null))).collect()
    }

    /// Waits for the end state of the undisturbed run.
    async fn settle(&self, calm: &Portrait, disturbed: bool) -> Result<(), String> {
        let plain = |portrait: &Portrait| {
            let mut portrait = portrait.clone();
            if disturbed {
                portrait.values_mut().for_each(forget_generation);
            }
            portrait
        };
        let (calm, started) = (plain(calm), Instant::now());
        loop {
            let seen = self.portrait().await;
            if plain(&seen) == calm {
                return Ok(());
            }
            if started.elapsed() > LONG {
                return Err(format!(
                    "another end: {}",
                    portrait::difference(&calm, &plain(&seen))
                ));
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }

    /// Two passes that write nothing; what was on its way when the shop settled may come once.
    async fn idle(&self) -> Result<(), String> {
        if self
            .space
            .api::<LocalMart>()
            .get_opt(SHOP)
            .await
            .unwrap()
            .is_none()
        {
            return Ok(());
        }
        let mut writes = Vec::new();
        for _ in 0..3 {
            let before = self.operator.proxy.writes().len();
            look::thrice(&self.space, &self.operator, SHOP).await;
            writes = self.operator.proxy.writes().split_off(before);
            writes.retain(|write| !write.is_event());
            if writes.is_empty() {
                return Ok(());
            }
        }
        Err(format!("writes although nothing happens: {writes:?}"))
    }

    /// The end of the operator's log.
    pub fn log(&self) -> String {
        let log = self.operator.log();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

/// Whether the fault makes work that an undisturbed run does not have: the end is the same, and
/// how often a workload was changed on the way is not.
pub const fn disturbs(fault: Fault) -> bool {
    matches!(fault, Fault::Stranger | Fault::Stale)
}

fn forget_generation(body: &mut Value) {
    if let Some(body) = body.as_object_mut() {
        body.remove("generation");
    }
}
