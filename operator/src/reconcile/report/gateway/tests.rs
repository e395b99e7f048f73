//! Every answer that a gateway's controller may give, and what is made of it.

use localmart_api::conditions::ConditionType;
use serde_json::json;

use super::*;
use crate::{
    build::http_route,
    error::Failure,
    reconcile::report::{conditions, is_problem},
    testing,
};

const SPEC: &str = "{gateway: {parentRefs: [{name: public, namespace: infra, sectionName: https}, {name: inner}]}}";

fn said(type_: &str, status: &str, generation: i64) -> Value {
    json!({ "type": type_, "status": status, "observedGeneration": generation,
        "reason": "Because", "message": "of this." })
}

fn entry(reference: &Value, conditions: &[Value]) -> Value {
    json!({ "parentRef": reference, "controllerName": "example.org/gateway",
        "conditions": conditions })
}

fn public() -> Value {
    json!({ "group": http_route::GROUP, "kind": "Gateway", "name": "public", "namespace": "infra",
        "sectionName": "https" })
}

fn inner() -> Value {
    json!({ "name": "inner" })
}

/// Both conditions with these statuses, of the newest spec.
fn both(accepted: &str, resolved: &str) -> [Value; 2] {
    [
        said("Accepted", accepted, 2),
        said("ResolvedRefs", resolved, 2),
    ]
}

/// The shop's route with these answers of controllers.
fn observed(shop: &Shop, parents: &[Value]) -> Observed {
    let route = http_route::build(shop, shop.gateway.as_ref().unwrap());
    let mut body = route.body;
    body["metadata"]["generation"] = json!(2);
    body["status"] = json!({ "parents": parents });
    let mut observed = Observed::default();
    let live = serde_json::from_value(body).unwrap();
    observed.objects.insert(route.key, live);
    observed
}

fn found(parents: &[Value]) -> Finding {
    let shop = testing::shop(SPEC);
    finding(&shop, &observed(&shop, parents)).unwrap()
}

#[test]
fn every_parent_has_to_take_the_route() {
    let good = entry(&public(), &both("True", "True"));
    let all = found(&[good.clone(), entry(&inner(), &both("True", "True"))]);
    assert!(all.holds);
    assert_eq!(all.reason, Reason::RouteAccepted);
    assert_eq!(
        all.message,
        "route taken by Gateway infra/public https, Gateway shops/inner"
    );

    let one = found(std::slice::from_ref(&good));
    assert_eq!((one.holds, one.reason), (false, Reason::RoutePending));
    assert!(
        one.message.ends_with("kubectl get gateway inner -n shops"),
        "{}",
        one.message
    );
    assert!(!is_problem(Reason::RoutePending));

    // Others of that name are others.
    for (field, value) in [
        ("namespace", json!("elsewhere")),
        ("sectionName", json!("http")),
        ("port", json!(80)),
        ("kind", json!("Service")),
    ] {
        let mut other = inner();
        other[field] = value;
        let found = found(&[good.clone(), entry(&other, &both("True", "True"))]);
        assert_eq!(found.reason, Reason::RoutePending, "{field}");
    }
}

#[test]
fn a_no_is_told_in_the_controllers_own_words() {
    for (answers, word) in [
        (both("False", "True"), "Accepted"),
        (both("True", "False"), "ResolvedRefs"),
    ] {
        let inner = entry(&inner(), &answers);
        // Before what is only not there yet.
        let finding = found(std::slice::from_ref(&inner));
        assert_eq!(finding.reason, Reason::RouteRejected);
        assert!(is_problem(finding.reason) && !finding.holds);
        let words = format!("Gateway shops/inner: {word} is False, Because: of this.");
        assert_eq!(finding.message, words);
    }
    // Some say no more than that.
    let mut silent = both("False", "True");
    silent[0]["message"] = json!("");
    let told = found(&[entry(&inner(), &silent)]).message;
    assert_eq!(told, "Gateway shops/inner: Accepted is False, Because");
}

#[test]
fn what_was_said_of_an_older_route_does_not_count() {
    for type_ in WANTED {
        let mut answers = both("True", "True").to_vec();
        for answer in &mut answers {
            if answer["type"] == type_ {
                answer["observedGeneration"] = json!(1);
            }
        }
        let old = entry(&inner(), &answers);
        let found = found(&[entry(&public(), &both("True", "True")), old]);
        assert_eq!(found.reason, Reason::RoutePending, "{type_}");
        assert!(found.message.contains(type_), "{}", found.message);
    }
    let open = entry(&inner(), &both("Unknown", "True"));
    let found = found(&[entry(&public(), &both("True", "True")), open]);
    assert_eq!(found.reason, Reason::RoutePending);
    assert!(found.message.contains("Accepted is Unknown"));
}

#[test]
fn of_several_controllers_one_that_takes_it_is_enough() {
    let no = entry(&inner(), &both("False", "True"));
    let yes = entry(&inner(), &both("True", "True"));
    let public = entry(&public(), &both("True", "True"));
    for order in [[no.clone(), yes.clone()], [yes, no]] {
        let found = found(&[&[public.clone()][..], &order].concat());
        assert_eq!(found.reason, Reason::RouteAccepted);
    }
}

#[test]
fn a_missing_kind_is_told_where_a_route_is_wanted_and_only_there() {
    let failure = Failure::new(Reason::GatewayApiMissing, "install it");
    let mut nothing = Observed::default();
    nothing.unseen.insert(Kind::HttpRoute, failure);
    let told = finding(&testing::shop(SPEC), &nothing).unwrap();
    assert_eq!(told.reason, Reason::GatewayApiMissing);
    assert!(is_problem(told.reason));
    assert_eq!(finding(&testing::shop("{}"), &nothing), None);
}

#[test]
fn both_ways_in_have_to_be_open() {
    let spec = SPEC.replace("{gateway", "{ingress: {host: a.b}, gateway");
    let shop = testing::shop(&spec);
    let yes = |reference: &Value| entry(reference, &both("True", "True"));
    let mut observed = observed(&shop, &[yes(&public()), yes(&inner())]);
    let exposed = |observed: &Observed| {
        let plan = crate::reconcile::plan::plan(&shop, observed);
        let all = conditions::findings(&shop, observed, &plan, &[]);
        let mut all = all.into_iter();
        all.find(|finding| finding.type_ == ConditionType::Exposed)
            .unwrap()
    };
    let one = exposed(&observed);
    assert_eq!((one.holds, one.reason), (false, Reason::Provisioning));

    let ingress = crate::build::ingress::build(&shop, shop.ingress.as_ref().unwrap());
    let live = serde_json::from_value(ingress.body).unwrap();
    observed.objects.insert(ingress.key, live);
    let all = exposed(&observed);
    assert!(all.holds);
    assert_eq!(all.reason, Reason::IngressApplied);
    let words = "http://a.b; route taken by Gateway infra/public https, Gateway shops/inner";
    assert_eq!(all.message, words);
}
