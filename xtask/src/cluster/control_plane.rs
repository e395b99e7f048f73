//! etcd, the API server, the controller manager and the scheduler: certificates and flags.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};

use super::{
    kubeconfig,
    layout::Layout,
    namespace::NODE_ADDRESS,
    pki::{Authority, Pki, Role},
    process::Spec,
    programs::Programs,
};

/// Addresses of Services.
const SERVICE_RANGE: &str = "10.96.0.0/16";
/// The Service `kubernetes`: the first address of the range.
const API_SERVICE: Ipv4Addr = Ipv4Addr::new(10, 96, 0, 1);
/// The Service of the cluster's DNS, which the kubelet writes into each pod.
pub(crate) const DNS_SERVICE: Ipv4Addr = Ipv4Addr::new(10, 96, 0, 10);
pub(crate) const CLUSTER_DOMAIN: &str = "cluster.local";

/// Name of the authority that Kubernetes' own certificates come from.
pub(crate) const CLUSTER_CA: &str = "cluster-ca";
const ETCD_CA: &str = "etcd-ca";
const FRONT_PROXY_CA: &str = "front-proxy-ca";
/// Name of the certificate of the person who owns the cluster.
pub(crate) const ADMIN: &str = "admin";

const AUDIT_POLICY: &str = include_str!("audit-policy.yaml");

/// The control plane of one cluster.
#[derive(Debug)]
pub(crate) struct ControlPlane<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) programs: &'a Programs,
    pub(crate) pki: &'a Pki,
    pub(crate) api_port: u16,
    pub(crate) etcd_client_port: u16,
    pub(crate) etcd_peer_port: u16,
    pub(crate) etcd_directory: PathBuf,
    /// Whether the API server answers at the node's address, for a kubelet and pods, or on the
    /// machine's loopback address only.
    pub(crate) with_node: bool,
}

impl ControlPlane<'_> {
    /// Makes every certificate and file that the components read.
    pub(crate) fn prepare(&self) -> Result<()> {
        let authority = self.pki.authority(CLUSTER_CA)?;
        self.issue_server_certificates(&authority)?;
        self.issue_clients(&authority)?;
        self.pki.key_pair("service-account")?;
        let policy = self.layout.config().join("audit-policy.yaml");
        fs::write(&policy, AUDIT_POLICY)
            .with_context(|| format!("cannot write {}", policy.display()))
    }

    fn issue_server_certificates(&self, authority: &Authority) -> Result<()> {
        let local: [IpAddr; 1] = [Ipv4Addr::LOCALHOST.into()];
        let etcd = self.pki.authority(ETCD_CA)?;
        let peer = Role::Peer {
            names: &["localhost"],
            addresses: &local,
        };
        self.pki.issue(&etcd, "etcd", &peer)?;
        let client = Role::Client {
            user: "kube-apiserver",
            group: None,
        };
        self.pki.issue(&etcd, "apiserver-etcd", &client)?;

        let front_proxy = self.pki.authority(FRONT_PROXY_CA)?;
        let client = Role::Client {
            user: "front-proxy-client",
            group: None,
        };
        self.pki
            .issue(&front_proxy, "front-proxy-client", &client)?;

        let names = [
            "localhost",
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local",
        ];
        let addresses = [local[0], API_SERVICE.into(), NODE_ADDRESS.into()];
        let server = Role::Server {
            names: &names,
            addresses: &addresses,
        };
        self.pki.issue(authority, "apiserver", &server)
    }

    fn issue_clients(&self, authority: &Authority) -> Result<()> {
        let masters = Some("system:masters");
        let kubelet = Role::Client {
            user: "kube-apiserver-kubelet-client",
            group: masters,
        };
        self.pki.issue(authority, "apiserver-kubelet", &kubelet)?;
        self.client(authority, ADMIN, "kubernetes-admin", masters)?;
        let user = "system:kube-controller-manager";
        self.client(authority, "controller-manager", user, None)?;
        self.client(authority, "scheduler", "system:kube-scheduler", None)?;
        kubeconfig::write(
            &self.layout.kubeconfig(),
            &self.layout.name,
            &self.server(),
            self.pki,
            CLUSTER_CA,
            ADMIN,
        )
    }

    /// Issues a client certificate and writes the kubeconfig that uses it.
    pub(crate) fn client(
        &self,
        authority: &Authority,
        name: &str,
        user: &str,
        group: Option<&str>,
    ) -> Result<()> {
        self.pki
            .issue(authority, name, &Role::Client { user, group })?;
        let path = self.kubeconfig(name);
        kubeconfig::write(
            &path,
            &self.layout.name,
            &self.server(),
            self.pki,
            CLUSTER_CA,
            name,
        )
    }

    /// The kubeconfig of the component `name`.
    pub(crate) fn kubeconfig(&self, name: &str) -> PathBuf {
        self.layout.config().join(format!("{name}.kubeconfig"))
    }

    /// One address for both sides of the namespace: inside, the API server listens on the same
    /// port as the forwarder does outside.
    fn server(&self) -> String {
        format!("https://127.0.0.1:{}", self.api_port)
    }

    fn spec(&self, name: &'static str, grace: Duration, arguments: Vec<String>) -> Spec {
        Spec {
            name,
            program: self.programs.path(name),
            arguments,
            grace,
        }
    }

    pub(crate) fn etcd(&self) -> Spec {
        let client = format!("https://127.0.0.1:{}", self.etcd_client_port);
        let peer = format!("https://127.0.0.1:{}", self.etcd_peer_port);
        let (certificate, key) = (self.pki.certificate("etcd"), self.pki.key("etcd"));
        let ca = self.pki.certificate(ETCD_CA);
        let arguments = vec![
            "--name=default".to_owned(),
            flag("data-dir", &self.etcd_directory),
            // A machine that loses power may lose the last writes; this is no production cluster.
            "--unsafe-no-fsync".to_owned(),
            format!("--listen-client-urls={client}"),
            format!("--advertise-client-urls={client}"),
            format!("--listen-peer-urls={peer}"),
            format!("--initial-advertise-peer-urls={peer}"),
            format!("--initial-cluster=default={peer}"),
            "--client-cert-auth".to_owned(),
            flag("trusted-ca-file", &ca),
            flag("cert-file", &certificate),
            flag("key-file", &key),
            "--peer-client-cert-auth".to_owned(),
            flag("peer-trusted-ca-file", &ca),
            flag("peer-cert-file", &certificate),
            flag("peer-key-file", &key),
            "--auto-compaction-retention=1h".to_owned(),
            "--log-level=warn".to_owned(),
        ];
        self.spec("etcd", Duration::from_secs(5), arguments)
    }

    pub(crate) fn api_server(&self) -> Spec {
        let pki = self.pki;
        let mut arguments = vec![
            format!("--secure-port={}", self.api_port),
            format!("--etcd-servers=https://127.0.0.1:{}", self.etcd_client_port),
            flag("etcd-cafile", &pki.certificate(ETCD_CA)),
            flag("etcd-certfile", &pki.certificate("apiserver-etcd")),
            flag("etcd-keyfile", &pki.key("apiserver-etcd")),
            flag("tls-cert-file", &pki.certificate("apiserver")),
            flag("tls-private-key-file", &pki.key("apiserver")),
            flag("client-ca-file", &pki.certificate(CLUSTER_CA)),
            format!("--service-account-issuer=https://kubernetes.default.svc.{CLUSTER_DOMAIN}"),
            flag(
                "service-account-key-file",
                &pki.public_key("service-account"),
            ),
            flag(
                "service-account-signing-key-file",
                &pki.key("service-account"),
            ),
            format!("--service-cluster-ip-range={SERVICE_RANGE}"),
            "--authorization-mode=Node,RBAC".to_owned(),
            "--enable-admission-plugins=NodeRestriction".to_owned(),
            "--allow-privileged=true".to_owned(),
            "--profiling=false".to_owned(),
            // Aggregated APIs, such as the metrics behind `kubectl top` and autoscaling.
            "--enable-aggregator-routing=true".to_owned(),
            flag(
                "requestheader-client-ca-file",
                &pki.certificate(FRONT_PROXY_CA),
            ),
            "--requestheader-allowed-names=front-proxy-client".to_owned(),
            "--requestheader-extra-headers-prefix=X-Remote-Extra-".to_owned(),
            "--requestheader-group-headers=X-Remote-Group".to_owned(),
            "--requestheader-username-headers=X-Remote-User".to_owned(),
            flag(
                "proxy-client-cert-file",
                &pki.certificate("front-proxy-client"),
            ),
            flag("proxy-client-key-file", &pki.key("front-proxy-client")),
            // Tests read in the audit log what the operator did with its rights.
            flag(
                "audit-policy-file",
                &self.layout.config().join("audit-policy.yaml"),
            ),
            flag("audit-log-path", &self.layout.audit_log()),
            "--audit-log-maxsize=200".to_owned(),
            "--audit-log-maxbackup=2".to_owned(),
        ];
        if self.with_node {
            arguments.extend([
                "--bind-address=0.0.0.0".to_owned(),
                format!("--advertise-address={NODE_ADDRESS}"),
                flag(
                    "kubelet-certificate-authority",
                    &pki.certificate(CLUSTER_CA),
                ),
                flag(
                    "kubelet-client-certificate",
                    &pki.certificate("apiserver-kubelet"),
                ),
                flag("kubelet-client-key", &pki.key("apiserver-kubelet")),
                "--kubelet-preferred-address-types=InternalIP".to_owned(),
            ]);
        } else {
            arguments.extend([
                "--bind-address=127.0.0.1".to_owned(),
                "--advertise-address=127.0.0.1".to_owned(),
                // A loopback address may not be an endpoint, and there is no pod to use it.
                "--endpoint-reconciler-type=none".to_owned(),
            ]);
        }
        self.spec("kube-apiserver", Duration::from_secs(10), arguments)
    }

    pub(crate) fn controller_manager(&self) -> Spec {
        let config = self.kubeconfig("controller-manager");
        let mut arguments = client_flags(&config);
        arguments.extend([
            format!("--cluster-name={}", self.layout.name),
            flag("root-ca-file", &self.pki.certificate(CLUSTER_CA)),
            flag(
                "cluster-signing-cert-file",
                &self.pki.certificate(CLUSTER_CA),
            ),
            flag("cluster-signing-key-file", &self.pki.key(CLUSTER_CA)),
            flag(
                "service-account-private-key-file",
                &self.pki.key("service-account"),
            ),
            "--use-service-account-credentials=true".to_owned(),
            flag(
                "flex-volume-plugin-dir",
                &self.layout.config().join("volume-plugins"),
            ),
            "--kube-api-qps=200".to_owned(),
            "--kube-api-burst=400".to_owned(),
        ]);
        if !self.with_node {
            // Several control planes share the machine's loopback address, and none needs this port.
            arguments.push("--secure-port=0".to_owned());
        }
        self.spec("kube-controller-manager", Duration::from_secs(3), arguments)
    }

    pub(crate) fn scheduler(&self) -> Spec {
        let arguments = client_flags(&self.kubeconfig("scheduler"));
        self.spec("kube-scheduler", Duration::from_secs(3), arguments)
    }
}

/// What a component needs to call the API server and to check who calls it.
fn client_flags(config: &Path) -> Vec<String> {
    vec![
        flag("kubeconfig", config),
        flag("authentication-kubeconfig", config),
        flag("authorization-kubeconfig", config),
        "--bind-address=127.0.0.1".to_owned(),
        "--leader-elect=false".to_owned(),
        "--profiling=false".to_owned(),
    ]
}

/// `--name=path` as the components' command lines want it.
pub(crate) fn flag(name: &str, path: &Path) -> String {
    format!("--{name}={}", path.display())
}
