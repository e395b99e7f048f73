//! Each edge is one rule at each of its ends, and there is no other rule.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::testing::shop;

/// `(who, port)` for each rule of a policy's `ingress` or `egress`; fails on a rule of another
/// shape than one known peer and one port.
fn rules(policy: &Value, direction: &str, peers: &str) -> Vec<(String, i64)> {
    let rules = policy["spec"][direction].as_array();
    let read = |rule: &Value| {
        let ports = rule["ports"].as_array().unwrap();
        let who = match &rule[peers] {
            Value::Null => "everywhere".to_owned(),
            list => match list.as_array().unwrap().as_slice() {
                [one] => who(one),
                several => several.iter().map(who).collect::<Vec<_>>().join("+"),
            },
        };
        assert!(ports.len() == 1 || who.starts_with("dns"), "{rule}");
        (who, ports[0]["port"].as_i64().unwrap())
    };
    rules.into_iter().flatten().map(read).collect()
}

fn who(peer: &Value) -> String {
    if let Some(block) = peer.get("ipBlock") {
        return block["cidr"].as_str().unwrap().to_owned();
    }
    if peer.get("namespaceSelector").is_some() {
        let dns = json!({
            "namespaceSelector": {}, "podSelector": { "matchLabels": { "k8s-app": "kube-dns" } },
        });
        assert_eq!(*peer, dns);
        return "dns".to_owned();
    }
    let labels = &peer["podSelector"]["matchLabels"];
    assert_eq!(labels[names::INSTANCE], "shop");
    labels[names::COMPONENT].as_str().unwrap().to_owned()
}

/// Every rule of every policy as `from -> to:port`, the one list for ingress, the other for egress.
fn all_rules(shop: &Shop) -> (Vec<String>, Vec<String>) {
    let (mut into, mut out) = (Vec::new(), Vec::new());
    for object in build(shop) {
        let of = object.body["metadata"]["labels"][names::COMPONENT].clone();
        let of = of.as_str().unwrap();
        assert_eq!(
            object.body["spec"]["policyTypes"],
            json!(["Ingress", "Egress"])
        );
        let ingress = rules(&object.body, "ingress", "from");
        into.extend(
            ingress
                .iter()
                .map(|(who, port)| format!("{who} -> {of}:{port}")),
        );
        let egress = rules(&object.body, "egress", "to");
        out.extend(
            egress
                .iter()
                .map(|(who, port)| format!("{of} -> {who}:{port}")),
        );
    }
    (into, out)
}

/// What the call graph says, between pods of the shop.
fn call_graph() -> BTreeSet<String> {
    let stores = ["lifecycle -> postgres:5432", "lifecycle -> redis:6379"];
    let mut edges = BTreeSet::from(stores.map(str::to_owned));
    for caller in Service::ALL {
        for callee in caller.calls() {
            edges.insert(format!("{caller} -> {callee}:8080"));
        }
        if caller.has_schema() {
            edges.insert(format!("{caller} -> postgres:5432"));
        }
        if caller.uses_redis() {
            edges.insert(format!("{caller} -> redis:6379"));
        }
    }
    edges
}

#[test]
fn each_edge_of_the_call_graph_is_one_rule_at_each_end_and_there_is_no_other() {
    let (into, out) = all_rules(&shop("{}"));
    let names = |dns: &str| Service::ALL.map(|service| format!("{service} -> {dns}:53"));
    let dns = format!("dns+{NODE_DNS}");
    let mut wanted_out = call_graph();
    wanted_out.extend(names(&dns));
    wanted_out.insert(format!("lifecycle -> {dns}:53"));
    let mut wanted_into = call_graph();
    wanted_into.insert("everywhere -> storefront:8080".to_owned());
    assert_eq!(into.len(), wanted_into.len(), "{into:#?}");
    assert_eq!(into.into_iter().collect::<BTreeSet<_>>(), wanted_into);
    assert_eq!(out.len(), wanted_out.len(), "{out:#?}");
    assert_eq!(out.into_iter().collect::<BTreeSet<_>>(), wanted_out);
}

/// A Gateway's pods are wherever its controller puts them, so its own namespace would not do.
#[test]
fn a_gateway_reaches_the_storefront_and_nothing_else() {
    let with = "{gateway: {parentRefs: [{name: public, namespace: infra}]}}";
    assert_eq!(all_rules(&shop(with)), all_rules(&shop("{}")));
    let (into, _) = all_rules(&shop(with));
    let open = into.iter().filter(|rule| rule.starts_with("everywhere"));
    assert_eq!(open.collect::<Vec<_>>(), ["everywhere -> storefront:8080"]);
}

#[test]
fn the_stores_may_call_nobody() {
    let (_, out) = all_rules(&shop("{}"));
    for store in ["postgres", "redis"] {
        let prefix = format!("{store} -> ");
        assert!(out.iter().all(|rule| !rule.starts_with(&prefix)), "{out:?}");
    }
}

#[test]
fn every_pod_of_the_shop_is_denied_by_default() {
    let objects = build(&shop("{}"));
    let deny = objects
        .iter()
        .find(|object| object.key.name == "shop-default-deny");
    let spec = json!({
        "podSelector": { "matchLabels": {
            "app.kubernetes.io/instance": "shop",
            "app.kubernetes.io/managed-by": "localmart-operator",
        } },
        "policyTypes": ["Ingress", "Egress"],
    });
    assert_eq!(deny.unwrap().body["spec"], spec);
}

#[test]
fn a_database_of_someone_else_is_reached_at_its_port_only() {
    let external = |host: &str| {
        let spec = format!(
            "{{postgres: {{external: {{host: {host:?}, port: 5433, adminSecretRef: {{name: a}}}}}}}}"
        );
        let mut observed = crate::reconcile::observed::Observed::default();
        for key in ["username", "password"] {
            observed.references.secrets.insert(
                localmart_api::KeyRef {
                    name: "a".to_owned(),
                    key: key.to_owned(),
                },
                b"admin".to_vec(),
            );
        }
        let object = crate::testing::object(&spec);
        let releases = crate::releases::Releases::conventional();
        crate::reconcile::validate::validate(&object, &observed, &releases).unwrap()
    };
    let (into, out) = all_rules(&external("db.example.org"));
    assert!(into.iter().all(|rule| !rule.contains("postgres")));
    let by_name = |rule: &&String| rule.ends_with(" -> everywhere:5433");
    // The services with a schema and the Jobs.
    assert_eq!(out.iter().filter(by_name).count(), 5, "{out:?}");
    let (_, out) = all_rules(&external("192.0.2.7"));
    assert!(out.contains(&"orders -> 192.0.2.7/32:5433".to_owned()));
    let (_, out) = all_rules(&external("2001:db8::1"));
    assert!(out.contains(&"orders -> 2001:db8::1/128:5433".to_owned()));
}

#[test]
fn a_redis_of_someone_else_is_reached_at_its_port_only() {
    let shop = crate::testing::beside_others();
    let (into, out) = all_rules(&shop);
    assert!(into.iter().all(|rule| !rule.contains("redis")), "{into:?}");
    let by_name = |rule: &&String| rule.ends_with(" -> everywhere:6380");
    // The services that use Redis and the Jobs.
    assert_eq!(out.iter().filter(by_name).count(), 5, "{out:?}");
    let names: Vec<_> = build(&shop).into_iter().map(|it| it.key.name).collect();
    assert!(!names.contains(&"shop-redis".to_owned()), "{names:?}");
}

#[test]
fn disabled_means_none() {
    assert_eq!(build(&shop("{networkPolicy: Disabled}")), []);
    assert_eq!(build(&shop("{networkPolicy: Enabled}")), build(&shop("{}")));
}
