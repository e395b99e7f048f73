//! HorizontalPodAutoscalers: the number of a service's pods follows their CPU use.
//!
//! Not while the shop is suspended: its pods are zero, and an autoscaler would be in the way of
//! whoever resumes it.

use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, MetricSpec,
    MetricTarget, ResourceMetricSource,
};
use topology::Service;

use super::{Kind, Object, metadata};
use crate::reconcile::{scale::Scale, shop::Shop};

/// The autoscaler of a service, if it has one.
pub fn build(shop: &Shop, service: Service) -> Option<Object> {
    let Scale::Automatic(wanted) = &shop.services[&service].scale else {
        return None;
    };
    if shop.suspend {
        return None;
    }
    let component = service.name();
    let target = Kind::Deployment.resource();
    let autoscaler = HorizontalPodAutoscaler {
        metadata: metadata(shop, component, shop.identity.child(component)),
        spec: Some(HorizontalPodAutoscalerSpec {
            scale_target_ref: CrossVersionObjectReference {
                api_version: Some(target.api_version),
                kind: target.kind,
                name: shop.identity.child(component),
            },
            min_replicas: Some(wanted.least),
            max_replicas: wanted.most,
            metrics: Some(vec![MetricSpec {
                type_: "Resource".to_owned(),
                resource: Some(ResourceMetricSource {
                    name: "cpu".to_owned(),
                    target: MetricTarget {
                        type_: "Utilization".to_owned(),
                        average_utilization: Some(wanted.cpu_utilization),
                        ..MetricTarget::default()
                    },
                }),
                ..MetricSpec::default()
            }]),
            ..HorizontalPodAutoscalerSpec::default()
        }),
        status: None,
    };
    Some(Object::new(Kind::HorizontalPodAutoscaler, &autoscaler))
}
