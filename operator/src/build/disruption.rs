//! PodDisruptionBudgets: a drain takes one pod of a service at a time.
//!
//! Only for services with several pods. For a single one the budget could do nothing but block
//! every drain, and somebody who drains a node has decided already.

use k8s_openapi::{
    api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec},
    apimachinery::pkg::util::intstr::IntOrString,
};
use topology::Service;

use super::{Kind, Object, metadata, selector};
use crate::reconcile::shop::Shop;

/// The budget of a service, if it has several pods.
pub fn build(shop: &Shop, service: Service) -> Option<Object> {
    if shop.suspend || shop.services[&service].scale.least() < 2 {
        return None;
    }
    let component = service.name();
    let budget = PodDisruptionBudget {
        metadata: metadata(shop, component, shop.identity.child(component)),
        spec: Some(PodDisruptionBudgetSpec {
            max_unavailable: Some(IntOrString::Int(1)),
            selector: Some(selector(&shop.identity, component)),
            // A pod that is broken anyway must not block a drain.
            unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
            ..PodDisruptionBudgetSpec::default()
        }),
        status: None,
    };
    Some(Object::new(Kind::PodDisruptionBudget, &budget))
}
