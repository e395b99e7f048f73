//! The managed Redis: one instance whose append-only file is on a volume that the operator claims.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::{
        apps::v1::{StatefulSet, StatefulSetSpec},
        core::v1::{ConfigMap, Container, ExecAction, PodSpec, PodTemplateSpec, Probe},
    },
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use localmart_api::names;
use sha2::{Digest, Sha256};
use topology::{REDIS_LIFECYCLE_USER, REDIS_PORT, Service};

use super::{Kind, Object, deployment::port, labels, metadata, pod, secrets, selector, storage};
use crate::reconcile::shop::{ManagedRedis, Shop};

pub const COMPONENT: &str = "redis";

const CONFIG_FILE: &str = "redis.conf";
const CONFIG_MOUNT: &str = "/etc/redis/conf";
const ACL_MOUNT: &str = "/etc/redis/acl";

/// Settings of the server. Nothing is evicted: what was acknowledged is not lost to make room, a
/// write that does not fit is refused.
fn config(settings: &ManagedRedis) -> String {
    format!(
        "bind * -::*\n\
         port {REDIS_PORT}\n\
         # The ACL decides who may do what; see {acl}.\n\
         protected-mode no\n\
         aclfile {ACL_MOUNT}/{acl}\n\
         dir /data\n\
         appendonly yes\n\
         appendfsync everysec\n\
         save \"\"\n\
         maxmemory {memory}\n\
         maxmemory-policy noeviction\n",
        acl = secrets::REDIS_ACL,
        memory = settings.max_memory,
    )
}

/// The settings, under a name made from their content: a running pod never sees other settings
/// than those it started with.
pub fn config_map(shop: &Shop, settings: &ManagedRedis) -> Object {
    let map = ConfigMap {
        metadata: metadata(shop, COMPONENT, config_map_name(shop, settings)),
        data: Some(BTreeMap::from([(CONFIG_FILE.to_owned(), config(settings))])),
        ..ConfigMap::default()
    };
    Object::new(Kind::ConfigMap, &map)
}

fn config_map_name(shop: &Shop, settings: &ManagedRedis) -> String {
    let digest = hex::encode(Sha256::digest(config(settings).as_bytes()));
    shop.identity.child(&format!("redis-{}", &digest[..8]))
}

pub fn build(shop: &Shop, settings: &ManagedRedis) -> Object {
    let identity = &shop.identity;
    // Redis reads its users when it starts, so a new user or a new right needs a new pod; a new
    // password does not.
    let users: Vec<_> = secrets::redis_users()
        .map(user)
        .chain([REDIS_LIFECYCLE_USER.to_owned()])
        .collect();
    let set = StatefulSet {
        metadata: metadata(shop, COMPONENT, identity.child(COMPONENT)),
        spec: Some(StatefulSetSpec {
            replicas: Some(i32::from(!shop.suspend)),
            service_name: Some(identity.child(COMPONENT)),
            // A pod that cannot start must not keep a corrected one from taking its place.
            pod_management_policy: Some("Parallel".to_owned()),
            selector: selector(identity, COMPONENT),
            template: PodTemplateSpec {
                metadata: Some(ObjectMeta {
                    labels: Some(labels(identity, COMPONENT)),
                    annotations: Some(BTreeMap::from([(
                        names::ACL_USERS.to_owned(),
                        users.join(","),
                    )])),
                    ..ObjectMeta::default()
                }),
                spec: Some(pod_spec(shop, settings)),
            },
            ..StatefulSetSpec::default()
        }),
        status: None,
    };
    Object::new(Kind::StatefulSet, &set)
}

/// A user and the streams of others that it may read, for example `catalog<orders`.
fn user(service: Service) -> String {
    let streams = service.consumes().iter().map(|producer| producer.name());
    std::iter::once(service.name())
        .chain(streams)
        .collect::<Vec<_>>()
        .join("<")
}

fn pod_spec(shop: &Shop, settings: &ManagedRedis) -> PodSpec {
    let identity = &shop.identity;
    let acl = secrets::REDIS_ACL.to_owned();
    let acl_file = vec![(secrets::redis(identity), vec![(acl.clone(), acl)])];
    PodSpec {
        containers: vec![container(shop, settings)],
        volumes: Some(vec![
            storage::volume(shop, COMPONENT),
            pod::config_files("conf", config_map_name(shop, settings)),
            pod::secret_files("acl", &acl_file),
        ]),
        ..pod::pod_spec(&shop.images, identity.child(COMPONENT))
    }
}

fn container(shop: &Shop, settings: &ManagedRedis) -> Container {
    let ping = |more: &[&str]| ExecAction {
        command: Some(
            ["redis-cli"]
                .iter()
                .chain(more)
                .map(|part| (*part).to_owned())
                .collect(),
        ),
    };
    Container {
        args: Some(vec![
            "redis-server".to_owned(),
            format!("{CONFIG_MOUNT}/{CONFIG_FILE}"),
        ]),
        ports: Some(vec![port(COMPONENT, REDIS_PORT)]),
        volume_mounts: Some(vec![
            pod::mount("data", "/data"),
            pod::read_only("conf", CONFIG_MOUNT),
            pod::read_only("acl", ACL_MOUNT),
        ]),
        // With `-e` an error reply fails the probe: while Redis loads its file it answers LOADING.
        startup_probe: Some(pod::until_started(ping(&["-e", "ping"]))),
        readiness_probe: Some(Probe {
            exec: Some(ping(&["-e", "ping"])),
            period_seconds: Some(10),
            timeout_seconds: Some(5),
            ..Probe::default()
        }),
        liveness_probe: Some(Probe {
            exec: Some(ping(&["ping"])),
            period_seconds: Some(20),
            timeout_seconds: Some(10),
            failure_threshold: Some(6),
            ..Probe::default()
        }),
        ..pod::container(
            COMPONENT,
            &settings.image,
            &shop.images,
            &settings.resources,
        )
    }
}
