//! What to try: commands to copy, for each thing that keeps a shop from being ready.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{ContainerState, Pod};
use kube::ResourceExt;
use localmart_api::{KeyRef, LocalMart, conditions::Reason, names};

use super::Obstacle;
use crate::{
    build::{Key, Kind, postgres, secrets, storage},
    reconcile::{dereference, observed::Observed, shop::Identity, validate},
};

/// What the commands are about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub object: &'a LocalMart,
    pub observed: &'a Observed,
}

impl Subject<'_> {
    fn identity(&self) -> Identity {
        validate::identity(self.object)
    }

    fn patch(&self, spec: &str) -> String {
        let Identity {
            name, namespace, ..
        } = self.identity();
        format!(
            "kubectl patch localmart {name} -n {namespace} --type merge -p '{{\"spec\":{spec}}}'"
        )
    }

    fn edit(&self) -> String {
        let Identity {
            name, namespace, ..
        } = self.identity();
        format!("kubectl edit localmart {name} -n {namespace}")
    }
}

/// Commands for a reason that concerns the whole shop.
pub fn of(reason: Reason, subject: Subject<'_>) -> Vec<String> {
    let Identity {
        name, namespace, ..
    } = subject.identity();
    match reason {
        Reason::Suspended => vec![subject.patch("{\"suspend\":false}")],
        Reason::Paused => vec![format!(
            "kubectl annotate localmart {name} -n {namespace} {}-",
            names::PAUSED
        )],
        Reason::ReferenceNotFound => missing_references(subject),
        Reason::ReferenceInvalid => invalid_references(subject),
        Reason::UnknownVersion | Reason::DowngradeRefused => {
            subject.observed.status.version.as_ref().map_or_else(
                || vec![subject.edit()],
                |version| vec![subject.patch(&format!("{{\"version\":\"{version}\"}}"))],
            )
        }
        Reason::DataOrphaned => orphaned(subject),
        Reason::IngressClassNotFound | Reason::NoDefaultIngressClass => vec![
            "kubectl get ingressclass".to_owned(),
            subject.patch("{\"ingress\":{\"className\":\"<class>\"}}"),
        ],
        Reason::GatewayApiMissing => vec![
            "kubectl api-resources --api-group=gateway.networking.k8s.io".to_owned(),
            format!(
                "{}   # without a route",
                subject.patch("{\"gateway\":null}")
            ),
        ],
        Reason::RoutePending | Reason::RouteRejected => vec![
            format!("kubectl describe httproute {name}-storefront -n {namespace}"),
            "kubectl get gateways -A".to_owned(),
            subject.edit(),
        ],
        Reason::InvalidSpec
        | Reason::PostgresVersionChange
        | Reason::StorageNotExpandable
        | Reason::TooManyConnections => vec![subject.edit()],
        _ => vec![format!("kubectl describe localmart {name} -n {namespace}")],
    }
}

fn missing_references(subject: Subject<'_>) -> Vec<String> {
    let namespace = subject.identity().namespace;
    let (secrets, maps) = dereference::referenced(subject.object);
    let found = &subject.observed.references;
    // All keys of one object in one command: a second `create` would find the name taken.
    let mut missing: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
    let secrets = secrets
        .into_iter()
        .filter(|key| !found.secrets.contains_key(key))
        .map(|key| ("secret generic", key));
    let maps = maps
        .into_iter()
        .filter(|key| !found.config_maps.contains_key(key))
        .map(|key| ("configmap", key));
    for (kind, key) in secrets.chain(maps) {
        let literal = format!("--from-literal={}=<value>", key.key);
        missing.entry((kind, key.name)).or_default().push(literal);
    }
    missing
        .into_iter()
        .map(|((kind, name), literals)| {
            let literals = literals.join(" ");
            format!("kubectl create {kind} {name} -n {namespace} {literals}")
        })
        .collect()
}

/// What the operator reads itself: the URL of Redis, and certificates.
fn invalid_references(subject: Subject<'_>) -> Vec<String> {
    let namespace = subject.identity().namespace;
    let (secrets, _) = dereference::referenced(subject.object);
    let command = |KeyRef { name, key }: KeyRef| {
        let from = match key.as_str() {
            dereference::REDIS_URL => "literal",
            dereference::AUTHORITY => "file",
            _ => return None,
        };
        Some(format!(
            "kubectl create secret generic {name} -n {namespace} --from-{from}={key}=<value> \
             --dry-run=client -o yaml | kubectl apply -f -"
        ))
    };
    secrets.into_iter().filter_map(command).collect()
}

/// The two halves of the data: whichever is there decides what can be done.
fn orphaned(subject: Subject<'_>) -> Vec<String> {
    let identity = subject.identity();
    let (name, namespace) = (&identity.name, &identity.namespace);
    let secret = secrets::postgres(&identity);
    let claim = storage::claim_name(&identity, postgres::COMPONENT);
    let volume = subject
        .observed
        .objects
        .get(&Key::new(Kind::PersistentVolumeClaim, &claim));
    match (subject.observed.secrets.contains_key(&secret), volume) {
        (false, Some(volume)) => {
            let id = volume.labels().get(names::DATA_ID).cloned();
            vec![
                format!(
                    "kubectl create secret generic {secret} -n {namespace} \
                     --from-literal=password=\"$(openssl rand -hex 32)\""
                ),
                format!(
                    "kubectl label secret {secret} -n {namespace} {}={} {}={name} {}={}",
                    names::MANAGED_BY,
                    names::FIELD_MANAGER,
                    names::INSTANCE,
                    names::DATA_ID,
                    id.unwrap_or_default()
                ),
                format!("kubectl delete pod {secret}-0 -n {namespace} --ignore-not-found"),
            ]
        }
        _ => vec![format!(
            "kubectl get secret/{secret} pvc/{claim} -n {namespace} --show-labels --ignore-not-found"
        )],
    }
}

/// Commands for an object of somebody else under a name that the shop needs.
pub fn of_obstacle(namespace: &str, obstacle: &Obstacle) -> Vec<String> {
    let Key { kind, name } = &obstacle.key;
    let target = format!("{}/{name} -n {namespace}", kind.name().to_lowercase());
    let mut commands = vec![format!("kubectl get {target} --show-labels")];
    if obstacle.failure.reason == Reason::NameTaken {
        commands.push(format!("kubectl delete {target}   # if nobody needs it"));
    }
    commands
}

/// Commands for a lifecycle Job that failed: read it, then let it be made again.
pub fn of_failed_job(namespace: &str, job: &str) -> Vec<String> {
    vec![
        format!("kubectl logs job/{job} -n {namespace}"),
        format!("kubectl delete job/{job} -n {namespace}   # tries again; remove the cause first"),
    ]
}

/// Commands for the pods of a component that is not ready.
pub fn of_pods(subject: Subject<'_>, component: &str) -> Vec<String> {
    let Identity {
        name, namespace, ..
    } = subject.identity();
    let pods = subject.observed.pods.iter().filter(|pod| {
        pod.labels().get(names::COMPONENT).map(String::as_str) == Some(component) && !is_ready(pod)
    });
    for pod in pods {
        let pod_name = pod.name_any();
        if let Some((reason, image)) = waiting(pod) {
            return match reason.as_str() {
                "ImagePullBackOff" | "ErrImagePull" | "ErrImageNeverPull" | "InvalidImageName" => {
                    vec![
                        format!("kubectl describe pod {pod_name} -n {namespace}"),
                        format!("{}   # is {image} right?", subject.edit()),
                    ]
                }
                "CrashLoopBackOff" | "RunContainerError" => {
                    vec![format!("kubectl logs {pod_name} -n {namespace} --previous")]
                }
                _ => vec![format!("kubectl describe pod {pod_name} -n {namespace}")],
            };
        }
        if unscheduled(pod) {
            return vec![
                format!("kubectl describe pod {pod_name} -n {namespace}"),
                "kubectl describe nodes".to_owned(),
            ];
        }
    }
    let selector = format!(
        "{}={name},{}={component}",
        names::INSTANCE,
        names::COMPONENT
    );
    vec![
        format!("kubectl describe pods -n {namespace} -l {selector}"),
        format!("kubectl logs -n {namespace} -l {selector} --tail=50"),
    ]
}

fn condition(pod: &Pod, type_: &str) -> Option<String> {
    let conditions = pod.status.as_ref()?.conditions.as_ref()?;
    let found = conditions.iter().find(|found| found.type_ == type_)?;
    Some(found.status.clone())
}

fn is_ready(pod: &Pod) -> bool {
    condition(pod, "Ready").as_deref() == Some("True")
}

fn unscheduled(pod: &Pod) -> bool {
    condition(pod, "PodScheduled").as_deref() == Some("False")
}

/// Why a container of this pod does not start, and its image.
fn waiting(pod: &Pod) -> Option<(String, String)> {
    let statuses = pod.status.as_ref()?.container_statuses.as_ref()?;
    statuses.iter().find_map(|status| {
        let ContainerState { waiting, .. } = status.state.clone()?;
        let reason = waiting?.reason?;
        let starting = matches!(reason.as_str(), "ContainerCreating" | "PodInitializing");
        (!starting).then(|| (reason, status.image.clone()))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing;

    #[test]
    fn a_missing_reference_is_made_with_one_command() {
        let made = |spec: &str| {
            let object = testing::object(spec);
            let observed = Observed::default();
            let subject = Subject {
                object: &object,
                observed: &observed,
            };
            of(Reason::ReferenceNotFound, subject)
        };
        assert_eq!(
            made(
                "{services: {cart: {env: [{name: A, valueFrom: {secretKeyRef: {name: mine, key: k}}}]}}}"
            ),
            ["kubectl create secret generic mine -n shops --from-literal=k=<value>"]
        );
        assert_eq!(
            made("{postgres: {external: {host: db, adminSecretRef: {name: admin}}}}"),
            [
                "kubectl create secret generic admin -n shops --from-literal=password=<value> \
                 --from-literal=username=<value>"
            ]
        );
    }

    #[test]
    fn each_trouble_of_a_pod_has_its_own_command() {
        let object = testing::object("{}");
        let first = |status: serde_json::Value| {
            let pod = json!({
                "metadata": { "name": "p", "labels": { names::COMPONENT: "cart" } },
                "status": status,
            });
            let observed = Observed {
                pods: vec![serde_json::from_value(pod).unwrap()],
                ..Observed::default()
            };
            let subject = Subject {
                object: &object,
                observed: &observed,
            };
            of_pods(subject, "cart").join("\n")
        };
        let stuck = |reason: &str| {
            first(json!({ "containerStatuses": [{
                "name": "a", "image": "img:1", "imageID": "", "ready": false, "restartCount": 0,
                "state": { "waiting": { "reason": reason } },
            }] }))
        };
        assert!(stuck("ImagePullBackOff").contains("img:1"));
        assert!(stuck("CrashLoopBackOff").contains("logs p -n shops --previous"));
        assert!(stuck("ContainerCreating").contains("-l app.kubernetes.io/instance=shop"));
        let homeless = json!({ "conditions": [{ "type": "PodScheduled", "status": "False" }] });
        assert!(first(homeless).contains("describe nodes"));
    }
}
