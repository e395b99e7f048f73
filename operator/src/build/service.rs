//! Services: stable names for pods.

use k8s_openapi::{
    api::core::v1::{Service as KubeService, ServicePort, ServiceSpec},
    apimachinery::pkg::util::intstr::IntOrString,
};
use topology::{ADMIN_PORT, API_PORT, POSTGRES_PORT, REDIS_PORT, Service};

use super::{Kind, Object, metadata, selector_labels};
use crate::reconcile::shop::Shop;

/// Name of the API port; the ingress points at it.
pub const HTTP: &str = "http";
/// Name of the port for health and metrics.
pub const ADMIN: &str = "admin";

pub fn of_service(shop: &Shop, service: Service) -> Object {
    build(
        shop,
        service.name(),
        &[(HTTP, API_PORT), (ADMIN, ADMIN_PORT)],
    )
}

pub fn postgres(shop: &Shop) -> Object {
    build(shop, "postgres", &[("postgres", POSTGRES_PORT)])
}

pub fn redis(shop: &Shop) -> Object {
    build(shop, "redis", &[("redis", REDIS_PORT)])
}

fn build(shop: &Shop, component: &str, ports: &[(&str, u16)]) -> Object {
    let ports = ports.iter().map(|(name, port)| ServicePort {
        name: Some((*name).to_owned()),
        port: i32::from(*port),
        protocol: Some("TCP".to_owned()),
        target_port: Some(IntOrString::String((*name).to_owned())),
        ..ServicePort::default()
    });
    let service = KubeService {
        metadata: metadata(shop, component, shop.identity.child(component)),
        spec: Some(ServiceSpec {
            type_: Some("ClusterIP".to_owned()),
            selector: Some(selector_labels(&shop.identity, component)),
            ports: Some(ports.collect()),
            ..ServiceSpec::default()
        }),
        status: None,
    };
    Object::new(Kind::Service, &service)
}
