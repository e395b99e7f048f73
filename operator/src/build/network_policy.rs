//! NetworkPolicies: nothing may talk to a pod of the shop, and no pod of it to anything, but along
//! an edge of the call graph.
//!
//! One policy denies everything to all pods of the shop. Each component has one more with the
//! edges that end and begin at it. Both are made from one list, [`edges`], which comes from
//! [`topology`]: an edge opens the callee's door and the caller's, or neither.
//!
//! * The storefront's API port is open to everyone. It is what the ingress and the Gateways
//!   publish, and their controllers may run in pods of any namespace, on a node's own network or outside of
//!   the cluster: no selector finds them all. The shop's own pods do not get there, because no
//!   edge lets them out.
//! * Probes come from the node itself, which policies never stop. The admin port is open to nobody
//!   else.
//! * Ports are those of pods: policies see traffic after a Service has translated it.

use std::{collections::BTreeMap, net::IpAddr};

use k8s_openapi::{
    api::networking::v1::{
        IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule,
        NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
    },
    apimachinery::pkg::{apis::meta::v1::LabelSelector, util::intstr::IntOrString},
};
use localmart_api::names;
use topology::{API_PORT, POSTGRES_PORT, REDIS_PORT, Service};

use super::{
    Kind, Object,
    accounts::{self, LIFECYCLE},
    metadata, postgres, redis, selector,
};
use crate::reconcile::shop::{Database, Identity, RedisStore, Shop};

/// Name and component of the policy that denies.
const DEFAULT_DENY: &str = "default-deny";
const DNS_PORT: u16 = 53;
/// The label of the cluster's DNS pods, whatever program they run.
const DNS_LABEL: (&str, &str) = ("k8s-app", "kube-dns");
/// Where the DNS cache listens that some clusters run on every node.
const NODE_DNS: &str = "169.254.20.10/32";

/// Where a connection may begin or end.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// Pods of one component of this shop.
    Component(&'static str),
    /// The cluster's DNS.
    Dns,
    /// One address outside of the shop.
    Address(IpAddr),
    /// Anywhere at all.
    Everywhere,
}

/// A connection that may be made.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Edge {
    from: Place,
    to: Place,
    protocols: &'static [&'static str],
    port: i32,
}

impl Edge {
    fn tcp(from: Place, to: Place, port: impl Into<i32>) -> Self {
        Self {
            from,
            to,
            protocols: &["TCP"],
            port: port.into(),
        }
    }
}

/// The policies of a shop; none where they are disabled.
pub fn build(shop: &Shop) -> Vec<Object> {
    if !shop.network_policy {
        return Vec::new();
    }
    let edges = edges(shop);
    let components = accounts::components(shop);
    std::iter::once(default_deny(shop))
        .chain(components.map(|component| of_component(shop, component, &edges)))
        .collect()
}

/// Every connection that may be made, once.
fn edges(shop: &Shop) -> Vec<Edge> {
    let pods_of = |service: Service| Place::Component(service.name());
    let (database, database_port) = database(shop);
    let (redis, redis_port) = redis(shop);
    let mut edges = vec![Edge::tcp(
        Place::Everywhere,
        pods_of(Service::Storefront),
        API_PORT,
    )];
    for caller in Service::ALL {
        for callee in caller.calls() {
            edges.push(Edge::tcp(pods_of(caller), pods_of(*callee), API_PORT));
        }
        if caller.has_schema() {
            edges.push(Edge::tcp(pods_of(caller), database.clone(), database_port));
        }
        if caller.uses_redis() {
            edges.push(Edge::tcp(pods_of(caller), redis.clone(), redis_port));
        }
    }
    edges.push(Edge::tcp(
        Place::Component(LIFECYCLE),
        database,
        database_port,
    ));
    edges.push(Edge::tcp(Place::Component(LIFECYCLE), redis, redis_port));
    // Who calls somebody does so by name.
    let mut callers: Vec<_> = edges.iter().map(|edge| edge.from.clone()).collect();
    callers.retain(|place| *place != Place::Everywhere);
    callers.dedup();
    edges.extend(callers.into_iter().map(|from| Edge {
        from,
        to: Place::Dns,
        protocols: &["UDP", "TCP"],
        port: DNS_PORT.into(),
    }));
    edges
}

/// A store of someone else is known by name, and a policy knows addresses only: then its port is
/// open wherever it is.
fn outside(host: &str, port: i32) -> (Place, i32) {
    let address = host.parse().map(Place::Address);
    (address.unwrap_or(Place::Everywhere), port)
}

fn redis(shop: &Shop) -> (Place, i32) {
    match &shop.redis {
        RedisStore::Managed(_) => (Place::Component(redis::COMPONENT), REDIS_PORT.into()),
        RedisStore::External(external) => outside(&external.host, external.port),
    }
}

fn database(shop: &Shop) -> (Place, i32) {
    match &shop.database {
        Database::Managed(_) => (
            Place::Component(postgres::COMPONENT),
            i32::from(POSTGRES_PORT),
        ),
        Database::External(external) => outside(&external.host, external.port),
    }
}

fn default_deny(shop: &Shop) -> Object {
    // Not by instance alone: others use that label too, such as a Helm release of the same name.
    let all = BTreeMap::from([
        (names::INSTANCE.to_owned(), shop.identity.name.clone()),
        (
            names::MANAGED_BY.to_owned(),
            names::FIELD_MANAGER.to_owned(),
        ),
    ]);
    let pods = LabelSelector {
        match_labels: Some(all),
        match_expressions: None,
    };
    policy(shop, DEFAULT_DENY, pods, Vec::new(), Vec::new())
}

fn of_component(shop: &Shop, component: &'static str, edges: &[Edge]) -> Object {
    let here = Place::Component(component);
    let identity = &shop.identity;
    let ingress = edges.iter().filter(|edge| edge.to == here);
    let ingress = ingress.map(|edge| NetworkPolicyIngressRule {
        from: peers(identity, &edge.from),
        ports: Some(ports(edge)),
    });
    let egress = edges.iter().filter(|edge| edge.from == here);
    let egress = egress.map(|edge| NetworkPolicyEgressRule {
        to: peers(identity, &edge.to),
        ports: Some(ports(edge)),
    });
    policy(
        shop,
        component,
        selector(identity, component),
        ingress.collect(),
        egress.collect(),
    )
}

fn policy(
    shop: &Shop,
    component: &str,
    pods: LabelSelector,
    ingress: Vec<NetworkPolicyIngressRule>,
    egress: Vec<NetworkPolicyEgressRule>,
) -> Object {
    let policy = NetworkPolicy {
        metadata: metadata(shop, component, shop.identity.child(component)),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(pods),
            policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
            ingress: (!ingress.is_empty()).then_some(ingress),
            egress: (!egress.is_empty()).then_some(egress),
        }),
    };
    Object::new(Kind::NetworkPolicy, &policy)
}

/// The other end of a rule; absent means anywhere.
fn peers(identity: &Identity, place: &Place) -> Option<Vec<NetworkPolicyPeer>> {
    let block = |cidr: String| NetworkPolicyPeer {
        ip_block: Some(IPBlock { cidr, except: None }),
        ..NetworkPolicyPeer::default()
    };
    match place {
        Place::Component(component) => Some(vec![NetworkPolicyPeer {
            pod_selector: Some(selector(identity, component)),
            ..NetworkPolicyPeer::default()
        }]),
        Place::Dns => {
            let (key, value) = DNS_LABEL;
            let pods = NetworkPolicyPeer {
                namespace_selector: Some(LabelSelector::default()),
                pod_selector: Some(LabelSelector {
                    match_labels: Some(BTreeMap::from([(key.to_owned(), value.to_owned())])),
                    match_expressions: None,
                }),
                ip_block: None,
            };
            Some(vec![pods, block(NODE_DNS.to_owned())])
        }
        Place::Address(address) => {
            let bits = if address.is_ipv4() { 32 } else { 128 };
            Some(vec![block(format!("{address}/{bits}"))])
        }
        Place::Everywhere => None,
    }
}

fn ports(edge: &Edge) -> Vec<NetworkPolicyPort> {
    let ports = edge.protocols.iter().map(|protocol| NetworkPolicyPort {
        port: Some(IntOrString::Int(edge.port)),
        protocol: Some((*protocol).to_owned()),
        end_port: None,
    });
    ports.collect()
}

#[cfg(test)]
mod tests;
