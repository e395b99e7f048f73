//! Data volumes. The operator makes the claims itself and mounts them by name, so that they can
//! outlive a StatefulSet, grow, and be adopted again.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{
        PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeClaimVolumeSource,
        Volume, VolumeResourceRequirements,
    },
    apimachinery::pkg::{api::resource::Quantity, apis::meta::v1::ObjectMeta},
};

use super::{Kind, Object, labels, owner};
use crate::reconcile::shop::{Identity, Shop, StorageSettings};

/// Name of the claim of a store's data.
pub fn claim_name(identity: &Identity, component: &str) -> String {
    identity.child(&format!("{component}-data"))
}

/// The claim of a store's data.
pub fn claim(
    shop: &Shop,
    component: &str,
    storage: &StorageSettings,
    more_labels: BTreeMap<String, String>,
) -> Object {
    let mut labels = labels(&shop.identity, component);
    labels.extend(more_labels);
    let claim = PersistentVolumeClaim {
        metadata: ObjectMeta {
            name: Some(claim_name(&shop.identity, component)),
            namespace: Some(shop.identity.namespace.clone()),
            labels: Some(labels),
            owner_references: (!shop.retain).then(|| vec![owner(&shop.identity)]),
            ..ObjectMeta::default()
        },
        spec: Some(PersistentVolumeClaimSpec {
            access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
            storage_class_name: storage.class_name.clone(),
            resources: Some(VolumeResourceRequirements {
                requests: Some(BTreeMap::from([(
                    "storage".to_owned(),
                    Quantity(storage.size.to_string()),
                )])),
                limits: None,
            }),
            ..PersistentVolumeClaimSpec::default()
        }),
        status: None,
    };
    Object::new(Kind::PersistentVolumeClaim, &claim)
}

/// The data volume in a pod.
pub fn volume(shop: &Shop, component: &str) -> Volume {
    Volume {
        name: "data".to_owned(),
        persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource {
            claim_name: claim_name(&shop.identity, component),
            read_only: None,
        }),
        ..Volume::default()
    }
}
