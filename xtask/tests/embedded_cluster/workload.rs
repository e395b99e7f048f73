//! A restricted pod with a volume, behind a Service and an Ingress, and what it must be able to do.

use std::{
    io::{Read, Write},
    net::TcpStream,
    os::unix::fs::MetadataExt,
    process::Stdio,
};

use serde_json::{Value, json};

use super::{Cluster, eventually, succeed};

const OBJECTS: &str = include_str!("workload.yaml");
/// `key` in base64, as etcd's JSON interface wants it.
const KEY: &str = "a2V5";

/// Applies the workload's namespace, then sees an ordinary pod refused there.
pub fn is_refused_without_restrictions(cluster: &Cluster) {
    succeed(&mut cluster.kubectl(&["create", "namespace", "refusal"]));
    let label = "pod-security.kubernetes.io/enforce=restricted";
    succeed(&mut cluster.kubectl(&["label", "namespace", "refusal", label]));
    let run = ["run", "plain", "--namespace=refusal", "--image=plain"];
    // The service account of a new namespace comes a moment later; until then that is the reason.
    eventually("Pod Security refuses an unrestricted pod", || {
        let output = cluster.kubectl(&run).output().expect("kubectl");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if said.contains("violates PodSecurity") {
            Ok(())
        } else {
            Err(said)
        }
    });
}

pub fn deploy(cluster: &Cluster) {
    let list = [
        "ctr",
        "-a",
        "/run/containerd/containerd.sock",
        "-n",
        "k8s.io",
        "images",
        "ls",
        "-q",
    ];
    let images = cluster.exec(&list);
    let image = images
        .lines()
        .find(|line| line.contains("localmart/kubelite:"))
        .expect("kubelite");
    let mut apply = cluster
        .kubectl(&["apply", "-f", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("kubectl starts");
    let mut stdin = apply.stdin.take().expect("its input");
    stdin
        .write_all(OBJECTS.replace("${IMAGE}", image).as_bytes())
        .expect("objects");
    drop(stdin);
    assert!(apply.wait().expect("kubectl ends").success());
    is_ready(cluster);
}

fn is_ready(cluster: &Cluster) {
    let rollout = [
        "rollout",
        "status",
        "statefulset/store",
        "--namespace=shop",
        "--timeout=90s",
    ];
    succeed(&mut cluster.kubectl(&rollout));
}

/// From inside the pod, the Service answers by its name.
pub fn resolves_service_names(cluster: &Cluster) {
    let server = "--server=http://values.shop.svc.cluster.local";
    let ask = ["/kubelite", "kubectl", server, "get", "--raw=/version"];
    let mut exec = vec!["exec", "--namespace=shop", "store-0", "--"];
    exec.extend(ask);
    // kube-proxy learns of a ready pod a moment later than the person who waited for it.
    eventually("the Service answers by its name", || {
        let output = cluster.kubectl(&exec).output().expect("kubectl");
        if String::from_utf8_lossy(&output.stdout).contains("etcdserver") {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    });
}

pub fn shows_its_log(cluster: &Cluster) {
    let log = succeed(&mut cluster.kubectl(&["logs", "--namespace=shop", "store-0"])).stdout;
    assert!(String::from_utf8_lossy(&log).contains("ready to serve client requests"));
}

/// The volume's files belong to the pod's user, so they were not written with root's rights.
pub fn owns_its_files(cluster: &Cluster) {
    let volumes = cluster.directory().join("volumes");
    let mut found = std::fs::read_dir(volumes).expect("the volumes");
    let volume = found.next().expect("one volume").expect("its entry").path();
    assert_eq!(
        volume
            .join("etcd")
            .metadata()
            .expect("what etcd made")
            .uid(),
        65532
    );
}

/// The aggregated metrics API, which autoscaling reads, knows the pod.
pub fn is_measured(cluster: &Cluster) {
    eventually("the pod's CPU and memory are known", || {
        let output = cluster
            .kubectl(&["top", "pod", "--namespace=shop"])
            .output()
            .expect("kubectl");
        if output.status.success() && String::from_utf8_lossy(&output.stdout).contains("store-0") {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    });
}

/// An autoscaler knows how much of its request the pod uses.
pub fn is_scaled_by_cpu(cluster: &Cluster) {
    let figure = "-o=jsonpath={.status.currentMetrics[*].resource.current.averageUtilization}";
    let ask = ["get", "hpa", "store", "--namespace=shop"];
    eventually("the autoscaler has a figure", || {
        let known = succeed(&mut cluster.kubectl(&[&ask[..], &[figure]].concat())).stdout;
        let known = String::from_utf8_lossy(&known).into_owned();
        if known.trim().parse::<u32>().is_ok() {
            return Ok(());
        }
        let why = "-o=jsonpath={.status.conditions[*].message}";
        let why = succeed(&mut cluster.kubectl(&[&ask[..], &[why]].concat())).stdout;
        Err(String::from_utf8_lossy(&why).into_owned())
    });
}

/// Stores `value`, which must be base64, through the published ingress.
pub fn write(cluster: &Cluster, value: &str) {
    call(
        cluster,
        "/v3/kv/put",
        &json!({ "key": KEY, "value": value }),
    );
}

/// Reads the value back through the published ingress, once the pod is up.
pub fn read(cluster: &Cluster) -> String {
    is_ready(cluster);
    let answer = call(cluster, "/v3/kv/range", &json!({ "key": KEY }));
    let value = answer["kvs"][0]["value"].as_str();
    value
        .unwrap_or_else(|| panic!("a value in {answer}"))
        .to_owned()
}

fn call(cluster: &Cluster, path: &str, body: &Value) -> Value {
    let port = u16::try_from(cluster.record("ingress_port")).expect("a port");
    let body = body.to_string();
    eventually("the ingress answers for the workload", || {
        let mut stream =
            TcpStream::connect(("127.0.0.1", port)).map_err(|error| error.to_string())?;
        let request = format!(
            "POST {path} HTTP/1.0\r\nHost: values.example\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream
            .write_all(request.as_bytes())
            .map_err(|error| error.to_string())?;
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .map_err(|error| error.to_string())?;
        let (head, content) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
        if head
            .lines()
            .next()
            .is_some_and(|status| status.contains(" 200 "))
        {
            serde_json::from_str(content).map_err(|error| format!("{error}: {content}"))
        } else {
            Err(answer)
        }
    })
}
