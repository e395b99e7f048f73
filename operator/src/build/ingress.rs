//! The way in from outside.

use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule,
    IngressServiceBackend, IngressSpec, IngressTLS, ServiceBackendPort,
};
use localmart_api::IssuerKind;
use topology::Service;

use super::{Kind, Object, labels, metadata, owner, service::HTTP};
use crate::{
    certificate::CertificatePlan,
    reconcile::{
        observed::Observed,
        shop::{IngressSettings, Shop, TlsSource},
    },
};

pub fn build(shop: &Shop, settings: &IngressSettings) -> Object {
    let component = Service::Storefront.name();
    let mut metadata = metadata(shop, component, shop.identity.child(component));
    let mut annotations = settings.annotations.clone();
    if let Some(TlsSource::Issuer { name, kind }) = settings.tls.as_ref().map(|tls| &tls.source) {
        let annotation = match kind {
            IssuerKind::Issuer => "cert-manager.io/issuer",
            IssuerKind::ClusterIssuer => "cert-manager.io/cluster-issuer",
        };
        annotations.insert(annotation.to_owned(), name.clone());
    }
    if !annotations.is_empty() {
        metadata.annotations = Some(annotations);
    }
    let tls = settings.tls.as_ref().map(|tls| {
        vec![IngressTLS {
            hosts: Some(vec![settings.host.clone()]),
            secret_name: Some(tls.secret.clone()),
        }]
    });
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
            tls,
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

/// The certificate to make now: where the operator makes it, and there is none that lasts.
pub fn certificate(shop: &Shop, observed: &Observed) -> Option<CertificatePlan> {
    let settings = shop.ingress.as_ref()?;
    let tls = settings.tls.as_ref()?;
    let due = tls.source == TlsSource::SelfSigned && !observed.certificate.lasts;
    due.then(|| CertificatePlan {
        secret: tls.secret.clone(),
        authority: shop.identity.child("storefront-ca"),
        host: settings.host.clone(),
        labels: labels(&shop.identity, Service::Storefront.name()),
        owner: owner(&shop.identity),
    })
}
