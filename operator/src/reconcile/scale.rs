//! Who decides how many pods a service has, and how the count changes hands.
//!
//! Server-side apply removes a field that its only owner no longer sends, and a Deployment without
//! a count has one pod. So the operator never just stops sending `replicas`:
//!
//! ```text
//!  replicas: 3 ──> autoscaling:  apply the live count as `localmart-scale`, send no count any
//!                                more, create the autoscaler
//!  autoscaling ──> replicas: 3:  delete the autoscaler, then send the count
//!  suspend:                      delete the autoscaler, then send 0
//!  resume:                       apply the least count as `localmart-scale` (an autoscaler leaves
//!                                0 alone), then create the autoscaler
//! ```
//!
//! Each step is decided from what is there, so a pass that was cut short is simply continued, and
//! the count never falls below both where it was and where it goes (`tests/autoscaling.rs`).

use std::collections::BTreeMap;

use kube::core::DynamicObject;
use localmart_api::{ServiceSpec, names::FIELD_MANAGER};
use serde_json::Value;

use super::{defaults, shop::Shop};
use crate::build::{Key, Kind};

/// How many pods a service has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scale {
    Fixed(i32),
    Automatic(Automatic),
}

/// An autoscaler decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Automatic {
    pub least: i32,
    pub most: i32,
    /// Percent of the requested CPU.
    pub cpu_utilization: i32,
}

impl Scale {
    pub fn of(spec: &ServiceSpec) -> Self {
        match &spec.autoscaling {
            Some(wanted) => Self::Automatic(Automatic {
                least: wanted.min_replicas,
                most: wanted.max_replicas,
                cpu_utilization: wanted
                    .target_cpu_utilization
                    .unwrap_or(defaults::CPU_UTILIZATION),
            }),
            None => Self::Fixed(spec.replicas.unwrap_or(1)),
        }
    }

    /// The pods that there are at any time.
    pub const fn least(&self) -> i32 {
        match self {
            Self::Fixed(count) => *count,
            Self::Automatic(wanted) => wanted.least,
        }
    }

    /// The pods that there may be.
    pub const fn most(&self) -> i32 {
        match self {
            Self::Fixed(count) => *count,
            Self::Automatic(wanted) => wanted.most,
        }
    }
}

/// The Deployments whose count an autoscaler decides, with the least that they are to have.
pub fn handed(shop: &Shop) -> BTreeMap<Key, i32> {
    let automatic = shop.services.iter().filter(|_| !shop.suspend);
    automatic
        .filter_map(|(service, settings)| match &settings.scale {
            Scale::Fixed(_) => None,
            Scale::Automatic(wanted) => {
                let name = shop.identity.child(service.name());
                Some((Key::new(Kind::Deployment, &name), wanted.least))
            }
        })
        .collect()
}

/// A count to apply for the sake of an autoscaler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandOver {
    pub replicas: i32,
    /// Whether it replaces another count. Where it only keeps the one that was read, somebody who
    /// changed it since is right.
    pub force: bool,
}

/// What has to be applied before the operator may stop deciding the count of `live`.
pub fn hand_over(least: i32, live: &DynamicObject) -> Option<HandOver> {
    let count = live.data["spec"]["replicas"].as_i64().unwrap_or(1);
    if count == 0 {
        return Some(HandOver {
            replicas: least,
            force: true,
        });
    }
    let (ours, others): (Vec<_>, Vec<_>) = live
        .metadata
        .managed_fields
        .iter()
        .flatten()
        .filter(|entry| {
            let fields = entry.fields_v1.as_ref().map_or(&Value::Null, |f| &f.0);
            !fields["f:spec"]["f:replicas"].is_null()
        })
        .partition(|entry| entry.manager.as_deref() == Some(FIELD_MANAGER));
    (!ours.is_empty() && others.is_empty()).then(|| HandOver {
        replicas: i32::try_from(count).unwrap_or(i32::MAX),
        force: false,
    })
}

#[cfg(test)]
mod tests {
    use localmart_api::names::SCALE_MANAGER;
    use serde_json::json;

    use super::*;

    fn live(replicas: i32, managers: &[&str]) -> DynamicObject {
        let fields: Vec<_> = managers
            .iter()
            .map(|manager| {
                json!({ "manager": manager, "operation": "Apply",
                    "fieldsV1": { "f:spec": { "f:replicas": {} } } })
            })
            .collect();
        serde_json::from_value(json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": { "name": "a", "managedFields": fields },
            "spec": { "replicas": replicas },
        }))
        .unwrap()
    }

    #[test]
    fn a_count_that_would_go_with_us_is_handed_over_as_it_is() {
        let kept = |replicas| {
            Some(HandOver {
                replicas,
                force: false,
            })
        };
        assert_eq!(hand_over(2, &live(5, &[FIELD_MANAGER])), kept(5));
        assert_eq!(hand_over(2, &live(1, &[FIELD_MANAGER])), kept(1));
        let shared = live(5, &[FIELD_MANAGER, SCALE_MANAGER]);
        assert_eq!(hand_over(2, &shared), None);
        assert_eq!(hand_over(2, &live(5, &["kube-controller-manager"])), None);
    }

    #[test]
    fn an_autoscaler_does_not_wake_what_is_at_zero() {
        let woken = Some(HandOver {
            replicas: 2,
            force: true,
        });
        assert_eq!(hand_over(2, &live(0, &[FIELD_MANAGER])), woken);
        assert_eq!(hand_over(2, &live(0, &["kubectl"])), woken);
    }
}
