//! What is found out about each part of the shop.

use localmart_api::{
    Phase, TaskState,
    conditions::{ConditionType, Reason},
};

use super::{
    Finding,
    components::{self, Component},
    gateway, is_problem,
};
use crate::{
    build::{Kind, postgres, redis},
    lifecycle,
    reconcile::{
        gates::{Gate, waits_for_person},
        observed::{IngressClasses, Observed},
        plan::Plan,
        shop::{IngressSettings, Shop, TlsSource},
    },
};

/// Findings in the order in which a shop comes up: the first that does not hold is the one that
/// everything after it waits for.
pub fn findings(
    shop: &Shop,
    observed: &Observed,
    plan: &Plan,
    components: &[Component],
) -> Vec<Finding> {
    vec![
        postgres(shop, plan, components),
        redis(shop, plan, components),
        migrations(shop, plan, components),
        services(shop, observed, plan, components),
        exposed(shop, observed),
    ]
}

fn postgres(shop: &Shop, plan: &Plan, components: &[Component]) -> Finding {
    let type_ = ConditionType::PostgresReady;
    if shop.database.managed().is_none() {
        return external(plan, type_, lifecycle::BOOTSTRAP);
    }
    if let Some(why) = &plan.orphaned {
        return Finding::new(type_, false, Reason::DataOrphaned, why.as_str());
    }
    store(shop, components, postgres::COMPONENT, type_)
}

fn redis(shop: &Shop, plan: &Plan, components: &[Component]) -> Finding {
    let type_ = ConditionType::RedisReady;
    if shop.redis.managed().is_none() {
        return external(plan, type_, lifecycle::REDIS);
    }
    store(shop, components, redis::COMPONENT, type_)
}

/// A store of somebody else is known by the task that prepares the shop's place in it.
fn external(plan: &Plan, type_: ConditionType, task: &str) -> Finding {
    let task = plan.lifecycle.iter().find(|status| status.name == task);
    let trouble = task.filter(|task| match task.state {
        TaskState::Failed => true,
        // The words of an attempt that failed.
        TaskState::Running => !task.message.is_empty(),
        TaskState::Waiting | TaskState::Complete => false,
    });
    match trouble {
        Some(task) => Finding::new(type_, false, Reason::StoreNotUsable, &*task.message),
        None => Finding::new(type_, true, Reason::External, ""),
    }
}

fn store(shop: &Shop, components: &[Component], name: &str, type_: ConditionType) -> Finding {
    let found = components
        .iter()
        .find(|component| component.status.name == name);
    match found {
        _ if shop.suspend => suspended(type_),
        Some(component) if component.complete => Finding::new(type_, true, Reason::Available, ""),
        Some(component) if component.exists => Finding::new(
            type_,
            false,
            Reason::PodsNotReady,
            format!("{name}: {}", component.status.message),
        ),
        _ => Finding::new(
            type_,
            false,
            Reason::Provisioning,
            format!("{name} is being created"),
        ),
    }
}

fn suspended(type_: ConditionType) -> Finding {
    Finding::new(type_, false, Reason::Suspended, Reason::Suspended.cause())
}

fn migrations(shop: &Shop, plan: &Plan, components: &[Component]) -> Finding {
    let type_ = ConditionType::MigrationsApplied;
    let in_state = |state| plan.lifecycle.iter().find(|task| task.state == state);
    let job = |task: &localmart_api::TaskStatus| task.job.clone().unwrap_or_default();
    if let Some(task) = in_state(TaskState::Failed) {
        let message = format!("{} failed: {}", task.name, task.message);
        return Finding::new(type_, false, Reason::JobFailed, message);
    }
    if let Some(task) = in_state(TaskState::Running) {
        let mut message = format!("{} runs as job/{}", task.name, job(task));
        if !task.message.is_empty() {
            message = format!("{message}: {}", task.message);
        }
        return Finding::new(type_, false, Reason::JobRunning, message);
    }
    if let Some(task) = plan.lifecycle.iter().find(|task| waits_for_person(task)) {
        return Finding::new(type_, false, Reason::WaitingForApproval, &*task.message);
    }
    if plan.released {
        // While services roll, they are what a person looks at.
        let rolled = components::services(components).all(|component| component.complete);
        let open = |task: &localmart_api::TaskStatus| task.state != TaskState::Complete;
        return if rolled && !shop.suspend && plan.lifecycle.iter().any(open) {
            Finding::new(type_, false, Reason::WaitingForRollout, first_closed(plan))
        } else {
            Finding::new(type_, true, Reason::Complete, "")
        };
    }
    if shop.suspend {
        return suspended(type_);
    }
    Finding::new(type_, false, Reason::WaitingForStores, first_closed(plan))
}

/// What the first closed gate waits for.
fn first_closed(plan: &Plan) -> String {
    plan.waves
        .iter()
        .find_map(|wave| match &wave.gate {
            Gate::Open => None,
            Gate::Closed(why) => Some(why.clone()),
        })
        .unwrap_or_default()
}

fn services(shop: &Shop, observed: &Observed, plan: &Plan, components: &[Component]) -> Finding {
    let type_ = ConditionType::ServicesAvailable;
    if shop.suspend {
        return suspended(type_);
    }
    let open: Vec<_> = components::services(components)
        .filter(|component| !component.complete)
        .collect();
    let Some(first) = open.first() else {
        return Finding::new(type_, true, Reason::Available, "");
    };
    let names: Vec<_> = open
        .iter()
        .map(|component| component.status.name.as_str())
        .collect();
    let told = open
        .iter()
        .find(|component| component.status.message.contains(": "))
        .unwrap_or(first);
    let trouble = told.status.message.contains(": ");
    let message = format!(
        "{} not ready; {}: {}",
        names.join(", "),
        told.status.name,
        told.status.message
    );
    let reason = if !plan.released && open.iter().all(|component| !component.exists) {
        Reason::WaitingForMigrations
    } else if open.iter().any(|component| component.stalled) {
        Reason::RolloutStalled
    } else if open.iter().any(|component| !component.status.updated)
        // Pods that were added are in nobody's way while they start.
        || (observed.status.phase == Some(Phase::RollingOut) && !trouble)
    {
        Reason::RollingOut
    } else {
        Reason::PodsNotReady
    };
    Finding::new(type_, false, reason, message)
}

/// What the certificate lacks, if it lacks something.
fn certificate(shop: &Shop, observed: &Observed, ingress: &IngressSettings) -> Option<Finding> {
    let tls = ingress
        .tls
        .as_ref()
        .filter(|_| !observed.certificate.usable)?;
    let (secret, namespace) = (&tls.secret, &shop.identity.namespace);
    let (reason, message) = match &tls.source {
        TlsSource::Given => (
            Reason::TlsSecretNotFound,
            format!(
                "spec.ingress.tls.secretName is {secret}: there is no such Secret with tls.crt and \
                 tls.key; create it: kubectl create secret tls {secret} -n {namespace} \
                 --cert=<file> --key=<file>"
            ),
        ),
        TlsSource::Issuer { name, kind } => (
            Reason::CertificatePending,
            format!(
                "waits for cert-manager to put the certificate of {kind:?} {name} into the Secret \
                 {secret}; kubectl describe certificate {secret} -n {namespace} says how far it is"
            ),
        ),
        TlsSource::SelfSigned => (
            Reason::CertificatePending,
            format!("the certificate is being made, in the Secret {secret}"),
        ),
    };
    Some(Finding::new(ConditionType::Exposed, false, reason, message))
}

/// Every way in that is asked for, in one finding: the worst of them, with the words of all that
/// hold when all do.
fn exposed(shop: &Shop, observed: &Observed) -> Finding {
    let ingress = shop.ingress.as_ref();
    let ways = ingress.map(|settings| by_ingress(shop, observed, settings));
    let ways: Vec<_> = ways
        .into_iter()
        .chain(gateway::finding(shop, observed))
        .collect();
    let shut = || ways.iter().filter(|way| !way.holds);
    let worst = shut()
        .find(|way| is_problem(way.reason))
        .or_else(|| shut().next());
    let Some(first) = worst.or(ways.first()) else {
        let reason = Reason::NotRequested;
        return Finding::new(ConditionType::Exposed, false, reason, reason.cause());
    };
    let mut all = first.clone();
    if all.holds {
        let words: Vec<_> = ways.iter().map(|way| way.message.as_str()).collect();
        all.message = words.join("; ");
    }
    all
}

fn by_ingress(shop: &Shop, observed: &Observed, ingress: &IngressSettings) -> Finding {
    let type_ = ConditionType::Exposed;
    if let IngressClasses::Known { names, default } = &observed.ingress_classes {
        let known = || names.iter().cloned().collect::<Vec<_>>().join(", ");
        match &ingress.class_name {
            Some(class) if !names.contains(class) => {
                let message = format!(
                    "spec.ingress.className is {class}; the classes here are: {}",
                    known()
                );
                return Finding::new(type_, false, Reason::IngressClassNotFound, message);
            }
            None if default.is_none() => {
                let message = format!(
                    "spec.ingress.className is not set and no class is the default; the classes \
                     here are: {}",
                    known()
                );
                return Finding::new(type_, false, Reason::NoDefaultIngressClass, message);
            }
            _ => {}
        }
    }
    if let Some(finding) = certificate(shop, observed, ingress) {
        return finding;
    }
    let name = shop.identity.child(topology::Service::Storefront.name());
    if observed.contains(Kind::Ingress, &name) {
        Finding::new(type_, true, Reason::IngressApplied, ingress.url())
    } else {
        Finding::new(
            type_,
            false,
            Reason::Provisioning,
            "the ingress is made when the services are",
        )
    }
}

#[cfg(test)]
mod tests {
    use localmart_api::ComponentStatus;

    use super::*;
    use crate::{reconcile::plan, testing};

    fn reason(phase: Phase, message: &str) -> Reason {
        let shop = testing::shop("{}");
        let mut observed = Observed::default();
        observed.status.phase = Some(phase);
        let component = Component {
            status: ComponentStatus {
                name: "cart".to_owned(),
                updated: true,
                message: message.to_owned(),
                ..ComponentStatus::default()
            },
            exists: true,
            complete: false,
            stalled: false,
        };
        let plan = plan::plan(&shop, &observed);
        services(&shop, &observed, &plan, &[component]).reason
    }

    #[test]
    fn a_pod_that_is_added_is_a_rollout_and_one_that_is_lost_is_trouble() {
        let starts = "waits for its pods";
        assert_eq!(reason(Phase::RollingOut, starts), Reason::RollingOut);
        assert_eq!(reason(Phase::Ready, starts), Reason::PodsNotReady);
        assert_eq!(reason(Phase::Degraded, starts), Reason::PodsNotReady);
        let stuck = "shop-cart-1: ImagePullBackOff";
        assert_eq!(reason(Phase::RollingOut, stuck), Reason::PodsNotReady);
    }
}
