//! Deployments of the services.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::{
        apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment},
        core::v1::{
            Container, ContainerPort, HTTPGetAction, Lifecycle, LifecycleHandler, PodSpec,
            PodTemplateSpec, Probe, SleepAction, TopologySpreadConstraint,
        },
    },
    apimachinery::pkg::{apis::meta::v1::ObjectMeta, util::intstr::IntOrString},
};
use localmart_api::names;
use topology::{ADMIN_PORT, API_PORT, Service, settings};

use super::{
    Kind, Object, consumed, env, labels, metadata, pod, selector,
    service::{ADMIN, HTTP},
    template,
};
use crate::reconcile::{scale::Scale, shop::Shop};

/// Seconds between a pod being taken off its Service and its shutdown, so that whoever still has
/// its address gets an answer.
const DRAIN_SECONDS: i64 = 5;
/// Seconds for requests under way after that.
const SHUTDOWN_SECONDS: i64 = 25;

/// Pods of a service keep apart on these, as far as they can: a machine or a zone that goes takes
/// few of them. A single pod has it as well, so that scaling restarts none.
const SPREAD_OVER: [&str; 2] = ["kubernetes.io/hostname", "topology.kubernetes.io/zone"];

/// What a gate may hold back: the parts of a pod that belong to a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    pub version: String,
    pub image: String,
    /// Fingerprint of the secrets that the pod consumes.
    pub consumes: String,
}

pub fn build(shop: &Shop, service: Service, edition: &Edition) -> Object {
    let identity = &shop.identity;
    let component = service.name();
    let mut metadata = metadata(shop, component, identity.child(component));
    if let Some(labels) = metadata.labels.as_mut() {
        labels.insert(names::VERSION.to_owned(), edition.version.clone());
    }
    let deployment = Deployment {
        metadata,
        spec: Some(DeploymentSpec {
            replicas: replicas(shop, service),
            selector: selector(identity, component),
            revision_history_limit: Some(3),
            progress_deadline_seconds: Some(300),
            // The old pod goes when the new one answers, never before.
            strategy: Some(DeploymentStrategy {
                type_: Some("RollingUpdate".to_owned()),
                rolling_update: Some(RollingUpdateDeployment {
                    max_surge: Some(IntOrString::Int(1)),
                    max_unavailable: Some(IntOrString::Int(0)),
                }),
            }),
            template: PodTemplateSpec {
                metadata: Some(ObjectMeta {
                    labels: Some(labels(identity, component)),
                    annotations: Some(BTreeMap::from([(
                        names::CONSUMES.to_owned(),
                        edition.consumes.clone(),
                    )])),
                    ..ObjectMeta::default()
                }),
                spec: Some(pod_spec(shop, service, edition)),
            },
            ..DeploymentSpec::default()
        }),
        status: None,
    };
    let mut object = Object::new(Kind::Deployment, &deployment);
    if let Some(added) = &shop.services[&service].pod_template {
        let built = object.body["spec"]["template"].take();
        object.body["spec"]["template"] = template::merged(built, added, component);
    }
    object
}

/// Absent where an autoscaler decides the count.
fn replicas(shop: &Shop, service: Service) -> Option<i32> {
    match &shop.services[&service].scale {
        _ if shop.suspend => Some(0),
        Scale::Fixed(count) => Some(*count),
        Scale::Automatic(_) => None,
    }
}

fn pod_spec(shop: &Shop, service: Service, edition: &Edition) -> PodSpec {
    let identity = &shop.identity;
    let mut volumes = Vec::new();
    let own = consumed::own_secrets(shop, service);
    if !own.is_empty() {
        volumes.push(pod::secret_files(pod::SECRETS, &consumed::by_secret(&own)));
    }
    let keys = consumed::internal_keys(shop, service);
    if !keys.is_empty() {
        volumes.push(pod::secret_files(
            pod::INTERNAL_KEYS,
            &consumed::by_secret(&keys),
        ));
    }
    if service.has_schema() {
        volumes.extend(pod::database_authority(&shop.database).map(|(volume, _)| volume));
    }
    PodSpec {
        termination_grace_period_seconds: Some(DRAIN_SECONDS + SHUTDOWN_SECONDS),
        topology_spread_constraints: Some(
            SPREAD_OVER
                .map(|topology| spread(shop, service, topology))
                .to_vec(),
        ),
        containers: vec![container(shop, service, edition)],
        volumes: (!volumes.is_empty()).then_some(volumes),
        ..pod::pod_spec(&shop.images, identity.child(service.name()))
    }
}

fn spread(shop: &Shop, service: Service, topology: &str) -> TopologySpreadConstraint {
    TopologySpreadConstraint {
        max_skew: 1,
        topology_key: topology.to_owned(),
        when_unsatisfiable: "ScheduleAnyway".to_owned(),
        label_selector: Some(selector(&shop.identity, service.name())),
        ..TopologySpreadConstraint::default()
    }
}

fn container(shop: &Shop, service: Service, edition: &Edition) -> Container {
    let mut mounts = Vec::new();
    if !consumed::own_secrets(shop, service).is_empty() {
        mounts.push(pod::read_only(pod::SECRETS, settings::SECRETS_MOUNT));
    }
    if !consumed::internal_keys(shop, service).is_empty() {
        mounts.push(pod::read_only(
            pod::INTERNAL_KEYS,
            settings::INTERNAL_KEYS_MOUNT,
        ));
    }
    if service.has_schema() {
        mounts.extend(pod::database_authority(&shop.database).map(|(_, mount)| mount));
    }
    Container {
        env: Some(env::of_service(shop, service, &edition.version)),
        ports: Some(vec![port(HTTP, API_PORT), port(ADMIN, ADMIN_PORT)]),
        volume_mounts: (!mounts.is_empty()).then_some(mounts),
        startup_probe: Some(Probe {
            period_seconds: Some(1),
            failure_threshold: Some(60),
            ..get("/livez")
        }),
        readiness_probe: Some(Probe {
            period_seconds: Some(5),
            failure_threshold: Some(2),
            ..get("/readyz")
        }),
        liveness_probe: Some(Probe {
            period_seconds: Some(10),
            timeout_seconds: Some(5),
            failure_threshold: Some(3),
            ..get("/livez")
        }),
        // The kubelet itself waits: the image holds no shell that could.
        lifecycle: Some(Lifecycle {
            pre_stop: Some(LifecycleHandler {
                sleep: Some(SleepAction {
                    seconds: DRAIN_SECONDS,
                }),
                ..LifecycleHandler::default()
            }),
            ..Lifecycle::default()
        }),
        ..pod::container(
            service.name(),
            &edition.image,
            &shop.images,
            &shop.services[&service].resources,
        )
    }
}

fn get(path: &str) -> Probe {
    Probe {
        http_get: Some(HTTPGetAction {
            path: Some(path.to_owned()),
            port: IntOrString::String(ADMIN.to_owned()),
            ..HTTPGetAction::default()
        }),
        ..Probe::default()
    }
}

/// A named port of a container.
pub fn port(name: &str, port: u16) -> ContainerPort {
    ContainerPort {
        name: Some(name.to_owned()),
        container_port: i32::from(port),
        protocol: Some("TCP".to_owned()),
        ..ContainerPort::default()
    }
}
