//! Every pod of every example meets the project's floor: Pod Security `restricted` and more.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use localmart_api::Quantity;
use localmart_operator::{releases::Releases, render, yaml};
use serde_json::{Value, json};

const EXAMPLES: [&str; 4] = [
    "localmart.yaml",
    "every-field.yaml",
    "external-postgres.yaml",
    "external-redis.yaml",
];

fn repository(path: &str) -> String {
    let path = format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn objects(example: &str) -> Vec<Value> {
    let text = repository(&format!("examples/{example}"));
    let rendered = render::render(&text, &Releases::conventional()).unwrap();
    yaml::documents(&rendered).unwrap()
}

/// Kind, name, replicas and pod template of each workload.
fn workloads(example: &str) -> Vec<(String, i64, Value)> {
    objects(example)
        .into_iter()
        .filter(|object| object["spec"]["template"].is_object())
        .map(|object| {
            let kind = object["kind"].as_str().unwrap();
            let name = format!("{kind} {}", object["metadata"]["name"].as_str().unwrap());
            let replicas = match kind {
                // Jobs end; what they ask for is not kept.
                "Job" => 0,
                // An autoscaler's count is not written down.
                _ => object["spec"]["replicas"].as_i64().unwrap_or(1),
            };
            (name, replicas, object["spec"]["template"].clone())
        })
        .collect()
}

#[test]
fn every_pod_meets_the_floor() {
    for example in EXAMPLES {
        let workloads = workloads(example);
        assert!(workloads.len() >= 8, "{example}: {}", workloads.len());
        for (name, _, template) in workloads {
            let pod = &template["spec"];
            let security = &pod["securityContext"];
            assert_eq!(security["runAsNonRoot"], true, "{name}");
            assert_eq!(security["runAsUser"], topology::RUN_AS, "{name}");
            assert_eq!(security["fsGroup"], topology::RUN_AS, "{name}");
            assert_eq!(
                security["seccompProfile"],
                json!({ "type": "RuntimeDefault" })
            );
            assert_eq!(pod["automountServiceAccountToken"], false, "{name}");
            assert_eq!(pod["enableServiceLinks"], false, "{name}");
            assert!(pod["serviceAccountName"].is_string(), "{name}");
            for word in ["hostNetwork", "hostPID", "hostIPC"] {
                assert!(pod[word].is_null(), "{name}");
            }
            for volume in pod["volumes"].as_array().into_iter().flatten() {
                assert!(volume["hostPath"].is_null(), "{name}");
            }
            let containers = pod["containers"].as_array().unwrap();
            for container in containers {
                check_container(&name, container);
            }
            // The first is the shop's own; what a person adds beside it may lack them.
            check_probes(&name, &containers[0]);
        }
    }
}

/// A machine or a zone that goes takes as few pods of a service as can be, and no pod waits for it.
#[test]
fn pods_of_a_service_keep_apart() {
    for (name, _, template) in EXAMPLES.into_iter().flat_map(workloads) {
        if !name.starts_with("Deployment") {
            continue;
        }
        let constraints = template["spec"]["topologySpreadConstraints"].as_array();
        let over: Vec<_> = constraints
            .unwrap()
            .iter()
            .map(|constraint| {
                assert_eq!(constraint["whenUnsatisfiable"], "ScheduleAnyway", "{name}");
                let labels = &template["metadata"]["labels"];
                for (label, value) in constraint["labelSelector"]["matchLabels"]
                    .as_object()
                    .unwrap()
                {
                    assert_eq!(labels[label], *value, "{name}");
                }
                constraint["topologyKey"].as_str().unwrap()
            })
            .collect();
        assert_eq!(
            over,
            ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
        );
    }
}

fn check_container(name: &str, container: &Value) {
    let security = &container["securityContext"];
    assert_eq!(security["allowPrivilegeEscalation"], false, "{name}");
    assert_eq!(security["readOnlyRootFilesystem"], true, "{name}");
    assert_eq!(
        security["capabilities"],
        json!({ "drop": ["ALL"] }),
        "{name}"
    );
    for list in ["requests", "limits"] {
        for resource in ["cpu", "memory"] {
            assert!(
                container["resources"][list][resource].is_string(),
                "{name} {list}"
            );
        }
    }
    // Secrets are files, never variables.
    for variable in container["env"].as_array().into_iter().flatten() {
        let by_user = variable["name"] == "EXTRA_TOKEN";
        assert!(
            by_user || variable["valueFrom"]["secretKeyRef"].is_null(),
            "{name} {variable}"
        );
    }
}

fn check_probes(name: &str, container: &Value) {
    if !name.starts_with("Job") {
        assert!(container["readinessProbe"].is_object(), "{name}");
    }
    if name.starts_with("Deployment") {
        assert!(container["livenessProbe"].is_object(), "{name}");
        assert!(
            container["lifecycle"]["preStop"]["sleep"].is_object(),
            "{name}"
        );
    }
}

/// What the shop of the example and the operator ask for together.
#[test]
fn the_example_asks_for_little() {
    let mut cpu: i128 = 0;
    let mut memory: i128 = 0;
    let mut add = |resources: &Value, times: i64| {
        let amount = |name: &str| -> Quantity {
            resources["requests"][name]
                .as_str()
                .unwrap()
                .parse()
                .unwrap()
        };
        let milli: Quantity = format!("{}k", amount("cpu")).parse().unwrap_or_else(|_| {
            let text = amount("cpu").to_string();
            text.trim_end_matches('m').parse().unwrap()
        });
        cpu += milli.ceil() * i128::from(times);
        memory += amount("memory").ceil() * i128::from(times);
    };
    for (_, replicas, template) in workloads("localmart.yaml") {
        add(&template["spec"]["containers"][0]["resources"], replicas);
    }
    let values: Value =
        yaml::from_str(&repository("charts/localmart-operator/values.yaml")).unwrap();
    add(&values["resources"], 1);
    println!("{cpu}m CPU, {} MiB", memory >> 20);
    assert!(cpu <= 500, "{cpu}m");
    assert!(memory <= 512 << 20, "{} MiB", memory >> 20);
}

/// A file that is mounted is a file whose change rolls the pod, and the other way round.
#[test]
fn pods_get_only_the_keys_they_need() {
    for (name, _, template) in workloads("localmart.yaml") {
        let Some(service) = name.strip_prefix("Deployment localmart-") else {
            continue;
        };
        let mut keys: Vec<String> = template["spec"]["volumes"]
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|volume| volume["projected"]["sources"].as_array().unwrap().clone())
            .flat_map(|source| {
                let secret = source["secret"]["name"].as_str().unwrap().to_owned();
                let items = source["secret"]["items"].as_array().unwrap().clone();
                items.into_iter().map(move |item| {
                    let secret = secret.trim_start_matches("localmart-");
                    format!("{secret}/{}", item["key"].as_str().unwrap())
                })
            })
            .collect();
        keys.sort();
        let expected: &[&str] = match service {
            "catalog" => &[
                "database/catalog-app-a",
                "internal-keys/catalog",
                "redis/catalog",
            ],
            "cart" => &[
                "database/cart-app-a",
                "internal-keys/cart",
                "internal-keys/catalog",
                "internal-keys/orders",
                "redis/cart",
            ],
            "orders" => &[
                "database/orders-app-a",
                "internal-keys/cart",
                "internal-keys/catalog",
                "internal-keys/orders",
                "internal-keys/payment-webhooks",
                "internal-keys/payments",
                "redis/orders",
            ],
            "payments" => &[
                "database/payments-app-a",
                "internal-keys/orders",
                "internal-keys/payment-webhooks",
                "internal-keys/payments",
                "redis/payments",
            ],
            "storefront" => &[
                "internal-keys/cart",
                "internal-keys/catalog",
                "internal-keys/orders",
            ],
            other => panic!("{other} is new: say which keys it needs"),
        };
        assert_eq!(keys, expected, "{service}");
    }
}
