//! What the controllers of the Gateways say of the route, mirrored.
//!
//! The route's status has an entry for each parent that a controller has looked at, with the
//! conditions Accepted and ResolvedRefs. The route is in force where both are true of the newest
//! spec; the first parent that says no is the one to look at.

use kube::core::DynamicObject;
use localmart_api::{
    ParentRef,
    conditions::{ConditionType, Reason},
};
use serde_json::Value;
use topology::Service;

use super::Finding;
use crate::{
    build::{Key, Kind},
    reconcile::{observed::Observed, shop::Shop},
};

/// What a controller has to say yes to.
const WANTED: [&str; 2] = ["Accepted", "ResolvedRefs"];

/// The answer for one parent.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Yes,
    NotYet(String),
    No(String),
}

/// Whether the route is in force; nothing where none is asked for.
pub fn finding(shop: &Shop, observed: &Observed) -> Option<Finding> {
    let settings = shop.gateway.as_ref()?;
    let shut =
        |reason, message: String| Finding::new(ConditionType::Exposed, false, reason, message);
    if let Some(why) = observed.unseen.get(&Kind::HttpRoute) {
        return Some(shut(why.reason, why.message.clone()));
    }
    let name = shop.identity.child(Service::Storefront.name());
    let Some(live) = observed.objects.get(&Key::new(Kind::HttpRoute, &name)) else {
        let message = "the route is made when the services are".to_owned();
        return Some(shut(Reason::Provisioning, message));
    };
    let namespace = &shop.identity.namespace;
    let mut waits = None;
    for parent in &settings.parents {
        match answer(live, parent, namespace) {
            Answer::Yes => {}
            Answer::NotYet(why) => waits = waits.or(Some(why)),
            Answer::No(why) => return Some(shut(Reason::RouteRejected, why)),
        }
    }
    if let Some(why) = waits {
        return Some(shut(Reason::RoutePending, why));
    }
    let parents = settings.parents.iter();
    let parents: Vec<_> = parents.map(|parent| label(parent, namespace)).collect();
    let words = format!("route taken by {}", parents.join(", "));
    let reason = Reason::RouteAccepted;
    Some(Finding::new(ConditionType::Exposed, true, reason, words))
}

fn answer(live: &DynamicObject, parent: &ParentRef, namespace: &str) -> Answer {
    let who = label(parent, namespace);
    let entries = live.data["status"]["parents"].as_array();
    let entries = entries
        .into_iter()
        .flatten()
        .filter(|entry| is_about(&entry["parentRef"], parent, namespace));
    let generation = live.metadata.generation;
    let mut result = Answer::NotYet(format!(
        "no controller has said yet whether {who} takes the route; is it there? kubectl get \
         gateway {} -n {}",
        parent.name,
        parent.namespace.as_deref().unwrap_or(namespace)
    ));
    for entry in entries {
        match of_entry(entry, generation, &who) {
            // Of several controllers that answer for one parent, one that takes the route is enough.
            Answer::Yes => return Answer::Yes,
            Answer::NotYet(why) if matches!(result, Answer::NotYet(_)) => {
                result = Answer::NotYet(why);
            }
            Answer::NotYet(_) => {}
            no @ Answer::No(_) => result = no,
        }
    }
    result
}

fn of_entry(entry: &Value, generation: Option<i64>, who: &str) -> Answer {
    let conditions = entry["conditions"].as_array();
    let mut all = Answer::Yes;
    for type_ in WANTED {
        let mut found = conditions.into_iter().flatten();
        let found = found.find(|condition| condition["type"] == type_);
        let Some(condition) =
            found.filter(|found| found["observedGeneration"].as_i64() >= generation)
        else {
            let controller = entry["controllerName"].as_str().unwrap_or_default();
            all = Answer::NotYet(format!(
                "{controller} has not yet said {type_} of the newest route for {who}"
            ));
            continue;
        };
        let word = |field: &str| condition[field].as_str().unwrap_or_default();
        let said = || {
            let words = Some(word("message")).filter(|words| !words.is_empty());
            let words = words.map_or_else(String::new, |words| format!(": {words}"));
            let (status, why) = (word("status"), word("reason"));
            format!("{who}: {type_} is {status}, {why}{words}")
        };
        match word("status") {
            "True" => {}
            "False" => return Answer::No(said()),
            _ => all = Answer::NotYet(said()),
        }
    }
    all
}

/// Whether an entry's reference is this parent; the API server fills in what is usual.
fn is_about(reference: &Value, parent: &ParentRef, namespace: &str) -> bool {
    let text = |field: &str| reference[field].as_str();
    text("name") == Some(&parent.name)
        && text("kind").unwrap_or("Gateway") == "Gateway"
        && text("namespace").unwrap_or(namespace)
            == parent.namespace.as_deref().unwrap_or(namespace)
        && text("sectionName") == parent.section_name.as_deref()
        && reference["port"].as_i64() == parent.port.map(i64::from)
}

fn label(parent: &ParentRef, namespace: &str) -> String {
    let namespace = parent.namespace.as_deref().unwrap_or(namespace);
    let section = parent.section_name.as_ref();
    let section = section.map_or_else(String::new, |section| format!(" {section}"));
    let port = parent.port;
    let port = port.map_or_else(String::new, |port| format!(" port {port}"));
    format!("Gateway {namespace}/{}{section}{port}", parent.name)
}

#[cfg(test)]
mod tests;
