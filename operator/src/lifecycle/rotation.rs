//! Rotation: new passwords and keys while the shop serves.
//!
//! Nothing is replaced in place. A new generation is made beside the old one, under keys of its
//! own in the same Secret, and what uses the old is led over to it, step by step:
//!
//! ```text
//!            who answers            who asks        Job
//!  calm      old                    old
//!  Add       old                    old             rotate: both are accepted from now on
//!  Publish   verifies with both     old
//!  Use       verifies with both     new
//!  Drop      verifies with new      new
//!  Remove    verifies with new      new             rotate: the old is accepted no more
//!  calm      new                    new
//! ```
//!
//! A step is over when the Job is done, every Deployment runs what the step wants, and no pod of
//! an earlier step is left, not even one that is on its way out ([`settled`]). How far a Secret is
//! stands in the Secret itself: its generations are its keys, its step an annotation, and both
//! change in one write. So a killed operator goes on where it was, and a Secret that outlives its
//! LocalMart takes its state along.

use k8s_openapi::{api::core::v1::Secret, jiff::Timestamp};
use kube::ResourceExt;
use localmart_api::names;
use topology::Service;

use crate::{
    build::{consumed, secrets::Holder},
    reconcile::{
        gates::Gate,
        observed::Observed,
        readiness,
        shop::{Identity, Shop},
    },
};

/// Where an exchange is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Add,
    Publish,
    Use,
    Drop,
    Remove,
}

impl Step {
    const ALL: [Self; 5] = [
        Self::Add,
        Self::Publish,
        Self::Use,
        Self::Drop,
        Self::Remove,
    ];

    /// The word in the Secret's annotation.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Add => "Add",
            Self::Publish => "Publish",
            Self::Use => "Use",
            Self::Drop => "Drop",
            Self::Remove => "Remove",
        }
    }

    fn next(self) -> Option<Self> {
        Self::ALL.into_iter().find(|step| *step > self)
    }
}

/// The generations of one Secret's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ring {
    /// The generation in use; while it is exchanged, the old one.
    pub generation: u32,
    /// Absent while nothing is exchanged.
    pub step: Option<Step>,
}

impl Default for Ring {
    fn default() -> Self {
        Self {
            generation: 1,
            step: None,
        }
    }
}

impl Ring {
    /// What a live Secret says about itself. A step that cannot be read is the first one: from
    /// there every state is reached again.
    pub fn read(holder: Holder, secret: Option<&Secret>) -> Self {
        let live = secret
            .and_then(|secret| secret.data.as_ref())
            .map(|data| holder.generations(data))
            .unwrap_or_default();
        let Some(generation) = live.first().copied() else {
            return Self::default();
        };
        let step = || {
            let word = secret?.annotations().get(names::ROTATION_STEP)?;
            Step::ALL.into_iter().find(|step| step.name() == word)
        };
        Self {
            generation,
            step: (live.len() > 1).then(|| step().unwrap_or(Step::Add)),
        }
    }

    const fn new_generation(self) -> u32 {
        self.generation + 1
    }

    /// What the Secret holds.
    pub fn held(self) -> Vec<u32> {
        match self.step {
            None => vec![self.generation],
            Some(_) => vec![self.generation, self.new_generation()],
        }
    }

    /// What Postgres and Redis accept.
    pub fn accepted(self) -> Vec<u32> {
        match self.step {
            Some(Step::Remove) => vec![self.new_generation()],
            _ => self.held(),
        }
    }

    /// What those present who log in or sign.
    pub fn presented(self) -> u32 {
        match self.step {
            None | Some(Step::Add | Step::Publish) => self.generation,
            Some(Step::Use | Step::Drop | Step::Remove) => self.new_generation(),
        }
    }

    /// What those verify with who are called: the first, and one that counts beside it.
    pub fn verified(self) -> (u32, Option<u32>) {
        match self.step {
            None | Some(Step::Add) => (self.generation, None),
            Some(Step::Publish | Step::Use) => (self.generation, Some(self.new_generation())),
            Some(Step::Drop | Step::Remove) => (self.new_generation(), None),
        }
    }

    /// The generation of what only lifecycle Jobs use: they wait for the one that changes it.
    pub fn newest(self) -> u32 {
        match self.step {
            None => self.generation,
            Some(_) => self.new_generation(),
        }
    }

    /// Whether anything was ever exchanged.
    pub fn is_first(self) -> bool {
        self == Self::default()
    }

    fn started(self) -> Self {
        Self {
            step: Some(Step::Add),
            ..self
        }
    }

    fn advanced(self) -> Self {
        match self.step.and_then(Step::next) {
            Some(next) => Self {
                step: Some(next),
                ..self
            },
            None => Self {
                generation: self.newest(),
                step: None,
            },
        }
    }
}

/// The rings of a shop's Secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rings {
    pub database: Ring,
    pub redis: Ring,
    pub internal_keys: Ring,
}

impl Rings {
    pub fn read(identity: &Identity, observed: &Observed) -> Self {
        let read =
            |holder: Holder| Ring::read(holder, observed.secrets.get(&holder.secret(identity)));
        let live = Self {
            database: read(Holder::Database),
            redis: read(Holder::Redis),
            internal_keys: read(Holder::InternalKeys),
        };
        live.in_step()
    }

    /// As if none had gone ahead. An operator that is killed between the writes that lead them to
    /// the next step leaves some behind; pods made of both steps would be rolled for nothing.
    fn in_step(self) -> Self {
        let hindmost = self.step();
        let with = |ring: Ring| Ring {
            step: ring.step.min(hindmost),
            ..ring
        };
        Self {
            database: with(self.database),
            redis: with(self.redis),
            internal_keys: with(self.internal_keys),
        }
    }

    pub fn get(self, holder: Holder) -> Ring {
        match holder {
            Holder::Database => self.database,
            Holder::Redis => self.redis,
            Holder::InternalKeys => self.internal_keys,
        }
    }

    /// The step of the hindmost; absent while nothing is exchanged.
    pub fn step(self) -> Option<Step> {
        Holder::ALL
            .into_iter()
            .filter_map(|holder| self.get(holder).step)
            .min()
    }
}

/// When secrets are to be exchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The value of the annotation on the LocalMart.
    pub request: Option<String>,
    /// Age at which they are, whether somebody asks or not.
    pub after_hours: Option<i64>,
}

/// What the Secret of `holder` becomes next; the same while it has to wait. All go in step: who
/// is ahead waits for the others, and who is late may join before the first step is over.
pub fn next(shop: &Shop, observed: &Observed, holder: Holder, settled: &Gate) -> Ring {
    let ring = shop.rings.get(holder);
    let hindmost = shop.rings.step();
    // The first step changes no pod, so who is late need not wait.
    let may_start = match hindmost {
        None => settled.is_open(),
        Some(step) => step == Step::Add,
    };
    let secret = observed.secrets.get(&holder.secret(&shop.identity));
    match (secret, ring.step) {
        (Some(_), Some(step)) if settled.is_open() && Some(step) == hindmost => ring.advanced(),
        (Some(secret), None) if may_start && is_due(shop, observed, secret) => ring.started(),
        _ => ring,
    }
}

fn is_due(shop: &Shop, observed: &Observed, secret: &Secret) -> bool {
    let wish = &shop.wish;
    let acted_on = secret.annotations().get(names::ROTATE_SECRETS);
    let asked = wish.request.is_some() && wish.request.as_ref() != acted_on;
    let of_age = || {
        let written = secret.annotations().get(names::ROTATED_AT);
        let made = written
            .and_then(|time| time.parse::<Timestamp>().ok())
            .or_else(|| Some(secret.creation_timestamp()?.0))?;
        let age = observed.now?.as_second() - made.as_second();
        Some(age >= wish.after_hours? * 60 * 60)
    };
    asked || of_age() == Some(true)
}

/// The annotations of a Secret that goes from one ring to another: absent stays as it is, `None`
/// goes.
pub fn annotations(
    shop: &Shop,
    observed: &Observed,
    from: Ring,
    to: Ring,
) -> Vec<(&'static str, Option<String>)> {
    let step = to.step.map(|step| step.name().to_owned());
    let mut annotations = vec![(names::ROTATION_STEP, step)];
    if from.step.is_none() && to.step.is_some() {
        if let Some(request) = &shop.wish.request {
            annotations.push((names::ROTATE_SECRETS, Some(request.clone())));
        }
        if let Some(now) = observed.now {
            annotations.push((names::ROTATED_AT, Some(now.to_string())));
        }
    }
    annotations
}

/// Whether the present step is over: everything the shop wants now is what runs, and nothing
/// older is left. `released` says that every lifecycle task is done.
pub fn settled(shop: &Shop, observed: &Observed, released: bool) -> Gate {
    if shop.suspend {
        return Gate::Closed("waits until the shop is resumed".to_owned());
    }
    if !released {
        return Gate::Closed("waits for the lifecycle tasks".to_owned());
    }
    let rotating = shop.rings.step().is_some();
    let waiting: Vec<_> = Service::ALL
        .into_iter()
        .filter(|service| !runs_as_wanted(shop, observed, *service, rotating))
        .map(Service::name)
        .collect();
    if waiting.is_empty() {
        Gate::Open
    } else {
        Gate::Closed(format!("waits for the pods of {}", waiting.join(", ")))
    }
}

fn runs_as_wanted(shop: &Shop, observed: &Observed, service: Service, rotating: bool) -> bool {
    let Some(wanted) = consumed::fingerprint(shop, service, observed) else {
        return false;
    };
    let Some(live) = observed.deployment(&shop.identity.child(service.name())) else {
        return false;
    };
    let complete = readiness::of_deployment(&live).complete();
    let template = live.spec.and_then(|spec| spec.template.metadata);
    let consumes = template.and_then(|template| template.annotations?.remove(names::CONSUMES));
    // A Deployment does not count the pods that are shutting down, and they still log in and sign.
    let older_pod = || {
        observed.pods.iter().any(|pod| {
            let phase = pod
                .status
                .as_ref()
                .and_then(|status| status.phase.as_deref());
            pod.labels().get(names::COMPONENT).map(String::as_str) == Some(service.name())
                && !matches!(phase, Some("Succeeded" | "Failed"))
                && pod.annotations().get(names::CONSUMES) != Some(&wanted)
        })
    };
    complete && consumes.as_ref() == Some(&wanted) && !(rotating && older_pod())
}

/// How far an exchange is, for people; absent while there is none.
pub fn words(shop: &Shop, settled: &Gate) -> Option<String> {
    let step = shop.rings.step()?.name();
    Some(match settled {
        Gate::Open => format!("secrets are being exchanged (step {step})"),
        Gate::Closed(why) => format!("secrets are being exchanged (step {step} {why})"),
    })
}

/// Whether one of a shop's own Secrets is being exchanged.
pub fn under_way<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> bool {
    secrets
        .into_iter()
        .any(|secret| secret.annotations().contains_key(names::ROTATION_STEP))
}

/// Now, in the whole seconds that Kubernetes keeps.
pub fn now() -> Option<Timestamp> {
    Timestamp::from_second(Timestamp::now().as_second()).ok()
}

#[cfg(test)]
mod tests;
