//! # The reconcile loop
//!
//! A person writes down *what* they want, a `LocalMart`, and never *how* to get there. This module
//! closes the distance between the two, again and again, for as long as the object exists.
//!
//! ## One pass
//!
//! ```text
//!            ┌────────────────────────── something changed, or it is time to look ─────────────┐
//!            v                                                                                 │
//!  LocalMart ─> dereference ──> validate ──> plan ──> apply ──> prune ──> report ──> (wait) ───┘
//!               reads the       raw spec     Shop +   sends     deletes   status
//!               cluster         -> Shop      seen     what      what is   and
//!                               or a reason  -> Plan  differs   surplus   events
//!               ─── I/O ───     ────── pure ───────   ──────────── I/O ────────────
//! ```
//!
//! * [`dereference`] is the only stage that reads. It lists the children by label, reads the
//!   shop's Secrets by name and whatever the spec refers to, and puts it all in [`observed`]. The
//!   LocalMart itself is read after its children, and [`dereference::survey`] says why.
//! * [`validate`] turns the raw spec into a [`shop::Shop`], a type in which every value is known
//!   good. What cannot work ends here, as a reason and a sentence that names the field.
//! * [`plan`] and the builders in [`crate::build`] decide what should be. They have no client, no
//!   clock and no random numbers. The same input gives the same bytes, which is why a test can
//!   print everything that `examples/localmart.yaml` becomes and compare it with a file
//!   (`tests/golden.rs`), and why `localmart-operator render` works without a cluster.
//! * [`apply`] sends what differs by server-side apply, and [`prune`] deletes what is ours and
//!   wanted no more.
//! * [`report`] writes the status, if it says something new.
//!
//! ## Level, not edge
//!
//! The loop is never told *what* happened. An event only says "look at this LocalMart"; the pass
//! then compares all that is wanted with all that is there. A lost event, two events in one, an
//! event while the operator was down: each ends in the same state, because each pass starts from
//! the facts. A Deployment deleted by hand, an image edited by hand, a first installation and an
//! upgrade are one and the same code path (`tests/drift.rs`).
//!
//! It follows that a pass may stop anywhere. Nothing is remembered in memory that the next pass
//! needs; what must be remembered, such as a finished migration, is in the status of the object.
//! `tests/faults` kills the operator's process before and after every single write, from a first
//! installation to the deletion, and finds the same shop in the end.
//!
//! ## Waves and gates
//!
//! Not everything may happen at once: services cannot start before their tables exist. A plan is
//! therefore a list of waves, and a gate stands before each.
//!
//! ```text
//!  accounts, Secrets ─┬─> stores ─┬─> lifecycle Jobs ─────────┬─> services ─> exposure ─┬─> contract
//!                     │           │   bootstrap>migrate>seed  │                         │
//!               all Secrets   Postgres and              every task complete      every service runs
//!               are there     Redis ready               for its checksum         the release, no
//!                                                                                other pod is left
//! ```
//!
//! A gate is a question about what was observed ([`gates`]), not a place where the program waits.
//! If it is closed, the pass simply ends; when the Job completes, that is an event, and the next
//! pass finds the gate open. Under `migrations.policy: Manual` a person's annotation opens the way
//! for one migration ([`crate::lifecycle::approval`], `tests/approval.rs`). A gate holds back what
//! is *new*, never the repair of what runs: while a migration is under way, the services of the
//! release before it are still kept in place ([`plan::plan`]).
//!
//! An upgrade goes through the same gates. Expand migrations add, and the old release lives with
//! what was added; contract migrations take away what only the old release needed, so they wait
//! until its last pod is gone. Until then `spec.version` can be set back; after that it is refused
//! ([`crate::lifecycle::downgrade`], `tests/upgrade.rs`).
//!
//! ## Who owns what
//!
//! Every child carries the LocalMart's labels and an owner reference with its uid. The labels find
//! it, the uid proves it. When the LocalMart goes, the cluster's garbage collector takes the
//! children, and the operator does nothing. The exceptions are the data volumes and the database
//! Secrets: they carry no owner reference unless `deletionPolicy: Delete` says so, and a new
//! LocalMart of the same name finds and keeps them (`tests/deletion.rs`).
//!
//! Within an object, server-side apply keeps a record of who decided which field. We send only the
//! fields we decide, and [`drift`] reads that record to send nothing at all when nothing differs.
//! An idle LocalMart costs reads and not a single write (`tests/idle.rs`).
//!
//! ## When something fails
//!
//! A failure is a [`crate::error::Failure`]: a reason out of a closed set and words for a person,
//! which end up in the condition `Reconciled`. The rest of the wave is applied all the same. Then
//! the object, and only that one, is tried again with growing pauses ([`crate::backoff`]); a
//! conflict is tried again at once. A LocalMart that the operator cannot even read blocks nobody
//! else (`tests/malformed.rs`).
//!
//! Of several operators one works at a time, and none that has lost that right writes anything
//! ([`crate::leader`], `tests/leader.rs`).

pub mod apply;
pub mod defaults;
pub mod dereference;
pub mod drift;
pub mod gates;
pub mod observed;
pub mod plan;
pub mod prune;
pub mod readiness;
pub mod report;
pub mod scale;
pub mod shop;
pub mod strays;
pub mod validate;

use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use kube::{
    Api,
    core::{ApiResource, DynamicObject},
};
use localmart_api::{LocalMart, LocalMartSpec, LocalMartStatus, Phase, conditions::Reason, names};
use serde_json::{Value, json};

use crate::{build::Kind, context::Context, error::Failure};
use prune::Surplus;
use report::Occasion;

/// When to look again, if nothing happens before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// At once: the operator itself changed something that it does not watch.
    AtOnce,
    /// Soon: pods are on their way, and pods are not watched.
    Soon,
    /// Later: only in case a watch has lost something.
    Later,
    /// Never: the object is gone.
    Never,
}

impl Next {
    /// The pause, spread so that many LocalMarts do not wake up together.
    pub fn pause(self, recheck: Duration) -> Option<Duration> {
        match self {
            Self::AtOnce => Some(Duration::ZERO),
            Self::Soon => Some(Duration::from_secs(15)),
            Self::Later => Some(rand::random_range(recheck..2 * recheck)),
            Self::Never => None,
        }
    }
}

/// One pass for the LocalMart of this name.
pub async fn pass(context: &Context, namespace: &str, name: &str) -> Result<Next, Failure> {
    let survey = if context.grants(namespace) {
        let survey = dereference::survey(&context.client, namespace, name).await?;
        context.routes.found(survey.sees(Kind::HttpRoute));
        Some(survey)
    } else {
        None
    };
    let resource = ApiResource::erase::<LocalMart>(&());
    let api: Api<DynamicObject> =
        Api::namespaced_with(context.client.clone(), namespace, &resource);
    // Read anew: what a watch remembers may be older than what this operator wrote last.
    let found = api.get_opt(name).await;
    let raw = found.map_err(|error| Failure::api("read the LocalMart", &error))?;
    let Some(raw) = raw.filter(|raw| raw.metadata.deletion_timestamp.is_none()) else {
        // The garbage collector takes the children.
        return Ok(Next::Never);
    };
    let object = match parse(&raw) {
        Ok(object) => object,
        Err(failure) => {
            let previous = salvage_status(&raw);
            return refuse(context, &raw, &previous, failure).await;
        }
    };
    let previous = object.status.clone().unwrap_or_default();
    let Some(survey) = survey else {
        let failure = context.not_granted(namespace);
        return refuse(context, &raw, &previous, failure).await;
    };
    let identity = validate::identity(&object);
    let client = &context.client;
    let mut observed = dereference::dereference(client, &object, &identity, survey).await?;
    let shop = match validate::validate(&object, &observed, &context.releases) {
        Ok(shop) => shop,
        Err(failure) => return refuse(context, &raw, &previous, failure).await,
    };
    let plan = plan::plan(&shop, &observed);
    context.metrics.gates(namespace, name, &plan.waves);

    let paused = is_paused(&raw);
    let mut failures = Vec::new();
    let mut at_once = false;
    if !paused {
        // An autoscaler goes before its Deployment is told a count: two must not decide it. An
        // ingress may be made anew.
        let goes_first = |surplus: &&Surplus| {
            matches!(
                surplus.key.kind,
                Kind::HorizontalPodAutoscaler | Kind::Ingress
            )
        };
        let (first, last): (Vec<_>, Vec<_>) = plan.prune.iter().partition(goes_first);
        failures = prune(context, namespace, &first).await;
        for surplus in first {
            observed.objects.remove(&surplus.key);
        }
        let outcome = apply::apply(
            &context.client,
            &identity,
            &plan,
            &mut observed,
            &context.metrics,
        )
        .await;
        at_once = outcome.secrets_written;
        failures.extend(outcome.failures);
        if failures.is_empty() {
            failures = prune(context, namespace, &last).await;
        }
    }
    let occasion = occasion(&raw, &previous, paused);
    let status = report::of_plan(occasion, &shop, &observed, &plan, &failures);
    publish(context, &raw, &previous, &status).await?;
    if let Some(failure) = failures.into_iter().next() {
        return Err(failure);
    }
    Ok(match status.phase {
        _ if at_once => Next::AtOnce,
        Some(Phase::Ready) if plan.rotation.is_some() => Next::Soon,
        Some(Phase::Ready | Phase::Suspended | Phase::Paused) => Next::Later,
        _ => Next::Soon,
    })
}

/// Deletes what is surplus; returns what went wrong.
async fn prune(context: &Context, namespace: &str, surplus: &[&Surplus]) -> Vec<Failure> {
    let mut failures = Vec::new();
    for surplus in surplus {
        match prune::delete(&context.client, namespace, surplus).await {
            Ok(()) => context.metrics.written(surplus.key.kind.name()),
            Err(failure) => failures.push(failure),
        }
    }
    failures
}

fn parse(raw: &DynamicObject) -> Result<LocalMart, Failure> {
    let value = serde_json::to_value(raw).unwrap_or_default();
    serde_json::from_value(value.clone()).map_err(|error| {
        Failure::new(
            Reason::MalformedObject,
            format!(
                "this object does not fit the operator's types ({}{error}). Install the CRD of \
                 this operator's release and apply the object again",
                malformed_fields(&value)
            ),
        )
    })
}

/// The fields of the spec that do not fit their types; serde says what is wrong, not where.
fn malformed_fields(object: &Value) -> String {
    let fields = object["spec"].as_object().into_iter().flatten();
    let bad: Vec<_> = fields
        .filter(|(name, value)| {
            let alone = json!({ *name: value });
            serde_json::from_value::<LocalMartSpec>(alone).is_err()
        })
        .map(|(name, _)| format!("spec.{name}"))
        .collect();
    if bad.is_empty() {
        String::new()
    } else {
        format!("{}: ", bad.join(", "))
    }
}

/// As much of the last report as can be read.
fn salvage_status(raw: &DynamicObject) -> LocalMartStatus {
    let status = raw.data.get("status").cloned().unwrap_or_default();
    serde_json::from_value(status).unwrap_or_default()
}

fn is_paused(raw: &DynamicObject) -> bool {
    let annotations = raw.metadata.annotations.as_ref();
    annotations
        .and_then(|all| all.get(names::PAUSED))
        .map(String::as_str)
        == Some("true")
}

fn occasion<'a>(raw: &DynamicObject, previous: &'a LocalMartStatus, paused: bool) -> Occasion<'a> {
    // Kubernetes keeps whole seconds; finer times would differ from what is read back.
    let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default();
    Occasion {
        generation: raw.metadata.generation,
        previous,
        paused,
        now,
    }
}

/// Reports why there is no plan. The person has to change something, and that will be an event.
async fn refuse(
    context: &Context,
    raw: &DynamicObject,
    previous: &LocalMartStatus,
    failure: Failure,
) -> Result<Next, Failure> {
    let status = report::of_failure(occasion(raw, previous, is_paused(raw)), &failure);
    publish(context, raw, previous, &status).await?;
    // What was missing may be a Secret, which is not watched: the growing pauses look for it.
    Err(failure)
}

async fn publish(
    context: &Context,
    raw: &DynamicObject,
    previous: &LocalMartStatus,
    status: &LocalMartStatus,
) -> Result<(), Failure> {
    let namespace = raw.metadata.namespace.as_deref().unwrap_or_default();
    let name = raw.metadata.name.as_deref().unwrap_or_default();
    context.metrics.reported(namespace, name, status.phase);
    report::publish::publish(
        &context.client,
        &context.recorder,
        &raw.metadata,
        previous,
        status,
        &context.metrics,
    )
    .await
    .map(|_| ())
}
