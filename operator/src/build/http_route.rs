//! The way in by a Gateway that somebody else runs.
//!
//! The Gateway API is no part of Kubernetes, so there are no types for it here: the route is
//! written as the API server stores it, with every default that its schema fills in.

use serde_json::{Map, Value, json};
use topology::{API_PORT, Service};

use super::{Kind, Object, metadata};
use crate::reconcile::shop::{GatewaySettings, Shop};

/// The group of the route and of the Gateways that it names.
pub const GROUP: &str = "gateway.networking.k8s.io";

pub fn build(shop: &Shop, settings: &GatewaySettings) -> Object {
    let component = Service::Storefront.name();
    let name = shop.identity.child(component);
    let resource = Kind::HttpRoute.resource();
    let mut spec = json!({
        "parentRefs": settings.parents.iter().map(parent).collect::<Vec<_>>(),
        "rules": [{
            "matches": [{ "path": { "type": "PathPrefix", "value": "/" } }],
            "backendRefs": [{
                "group": "", "kind": "Service", "name": name, "port": API_PORT, "weight": 1,
            }],
        }],
    });
    // The API server drops an empty list; sending one would look like a difference for ever.
    if !settings.hostnames.is_empty() {
        spec["hostnames"] = json!(settings.hostnames);
    }
    let body = json!({
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": metadata(shop, component, name),
        "spec": spec,
    });
    Object::new(Kind::HttpRoute, &body)
}

fn parent(parent: &localmart_api::ParentRef) -> Value {
    let mut fields = Map::from_iter([
        ("group".to_owned(), json!(GROUP)),
        ("kind".to_owned(), json!("Gateway")),
        ("name".to_owned(), json!(parent.name)),
    ]);
    let mut add = |name: &str, value: Option<Value>| {
        fields.extend(value.map(|value| (name.to_owned(), value)));
    };
    add("namespace", parent.namespace.as_ref().map(|it| json!(it)));
    add(
        "sectionName",
        parent.section_name.as_ref().map(|it| json!(it)),
    );
    add("port", parent.port.map(|it| json!(it)));
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn a_route_leads_from_each_parent_to_the_storefront() {
        let spec = "{gateway: {parentRefs: [{name: public, namespace: infra, sectionName: https, \
                    port: 443}, {name: inner}], hostnames: ['*.a.b', c.d]}}";
        let shop = testing::shop(spec);
        let route = build(&shop, shop.gateway.as_ref().unwrap());
        assert_eq!(route.key.to_string(), "HTTPRoute shop-storefront");
        let parents = json!([
            { "group": GROUP, "kind": "Gateway", "name": "public", "namespace": "infra",
              "sectionName": "https", "port": 443 },
            { "group": GROUP, "kind": "Gateway", "name": "inner" },
        ]);
        assert_eq!(route.body["spec"]["parentRefs"], parents);
        assert_eq!(route.body["spec"]["hostnames"], json!(["*.a.b", "c.d"]));
        let backend = &route.body["spec"]["rules"][0]["backendRefs"][0];
        assert_eq!(backend["name"], "shop-storefront");
        assert_eq!(backend["port"], 8080);
        let any = testing::shop("{gateway: {parentRefs: [{name: a}]}}");
        let route = build(&any, any.gateway.as_ref().unwrap());
        assert!(route.body["spec"].get("hostnames").is_none());
    }
}
