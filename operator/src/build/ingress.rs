//! The way in from outside.

use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule,
    IngressServiceBackend, IngressSpec, ServiceBackendPort,
};
use topology::Service;

use super::{Kind, Object, metadata, service::HTTP};
use crate::reconcile::shop::{IngressSettings, Shop};

pub fn build(shop: &Shop, settings: &IngressSettings) -> Object {
    let component = Service::Storefront.name();
    let mut metadata = metadata(shop, component, shop.identity.child(component));
    if !settings.annotations.is_empty() {
        metadata.annotations = Some(settings.annotations.clone());
    }
    let backend = IngressBackend {
        service: Some(IngressServiceBackend {
            name: shop.identity.child(component),
            port: Some(ServiceBackendPort {
                name: Some(HTTP.to_owned()),
                number: None,
            }),
        }),
        resource: None,
    };
    let ingress = Ingress {
        metadata,
        spec: Some(IngressSpec {
            ingress_class_name: settings.class_name.clone(),
            rules: Some(vec![IngressRule {
                host: Some(settings.host.clone()),
                http: Some(HTTPIngressRuleValue {
                    paths: vec![HTTPIngressPath {
                        path: Some("/".to_owned()),
                        path_type: "Prefix".to_owned(),
                        backend,
                    }],
                }),
            }]),
            ..IngressSpec::default()
        }),
        status: None,
    };
    Object::new(Kind::Ingress, &ingress)
}
