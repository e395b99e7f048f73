//! What every pod of the shop has in common: it meets Pod Security `restricted`.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{
        Capabilities, ConfigMapVolumeSource, Container, EmptyDirVolumeSource, ExecAction,
        KeyToPath, LocalObjectReference, PodSecurityContext, PodSpec, Probe, ProjectedVolumeSource,
        ResourceRequirements, SeccompProfile, SecretProjection, SecurityContext, Volume,
        VolumeMount, VolumeProjection,
    },
    apimachinery::pkg::api::resource::Quantity,
};
use localmart_api::{KeyRef, PullPolicy};
use serde_json::{Value, json};
use topology::{RUN_AS, settings};

use crate::reconcile::shop::{Amount, ContainerResources, Database, Images};

/// Volume of the certificates that may vouch for the database.
pub const DATABASE_CA: &str = "database-ca";

/// Read by the owner and by the group that every container runs in.
const SECRET_MODE: i32 = 0o440;

/// The last words of a container end up in pod status, where the operator may read them.
const LAST_WORDS: &str = "FallbackToLogsOnError";

/// The floor of a pod: nothing of it may be given away by a setting.
pub fn pod_spec(images: &Images, account: String) -> PodSpec {
    PodSpec {
        service_account_name: Some(account),
        automount_service_account_token: Some(false),
        // Variables made from every Service of the namespace would be read as settings.
        enable_service_links: Some(false),
        security_context: Some(PodSecurityContext {
            run_as_non_root: Some(true),
            run_as_user: Some(RUN_AS),
            run_as_group: Some(RUN_AS),
            fs_group: Some(RUN_AS),
            // Walking a large volume at every start would take minutes.
            fs_group_change_policy: Some("OnRootMismatch".to_owned()),
            seccomp_profile: Some(SeccompProfile {
                type_: "RuntimeDefault".to_owned(),
                localhost_profile: None,
            }),
            ..PodSecurityContext::default()
        }),
        image_pull_secrets: pull_secrets(images),
        ..PodSpec::default()
    }
}

fn pull_secrets(images: &Images) -> Option<Vec<LocalObjectReference>> {
    let references: Vec<_> = images
        .pull_secrets
        .iter()
        .map(|name| LocalObjectReference { name: name.clone() })
        .collect();
    (!references.is_empty()).then_some(references)
}

/// Names of the volumes that the pods of services have from the operator.
pub const OWN_VOLUMES: [&str; 2] = [SECRETS, INTERNAL_KEYS];
/// The volume of a service's own passwords.
pub const SECRETS: &str = "secrets";
/// The volume of the keys between services.
pub const INTERNAL_KEYS: &str = "internal-keys";

/// What every container has, whoever asks for it.
pub fn floor() -> Value {
    json!({
        "securityContext": security(),
        "terminationMessagePolicy": LAST_WORDS,
    })
}

fn security() -> SecurityContext {
    SecurityContext {
        allow_privilege_escalation: Some(false),
        read_only_root_filesystem: Some(true),
        capabilities: Some(Capabilities {
            drop: Some(vec!["ALL".to_owned()]),
            add: None,
        }),
        ..SecurityContext::default()
    }
}

/// The floor of a container of the operator's own.
pub fn container(
    name: &str,
    image: &str,
    images: &Images,
    resources: &ContainerResources,
) -> Container {
    Container {
        name: name.to_owned(),
        image: Some(image.to_owned()),
        image_pull_policy: Some(pull_policy(images.pull_policy).to_owned()),
        resources: Some(ResourceRequirements {
            requests: Some(amounts(&resources.request)),
            limits: Some(amounts(&resources.limit)),
            claims: None,
        }),
        security_context: Some(security()),
        termination_message_policy: Some(LAST_WORDS.to_owned()),
        ..Container::default()
    }
}

const fn pull_policy(policy: PullPolicy) -> &'static str {
    match policy {
        PullPolicy::Always => "Always",
        PullPolicy::IfNotPresent => "IfNotPresent",
        PullPolicy::Never => "Never",
    }
}

fn amounts(amount: &Amount) -> BTreeMap<String, Quantity> {
    BTreeMap::from([
        ("cpu".to_owned(), Quantity(amount.cpu.to_string())),
        ("memory".to_owned(), Quantity(amount.memory.to_string())),
    ])
}

/// Asks every second until the answer is good: a start is noticed at once, however long it takes,
/// and the probes after it need not be frequent. A store that replays its log is not cut short.
pub fn until_started(question: ExecAction) -> Probe {
    const A_DAY: i32 = 24 * 60 * 60;
    Probe {
        exec: Some(question),
        period_seconds: Some(1),
        timeout_seconds: Some(5),
        failure_threshold: Some(A_DAY),
        ..Probe::default()
    }
}

/// A volume of files out of Secrets: for each Secret, its keys and their file names.
pub fn secret_files(name: &str, sources: &[(String, Vec<(String, String)>)]) -> Volume {
    let sources = sources.iter().map(|(secret, keys)| VolumeProjection {
        secret: Some(SecretProjection {
            name: secret.clone(),
            items: Some(
                keys.iter()
                    .map(|(key, path)| KeyToPath {
                        key: key.clone(),
                        path: path.clone(),
                        mode: None,
                    })
                    .collect(),
            ),
            optional: None,
        }),
        ..VolumeProjection::default()
    });
    Volume {
        name: name.to_owned(),
        projected: Some(ProjectedVolumeSource {
            sources: Some(sources.collect()),
            default_mode: Some(SECRET_MODE),
        }),
        ..Volume::default()
    }
}

/// The certificates that may vouch for the database, where there are any: their volume and where
/// it is mounted.
pub fn database_authority(database: &Database) -> Option<(Volume, VolumeMount)> {
    let KeyRef { name, key } = &database.authority()?.key;
    let files = secret_files(
        DATABASE_CA,
        &[(name.clone(), vec![(key.clone(), key.clone())])],
    );
    Some((files, read_only(DATABASE_CA, settings::DATABASE_CA_MOUNT)))
}

/// A volume of files out of a ConfigMap.
pub fn config_files(name: &str, config_map: String) -> Volume {
    Volume {
        name: name.to_owned(),
        config_map: Some(ConfigMapVolumeSource {
            name: config_map,
            ..ConfigMapVolumeSource::default()
        }),
        ..Volume::default()
    }
}

/// A directory for the life of the pod, where a read-only root leaves none.
pub fn scratch(name: &str) -> Volume {
    Volume {
        name: name.to_owned(),
        empty_dir: Some(EmptyDirVolumeSource::default()),
        ..Volume::default()
    }
}

pub fn mount(name: &str, path: &str) -> VolumeMount {
    VolumeMount {
        name: name.to_owned(),
        mount_path: path.to_owned(),
        ..VolumeMount::default()
    }
}

pub fn read_only(name: &str, path: &str) -> VolumeMount {
    VolumeMount {
        read_only: Some(true),
        ..mount(name, path)
    }
}
