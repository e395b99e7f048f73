//! What a `podTemplate` must leave alone.
//!
//! Every refusal names the field, says why and what to do instead: nothing is passed over.

use k8s_openapi::api::core::v1::PodTemplateSpec;
use localmart_api::{names, reserved_env};
use serde_json::{Map, Value, json};
use topology::settings;

use super::super::pod;
use crate::unknown;

const FLOOR: &str = "every pod of the shop meets Pod Security restricted, runs without a token of \
                     the API and shares nothing with its node";
const OURS: &str = "the operator finds the shop's objects by it";

/// Fields of the pod that are not open to change, and why.
const POD: [(&str, &str); 9] = [
    ("serviceAccountName", FLOOR),
    ("serviceAccount", FLOOR),
    ("automountServiceAccountToken", FLOOR),
    ("hostNetwork", FLOOR),
    ("hostPID", FLOOR),
    ("hostIPC", FLOOR),
    ("hostUsers", FLOOR),
    (
        "enableServiceLinks",
        "variables made from every Service of the namespace would be read as settings",
    ),
    (
        "ephemeralContainers",
        "a template has none, kubectl debug adds them to a pod",
    ),
];

/// Fields of the service's own container that have a place elsewhere in the spec, or none.
const OWN: [(&str, &str); 5] = [
    ("image", "set the image of the service instead"),
    ("imagePullPolicy", "set spec.images.pullPolicy instead"),
    ("securityContext", FLOOR),
    (
        "terminationMessagePolicy",
        "the operator reads the last words of a container there",
    ),
    (
        "terminationMessagePath",
        "the operator reads the last words of a container there",
    ),
];

/// Kinds of volumes that Pod Security restricted allows.
const VOLUMES: [&str; 8] = [
    "name",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
];

/// Why this pod template cannot be merged into the pods of a service; the text begins with the
/// field.
pub fn check(template: &Value, own: &str) -> Result<(), String> {
    no_nulls("", template)?;
    let canonical = super::canonical(template);
    let known: PodTemplateSpec = serde_json::from_value(canonical.clone())
        .map_err(|error| format!(": this is no pod template: {error}"))?;
    let known = serde_json::to_value(known).unwrap_or_default();
    if let Some(field) = unknown::field("", &canonical, &known) {
        return Err(format!(
            ".{field}: a pod template has no such field; `kubectl explain pod.spec` lists those \
             there are"
        ));
    }
    metadata(&canonical["metadata"])?;
    let pod = &canonical["spec"];
    for (field, why) in POD {
        if !pod[field].is_null() {
            return refuse(&format!(".spec.{field}"), why);
        }
    }
    if pod["restartPolicy"] != Value::Null && pod["restartPolicy"] != "Always" {
        return refuse(".spec.restartPolicy", "a service always runs");
    }
    for field in keys(&pod["securityContext"]) {
        if !matches!(&**field, "supplementalGroups" | "fsGroupChangePolicy") {
            return refuse(&format!(".spec.securityContext.{field}"), FLOOR);
        }
    }
    for volume in entries(&pod["volumes"]) {
        check_volume(volume)?;
    }
    for list in ["containers", "initContainers"] {
        for container in entries(&pod[list]) {
            let name = container["name"].as_str().unwrap_or_default();
            let path = format!(".spec.{list}[{name}]");
            if list == "containers" && name == own {
                own_container(&path, container)?;
            } else {
                other_container(&path, container)?;
            }
            for port in entries(&container["ports"]) {
                if !port["hostPort"].is_null() {
                    return refuse(&format!("{path}.ports.hostPort"), FLOOR);
                }
            }
        }
    }
    Ok(())
}

fn refuse(path: &str, why: &str) -> Result<(), String> {
    Err(format!("{path} cannot be set: {why}; remove it"))
}

fn entries(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn keys(map: &Value) -> impl Iterator<Item = &String> {
    map.as_object().into_iter().flat_map(Map::keys)
}

/// In a patch it would take something away, and everything that is built is there for a reason.
fn no_nulls(path: &str, value: &Value) -> Result<(), String> {
    match value {
        Value::Null => Err(format!(
            "{path} is null, which would take away what the operator builds; give a value, or \
             leave the field out"
        )),
        Value::Object(fields) => fields
            .iter()
            .try_for_each(|(name, value)| no_nulls(&format!("{path}.{name}"), value)),
        Value::Array(entries) => entries
            .iter()
            .enumerate()
            .try_for_each(|(at, value)| no_nulls(&format!("{path}[{at}]"), value)),
        _ => Ok(()),
    }
}

fn metadata(metadata: &Value) -> Result<(), String> {
    for field in keys(metadata) {
        if !matches!(&**field, "labels" | "annotations") {
            return refuse(
                &format!(".metadata.{field}"),
                "pods get it from their ReplicaSet",
            );
        }
        for name in keys(&metadata[field]) {
            let reserved = [
                names::INSTANCE,
                names::MANAGED_BY,
                names::COMPONENT,
                names::PART_OF,
            ];
            if reserved.contains(&name.as_str()) || name.starts_with("localmart.dev/") {
                return refuse(&format!(".metadata.{field} {name}"), OURS);
            }
        }
    }
    Ok(())
}

fn check_volume(volume: &Value) -> Result<(), String> {
    let name = volume["name"].as_str().unwrap_or_default();
    let path = format!(".spec.volumes[{name}]");
    if pod::OWN_VOLUMES.contains(&name) {
        return refuse(&path, "the operator makes this volume");
    }
    for kind in keys(volume) {
        if kind != "secret" && !VOLUMES.contains(&kind.as_str()) {
            return refuse(&format!("{path}.{kind}"), FLOOR);
        }
    }
    for source in entries(&volume["projected"]["sources"]) {
        if !source["serviceAccountToken"].is_null() {
            return refuse(&format!("{path}.projected serviceAccountToken"), FLOOR);
        }
    }
    Ok(())
}

fn own_container(path: &str, container: &Value) -> Result<(), String> {
    for (field, why) in OWN {
        if !container[field].is_null() {
            return refuse(&format!("{path}.{field}"), why);
        }
    }
    let reserved = reserved_env();
    for variable in entries(&container["env"]) {
        let name = variable["name"].as_str().unwrap_or_default();
        if reserved.contains(&name) {
            return refuse(
                &format!("{path}.env {name}"),
                "the operator sets this variable itself",
            );
        }
    }
    for mount in entries(&container["volumeMounts"]) {
        let at = mount["mountPath"].as_str().unwrap_or_default();
        if [settings::SECRETS_MOUNT, settings::INTERNAL_KEYS_MOUNT].contains(&at) {
            return refuse(
                &format!("{path}.volumeMounts {at}"),
                "the operator mounts the shop's secrets there",
            );
        }
    }
    for port in entries(&container["ports"]) {
        let number = &port["containerPort"];
        if *number == json!(topology::API_PORT) || *number == json!(topology::ADMIN_PORT) {
            return refuse(
                &format!("{path}.ports {number}"),
                "the shop's Services and probes use this port",
            );
        }
    }
    Ok(())
}

fn other_container(path: &str, container: &Value) -> Result<(), String> {
    let floor = pod::floor();
    let floor = &floor["securityContext"];
    for (field, value) in container["securityContext"]
        .as_object()
        .into_iter()
        .flatten()
    {
        let allowed = match &**field {
            "runAsUser" | "runAsGroup" => value.as_i64().is_some_and(|id| id > 0),
            "runAsNonRoot" => *value == json!(true),
            "privileged" => *value == json!(false),
            "seccompProfile" => *value == json!({ "type": "RuntimeDefault" }),
            field => floor[field] == *value,
        };
        if !allowed {
            return refuse(&format!("{path}.securityContext.{field}"), FLOOR);
        }
    }
    for list in ["requests", "limits"] {
        for amount in ["cpu", "memory"] {
            if container["resources"][list][amount].is_null() {
                return Err(format!(
                    "{path}.resources.{list}.{amount} is missing: every container of the shop says \
                     what it asks for and may use; add it"
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(template: &str) -> String {
        let template = crate::yaml::from_str(template).unwrap();
        check(&template, "cart").expect_err("refused")
    }

    const SIDECAR: &str = "name: x, image: i, resources: {requests: {cpu: 1m, memory: 1Mi}, \
                           limits: {cpu: 1, memory: 2Mi}}";

    #[test]
    fn what_may_be_added_passes() {
        let template = format!(
            "{{metadata: {{labels: {{team: a}}, annotations: {{mesh/inject: 'true'}}}}, \
             spec: {{priorityClassName: high, nodeSelector: {{disk: ssd}}, \
             tolerations: [{{key: a, operator: Exists}}], volumes: [{{name: v, emptyDir: {{}}}}], \
             containers: [{{name: cart, env: [{{name: A, value: b}}], args: [-v], \
             livenessProbe: {{periodSeconds: 20}}, volumeMounts: [{{name: v, mountPath: /v}}]}}, \
             {{{SIDECAR}, securityContext: {{runAsUser: 7, runAsNonRoot: true}}}}]}}}}"
        );
        check(&crate::yaml::from_str(&template).unwrap(), "cart").unwrap();
    }

    #[test]
    fn what_cannot_be_changed_is_named_with_its_reason() {
        let own = |fields: &str| format!("{{spec: {{containers: [{{name: cart, {fields}}}]}}}}");
        let other = |fields: &str| format!("{{spec: {{containers: [{{{SIDECAR}, {fields}}}]}}}}");
        let cases = [
            ("{metadata: {labels: {app.kubernetes.io/instance: x}}}".to_owned(), ".metadata.labels app.kubernetes.io/instance cannot"),
            ("{metadata: {annotations: {localmart.dev/consumes: x}}}".to_owned(), ".metadata.annotations localmart.dev/consumes cannot"),
            ("{metadata: {name: x}}".to_owned(), ".metadata.name cannot"),
            ("{spec: {hostNetwork: true}}".to_owned(), ".spec.hostNetwork cannot"),
            ("{spec: {serviceAccountName: x}}".to_owned(), ".spec.serviceAccountName cannot"),
            ("{spec: {restartPolicy: Never}}".to_owned(), ".spec.restartPolicy cannot"),
            ("{spec: {securityContext: {runAsUser: 0}}}".to_owned(), ".spec.securityContext.runAsUser cannot"),
            ("{spec: {volumes: [{name: v, hostPath: {path: /}}]}}".to_owned(), ".spec.volumes[v].hostPath cannot"),
            ("{spec: {volumes: [{name: secrets, emptyDir: {}}]}}".to_owned(), ".spec.volumes[secrets] cannot"),
            ("{spec: {volumes: [{name: v, projected: {sources: [{serviceAccountToken: {path: t}}]}}]}}".to_owned(), "serviceAccountToken cannot"),
            (own("image: x"), ".spec.containers[cart].image cannot be set: set the image of the service"),
            (own("securityContext: {}"), ".spec.containers[cart].securityContext cannot"),
            (own("env: [{name: LISTEN, value: x}]"), "env LISTEN cannot"),
            (own("volumeMounts: [{name: v, mountPath: /etc/localmart/secrets}]"), "volumeMounts /etc/localmart/secrets cannot"),
            (own("ports: [{containerPort: 8080, name: web}]"), "ports 8080 cannot"),
            (own("ports: [{containerPort: 1, hostPort: 1}]"), "ports.hostPort cannot"),
            (own("livenessProbe: null"), ".spec.containers[0].livenessProbe is null"),
            (other("securityContext: {privileged: true}"), "[x].securityContext.privileged cannot"),
            (other("securityContext: {readOnlyRootFilesystem: false}"), "readOnlyRootFilesystem cannot"),
            (other("securityContext: {capabilities: {drop: [ALL], add: [NET_ADMIN]}}"), "capabilities cannot"),
            (other("securityContext: {runAsUser: 0}"), "runAsUser cannot"),
            ("{spec: {initContainers: [{name: cart, image: i}]}}".to_owned(), ".spec.initContainers[cart].resources.requests.cpu is missing"),
            ("{spec: {nodeSelektor: {a: b}}}".to_owned(), ".spec.nodeSelektor: a pod template has no such field"),
            ("{spec: {containers: 1}}".to_owned(), "this is no pod template"),
        ];
        for (template, part) in cases {
            let message = refusal(&template);
            assert!(message.contains(part), "{template}: {message}");
        }
    }
}
