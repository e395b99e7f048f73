//! Report: what a person and a program are told. Pure; sending it is [`publish`]'s.

mod components;
mod conditions;
mod gateway;
pub mod notices;
pub mod publish;

use k8s_openapi::{apimachinery::pkg::apis::meta::v1::Time, jiff::Timestamp};
use localmart_api::{
    Condition, LocalMartStatus, Phase,
    conditions::{ConditionStatus, ConditionType, Reason},
};

use super::{observed::Observed, plan::Plan, shop::Shop};
use crate::error::Failure;

/// What a report needs beside the plan.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    pub generation: Option<i64>,
    /// What was reported last.
    pub previous: &'a LocalMartStatus,
    pub paused: bool,
    pub now: Timestamp,
}

/// One condition before it gets its time.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    type_: ConditionType,
    holds: bool,
    reason: Reason,
    message: String,
}

impl Finding {
    fn new(type_: ConditionType, holds: bool, reason: Reason, message: impl Into<String>) -> Self {
        Self {
            type_,
            holds,
            reason,
            message: message.into(),
        }
    }
}

/// The status after a pass that had a plan.
pub fn of_plan(
    occasion: Occasion<'_>,
    shop: &Shop,
    observed: &Observed,
    plan: &Plan,
    failures: &[Failure],
) -> LocalMartStatus {
    let components = components::list(shop, observed);
    let mut findings = conditions::findings(shop, observed, plan, &components);
    findings.push(reconciled(occasion.paused, failures));

    let done = components.iter().filter(|component| component.complete);
    let ready = format!("{}/{}", done.count(), components.len());
    // What somebody has to do something about comes before what only takes its time.
    let blocked = findings
        .iter()
        .find(|finding| blocks(finding, plan) && is_problem(finding.reason))
        .or_else(|| findings.iter().find(|finding| blocks(finding, plan)))
        .cloned();
    let phase = phase(occasion, shop, blocked.as_ref());
    let message = match &blocked {
        _ if shop.suspend => Reason::Suspended.cause().to_owned(),
        Some(finding) => finding.message.clone(),
        None => {
            let count = components.len();
            let asked = findings.iter().find(|finding| asks(finding));
            let asked = asked.map(|finding| &finding.message);
            let more: Vec<_> = asked
                .into_iter()
                .chain(&plan.rotation)
                .map(|words| format!("; {words}"))
                .collect();
            let more = more.concat();
            format!("{count} of {count} components ready{more}")
        }
    };
    let is_ready = blocked.is_none() && !shop.suspend;
    let reason = match &blocked {
        _ if shop.suspend => Reason::Suspended,
        Some(finding) => finding.reason,
        None => Reason::AllReady,
    };
    let progressing = match phase {
        Phase::Pending | Phase::Provisioning => Some(Reason::Provisioning),
        Phase::Migrating => Some(Reason::Migrating),
        Phase::RollingOut => Some(Reason::RollingOut),
        Phase::Ready | Phase::Degraded | Phase::Suspended | Phase::Paused => None,
    };
    let mut all = vec![
        Finding::new(ConditionType::Ready, is_ready, reason, &*message),
        Finding::new(
            ConditionType::Progressing,
            progressing.is_some(),
            progressing.unwrap_or(Reason::Idle),
            "",
        ),
    ];
    all.append(&mut findings);
    let rolled_out =
        plan.released && components::services(&components).all(|component| component.complete);
    LocalMartStatus {
        observed_generation: occasion.generation,
        phase: Some(phase),
        message,
        url: shop.url(),
        version: if rolled_out {
            Some(shop.version.clone())
        } else {
            occasion.previous.version.clone()
        },
        ready: Some(ready),
        data_id: plan.data_id.clone(),
        components: components
            .into_iter()
            .map(|component| component.status)
            .collect(),
        lifecycle: plan.lifecycle.clone(),
        conditions: timed(occasion, all),
    }
}

/// The status after a pass that got no plan: everything stays as it was reported, but the shop is
/// not what was asked for.
pub fn of_failure(occasion: Occasion<'_>, failure: &Failure) -> LocalMartStatus {
    let mut status = occasion.previous.clone();
    status.observed_generation = occasion.generation;
    status.phase = Some(if occasion.paused {
        Phase::Paused
    } else {
        Phase::Degraded
    });
    status.message.clone_from(&failure.message);
    let findings: Vec<_> = [ConditionType::Ready, ConditionType::Reconciled]
        .into_iter()
        .chain(failure.about)
        .map(|type_| Finding::new(type_, false, failure.reason, &*failure.message))
        .collect();
    let mut conditions = timed(occasion, findings);
    let others = status.conditions.drain(..);
    let told: Vec<_> = others
        .filter(|old| conditions.iter().all(|new| new.type_ != old.type_))
        .collect();
    conditions.extend(told);
    let position = |condition: &Condition| {
        ConditionType::ALL
            .iter()
            .position(|type_| type_.as_str() == condition.type_)
    };
    conditions.sort_by_key(position);
    status.conditions = conditions;
    status
}

fn reconciled(paused: bool, failures: &[Failure]) -> Finding {
    let type_ = ConditionType::Reconciled;
    if paused {
        return Finding::new(type_, false, Reason::Paused, Reason::Paused.cause());
    }
    match failures {
        [] => Finding::new(type_, true, Reason::Applied, ""),
        [first, rest @ ..] => {
            let more = match rest.len() {
                0 => String::new(),
                count => format!(" (and {count} more)"),
            };
            let message = format!("{}{more}", first.message);
            Finding::new(type_, false, first.reason, message)
        }
    }
}

/// Whether a finding keeps the shop from being ready. A shop that nobody asked to expose is whole,
/// a paused operator says nothing about the shop, and one that serves the wanted release stays
/// ready while what the release takes away in the end waits for a person.
fn blocks(finding: &Finding, plan: &Plan) -> bool {
    let matters = match finding.reason {
        Reason::NotRequested | Reason::Paused => false,
        Reason::WaitingForApproval => !plan.released,
        _ => true,
    };
    !finding.holds && matters
}

/// Whether a finding asks a person for something.
fn asks(finding: &Finding) -> bool {
    finding.reason == Reason::WaitingForApproval
}

fn phase(occasion: Occasion<'_>, shop: &Shop, blocked: Option<&Finding>) -> Phase {
    if occasion.paused {
        return Phase::Paused;
    }
    if shop.suspend {
        return Phase::Suspended;
    }
    let Some(blocked) = blocked else {
        return Phase::Ready;
    };
    if is_problem(blocked.reason) {
        return Phase::Degraded;
    }
    let installed = occasion.previous.version.is_some();
    match (blocked.type_, blocked.reason) {
        (ConditionType::PostgresReady | ConditionType::RedisReady, _) if installed => {
            Phase::Degraded
        }
        (ConditionType::PostgresReady | ConditionType::RedisReady, _) => {
            if occasion.previous.phase.is_none() {
                Phase::Pending
            } else {
                Phase::Provisioning
            }
        }
        (ConditionType::MigrationsApplied, _) => Phase::Migrating,
        (ConditionType::ServicesAvailable, Reason::PodsNotReady) if installed => Phase::Degraded,
        _ => Phase::RollingOut,
    }
}

/// Reasons that somebody has to do something about.
pub const fn is_problem(reason: Reason) -> bool {
    !matches!(
        reason,
        Reason::AllReady
            | Reason::Idle
            | Reason::Provisioning
            | Reason::Migrating
            | Reason::RollingOut
            | Reason::Available
            | Reason::External
            | Reason::PodsNotReady
            | Reason::WaitingForStores
            | Reason::WaitingForMigrations
            | Reason::WaitingForRollout
            | Reason::WaitingForApproval
            | Reason::Complete
            | Reason::JobRunning
            | Reason::IngressApplied
            | Reason::RoutePending
            | Reason::RouteAccepted
            | Reason::CertificatePending
            | Reason::NotRequested
            | Reason::Applied
            | Reason::Suspended
            | Reason::Paused
            | Reason::Terminating
            | Reason::ApiConflict
            | Reason::ApiUnavailable
    )
}

/// Conditions with the time of their last change of status.
fn timed(occasion: Occasion<'_>, findings: Vec<Finding>) -> Vec<Condition> {
    findings
        .into_iter()
        .map(|finding| {
            let status = ConditionStatus::from(finding.holds);
            let unchanged = occasion
                .previous
                .condition(finding.type_)
                .filter(|old| old.status == status);
            Condition {
                type_: finding.type_.as_str().to_owned(),
                status,
                reason: finding.reason.as_str().to_owned(),
                message: finding.message,
                last_transition_time: unchanged
                    .map_or(Time(occasion.now), |old| old.last_transition_time.clone()),
                observed_generation: occasion.generation,
            }
        })
        .collect()
}
