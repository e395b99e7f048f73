//! containerd, the kubelet, kube-proxy and the enforcer of NetworkPolicies: certificates, configuration and flags.

use std::{fs, net::IpAddr, path::Path, time::Duration};

use anyhow::{Context, Result};
use nix::sys::statfs::{OVERLAYFS_SUPER_MAGIC, statfs};
use serde_json::{Value, json};

use super::{
    cgroups,
    control_plane::{CLUSTER_CA, CLUSTER_DOMAIN, ControlPlane, DNS_SERVICE, flag},
    machine::Machine,
    namespace::{CONTAINERD, KUBELET, NODE_ADDRESS},
    pki::Role,
    process::Spec,
};

/// Where containerd answers, inside the cluster's mount namespace.
pub(crate) const CONTAINERD_SOCKET: &str = "/run/containerd/containerd.sock";
/// Name of the program that enforces NetworkPolicies, and of its nftables table.
pub(crate) const POLICIES: &str = "network-policies";
/// Addresses of the node's pods.
const POD_RANGE: &str = "10.244.0.0/16";
/// Where Debian's package containernetworking-plugins puts its programs.
const CNI_PROGRAMS: &str = "/usr/lib/cni";

/// The node of one cluster.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub(crate) control_plane: &'a ControlPlane<'a>,
    pub(crate) machine: Machine,
    pub(crate) pause_image: &'a str,
}

impl Node<'_> {
    /// Makes every certificate and file that the components read.
    pub(crate) fn prepare(&self) -> Result<()> {
        let control_plane = self.control_plane;
        let pki = control_plane.pki;
        let name = control_plane.layout.name.as_str();
        let authority = pki.authority(CLUSTER_CA)?;
        let user = format!("system:node:{name}");
        control_plane.client(&authority, "kubelet", &user, Some("system:nodes"))?;
        control_plane.client(&authority, "kube-proxy", "system:kube-proxy", None)?;
        let user = format!("system:{POLICIES}");
        control_plane.client(&authority, POLICIES, &user, None)?;
        let addresses: [IpAddr; 1] = [NODE_ADDRESS.into()];
        let server = Role::Server {
            names: &[name],
            addresses: &addresses,
        };
        pki.issue(&authority, "kubelet-server", &server)?;

        let config = control_plane.layout.config();
        let cni = config.join("cni");
        fs::create_dir_all(&cni).with_context(|| format!("cannot create {}", cni.display()))?;
        write(&config.join("containerd.toml"), &self.containerd_config()?)?;
        write(&cni.join("10-pods.conflist"), &pod_network().to_string())?;
        // Pods resolve names through the cluster's DNS only: the node has no way out.
        write(&config.join("resolv.conf"), "")?;
        write(
            &config.join("kubelet.json"),
            &self.kubelet_config().to_string(),
        )?;
        write(
            &config.join("kube-proxy.json"),
            &self.proxy_config().to_string(),
        )
    }

    pub(crate) fn containerd(&self) -> Spec {
        Spec {
            name: "containerd",
            program: "containerd".into(),
            arguments: vec![
                flag(
                    "config",
                    &self.control_plane.layout.config().join("containerd.toml"),
                ),
                "--log-level=warn".to_owned(),
            ],
            grace: Duration::from_secs(5),
        }
    }

    pub(crate) fn kubelet(&self) -> Spec {
        let layout = self.control_plane.layout;
        Spec {
            name: "kubelet",
            program: self.control_plane.programs.path("kubelet"),
            arguments: vec![
                flag("config", &layout.config().join("kubelet.json")),
                flag("kubeconfig", &self.control_plane.kubeconfig("kubelet")),
                format!("--root-dir={KUBELET}"),
                format!("--hostname-override={}", layout.name),
                format!("--node-ip={NODE_ADDRESS}"),
            ],
            grace: Duration::from_secs(5),
        }
    }

    pub(crate) fn proxy(&self) -> Spec {
        Spec {
            name: "kube-proxy",
            program: self.control_plane.programs.path("kube-proxy"),
            arguments: vec![flag(
                "config",
                &self.control_plane.layout.config().join("kube-proxy.json"),
            )],
            grace: Duration::from_secs(3),
        }
    }

    pub(crate) fn policies(&self) -> Spec {
        Spec {
            name: POLICIES,
            program: self.control_plane.programs.path(POLICIES),
            arguments: vec![flag("kubeconfig", &self.control_plane.kubeconfig(POLICIES))],
            grace: Duration::from_secs(3),
        }
    }

    fn containerd_config(&self) -> Result<String> {
        let layout = self.control_plane.layout;
        Ok(format!(
            r#"version = 2
root = {CONTAINERD:?}
state = "/run/containerd"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]

[grpc]
  address = {CONTAINERD_SOCKET:?}

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = {pause:?}
  # Without the right to lower scores no sandbox would start.
  restrict_oom_score_adj = {restrict}
  # Loading a profile would change the host.
  disable_apparmor = true
  tolerate_missing_hugetlb_controller = true
  enable_unprivileged_ports = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = {CNI_PROGRAMS:?}
    conf_dir = {cni}

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = {snapshotter:?}
    default_runtime_name = "runc"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
"#,
            pause = self.pause_image,
            restrict = !self.machine.may_lower_oom_score,
            cni = json!(layout.config().join("cni")),
            snapshotter = snapshotter()?,
        ))
    }

    fn kubelet_config(&self) -> Value {
        let layout = self.control_plane.layout;
        let pki = self.control_plane.pki;
        json!({
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "authentication": {
                "anonymous": { "enabled": false },
                "webhook": { "enabled": true },
                "x509": { "clientCAFile": pki.certificate(CLUSTER_CA) },
            },
            "authorization": { "mode": "Webhook" },
            "tlsCertFile": pki.certificate("kubelet-server"),
            "tlsPrivateKeyFile": pki.key("kubelet-server"),
            "containerRuntimeEndpoint": format!("unix://{CONTAINERD_SOCKET}"),
            "clusterDNS": [DNS_SERVICE],
            "clusterDomain": CLUSTER_DOMAIN,
            "resolvConf": layout.config().join("resolv.conf"),
            "volumePluginDir": layout.config().join("volume-plugins"),
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": format!("/{}", cgroups::group(&layout.name)),
            "enforceNodeAllocatable": ["pods"],
            "failCgroupV1": false,
            "failSwapOn": false,
            "oomScoreAdj": if self.machine.may_lower_oom_score { -999 } else { 0 },
            // The disk is shared with everything else on the machine: use all but the last of it.
            "evictionHard": {
                "memory.available": "100Mi",
                "nodefs.available": "1%",
                "imagefs.available": "1%",
            },
            // There is no registry to fetch a collected image from again.
            "imageGCHighThresholdPercent": 100,
            "imageGCLowThresholdPercent": 99,
            "maxPods": 200,
        })
    }

    fn proxy_config(&self) -> Value {
        let layout = self.control_plane.layout;
        json!({
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "mode": "nftables",
            "clusterCIDR": POD_RANGE,
            "hostnameOverride": layout.name,
            "clientConnection": {
                "kubeconfig": self.control_plane.kubeconfig("kube-proxy"),
            },
            "oomScoreAdj": if self.machine.may_lower_oom_score { -999 } else { 0 },
            // The connection table's limits belong to the whole machine; zero leaves them alone.
            "conntrack": {
                "maxPerCore": 0,
                "min": 0,
                "tcpEstablishedTimeout": "0s",
                "tcpCloseWaitTimeout": "0s",
            },
        })
    }
}

/// The bridge that joins the node's pods, with host ports for the ingress controller.
fn pod_network() -> Value {
    json!({
        "cniVersion": "1.0.0",
        "name": "pods",
        "plugins": [
            {
                "type": "bridge",
                "bridge": "cni0",
                "isGateway": true,
                "ipMasq": true,
                "hairpinMode": true,
                "ipam": {
                    "type": "host-local",
                    "ranges": [[{ "subnet": POD_RANGE }]],
                    "routes": [{ "dst": "0.0.0.0/0" }],
                },
            },
            { "type": "portmap", "capabilities": { "portMappings": true } },
        ],
    })
}

/// overlayfs cannot lie on itself, as it would have to inside another container.
fn snapshotter() -> Result<&'static str> {
    let filesystem = statfs(CONTAINERD).with_context(|| format!("cannot look at {CONTAINERD}"))?;
    Ok(if filesystem.filesystem_type() == OVERLAYFS_SUPER_MAGIC {
        "native"
    } else {
        "overlayfs"
    })
}

fn write(path: &Path, content: &str) -> Result<()> {
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}
