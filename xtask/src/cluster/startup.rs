//! The order in which a cluster comes up, and what each step waits for.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::Child,
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::{
    Cluster, DEFAULT_INGRESS_PORT,
    addons::{self, AddonImages},
    cgroups, containers,
    control_plane::{ControlPlane, DNS_SERVICE},
    forward,
    machine::Machine,
    namespace::{self, NODE_ADDRESS},
    node::{CONTAINERD_SOCKET, Node, POLICIES},
    pki::Pki,
    readiness::{self, Kubectl},
    supervisor::{Supervisor, ctr},
};

/// The published ports, written down so that the next start uses them again.
#[derive(Default, Serialize, Deserialize)]
struct Ports {
    api: Option<u16>,
    ingress: Option<u16>,
}

impl Supervisor {
    /// Starts everything; returns when the cluster can be used.
    pub(super) fn bring_up(&mut self) -> Result<()> {
        let layout = self.layout.clone();
        let programs = self.order.programs.clone();
        let pki = Pki::open(layout.pki())?;
        let earlier: Ports = fs::read(layout.ports())
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default();
        let api = forward::bind_again(earlier.api)?;
        let api_port = api.local_addr()?.port();
        let images = self.order.images.clone();
        let ingress_port = if images.is_some() {
            Some(self.publish(api, earlier.ingress)?)
        } else {
            // The API server itself listens on this port.
            drop(api);
            None
        };
        let ports = Ports {
            api: Some(api_port),
            ingress: ingress_port.or(earlier.ingress),
        };
        fs::write(layout.ports(), serde_json::to_vec(&ports)?)?;
        let (etcd_client_port, etcd_peer_port) = if images.is_some() {
            (2379, 2380)
        } else {
            two_free_ports()?
        };
        let control_plane = ControlPlane {
            layout: &layout,
            programs: &programs,
            pki: &pki,
            api_port,
            etcd_client_port,
            etcd_peer_port,
            etcd_directory: if self.order.config.etcd_in_memory {
                layout.etcd_in_memory()
            } else {
                layout.etcd()
            },
            with_node: images.is_some(),
        };
        self.stage("certificates")?;
        control_plane.prepare()?;
        let node = match &images {
            Some(images) => Some(self.prepare_node(&control_plane, images)?),
            None => None,
        };

        self.stage("etcd")?;
        self.launch(control_plane.etcd())?;
        if let Some(node) = &node {
            self.launch(node.containerd())?;
        }
        let etcd = SocketAddr::from((Ipv4Addr::LOCALHOST, etcd_client_port));
        self.wait_for("etcd", |_| Ok(readiness::listens(etcd)))?;
        self.stage("API server")?;
        self.launch(control_plane.api_server())?;
        if let Some(images) = &images {
            self.import(images)?;
        }
        let kubeconfig = layout.kubeconfig();
        let kubectl = Kubectl {
            programs: &programs,
            kubeconfig: &kubeconfig,
        };
        self.wait_for("the API server", |_| {
            kubectl.succeeds(&["get", "--raw=/readyz"])
        })?;
        self.stage("controller manager")?;
        self.launch(control_plane.controller_manager())?;
        if let (Some(node), Some(images)) = (&node, &images) {
            self.launch(control_plane.scheduler())?;
            self.launch(node.kubelet())?;
            self.launch(node.proxy())?;
            self.start_addons(&kubectl, node, images)?;
        } else {
            // The first thing the controller manager does in a namespace.
            let account = ["get", "serviceaccount", "default", "--namespace=default"];
            self.wait_for("the controller manager", |_| kubectl.succeeds(&account))?;
        }
        self.record(api_port, ingress_port)?;
        self.stage("ready")
    }

    /// Publishes the API server and the ingress, then enters the cluster's own namespaces.
    fn publish(&mut self, api: TcpListener, earlier_ingress: Option<u16>) -> Result<u16> {
        let ingress = match self.order.config.ingress_port {
            Some(port) => forward::bind_exactly(port)?,
            None => forward::bind_again(earlier_ingress.or(Some(DEFAULT_INGRESS_PORT)))?,
        };
        let ingress_port = ingress.local_addr()?.port();
        let api_port = api.local_addr()?.port();
        self.stage("namespaces")?;
        namespace::enter(&self.layout)?;
        forward::publish(api, SocketAddr::from((NODE_ADDRESS, api_port)));
        forward::publish(ingress, SocketAddr::from((NODE_ADDRESS, 80)));
        Ok(ingress_port)
    }

    fn prepare_node<'a>(
        &mut self,
        control_plane: &'a ControlPlane<'a>,
        images: &'a AddonImages,
    ) -> Result<Node<'a>> {
        let machine = Machine::detect()?;
        cgroups::create(machine.cgroups, &self.layout.name)?;
        let node = Node {
            control_plane,
            machine,
            pause_image: &images.pause.reference,
        };
        node.prepare()?;
        self.init = Some(namespace::start_init(
            &self.layout.config().join("tunables"),
        )?);
        Ok(node)
    }

    /// Gives containerd the images it does not have from an earlier start.
    fn import(&mut self, images: &AddonImages) -> Result<()> {
        self.wait_for("containerd", |_| {
            Ok(readiness::listens_locally(Path::new(CONTAINERD_SOCKET)))
        })?;
        let known = containers::references(&ctr(&["images", "list", "--quiet"])?);
        for image in images.all() {
            if !known.contains(&image.reference) {
                self.stage(&format!("image {}", image.reference))?;
                ctr(&["images", "import", &image.archive.display().to_string()])?;
            }
        }
        Ok(())
    }

    fn start_addons(
        &mut self,
        kubectl: &Kubectl<'_>,
        node: &Node<'_>,
        images: &AddonImages,
    ) -> Result<()> {
        self.stage("add-ons")?;
        let manifest = images.manifest();
        let mut last_error = None;
        // The API server makes the namespace kube-system a moment after it is ready.
        let applied = self.wait_for("the add-ons' objects", |_| {
            last_error = kubectl.apply(&manifest).err();
            Ok(last_error.is_none())
        });
        if let Some(error) = last_error {
            applied.context(error)?;
        }
        // Not before its rights exist: refused lists are tried again later and later.
        self.launch(node.policies())?;
        self.wait_for("the network policies", |_| readiness::has_table(POLICIES))?;
        self.stage("DNS and ingress")?;
        // An earlier start's conditions may say "ready" of pods that are gone: ask the pods.
        let dns = SocketAddr::from((DNS_SERVICE, 53));
        self.wait_for("the cluster's DNS", |_| Ok(readiness::listens(dns)))?;
        let ingress = SocketAddr::from((NODE_ADDRESS, 80));
        self.wait_for("the ingress controller", |_| {
            Ok(readiness::answers_http(ingress))
        })?;
        self.stage("node and Deployments")?;
        let node = format!("node/{}", self.layout.name);
        let ready = ["wait", "--for=condition=Ready", "--timeout=1s", &node];
        self.wait_for("the node", |_| kubectl.succeeds(&ready))?;
        let deployments = addons::AWAITED.map(|name| format!("deployment/{name}"));
        let mut available = vec![
            "wait",
            "--for=condition=Available",
            "--timeout=1s",
            "--namespace=kube-system",
        ];
        available.extend(deployments.iter().map(String::as_str));
        self.wait_for("the add-ons", |_| kubectl.succeeds(&available))
    }

    fn record(&self, api_port: u16, ingress_port: Option<u16>) -> Result<()> {
        let cluster = Cluster {
            name: self.layout.name.clone(),
            kubeconfig: self.layout.kubeconfig(),
            ingress_port,
            api_port,
            tools: self.order.programs.directory().to_path_buf(),
            config: self.order.config.clone(),
            supervisor: std::process::id(),
            init: self.init.as_ref().map(Child::id),
        };
        let fresh = self.layout.record().with_extension("new");
        fs::write(&fresh, serde_json::to_vec_pretty(&cluster)?)?;
        fs::rename(fresh, self.layout.record()).context("cannot write the cluster's record")
    }
}

fn two_free_ports() -> Result<(u16, u16)> {
    // Both are held until both are known, so they differ.
    let (one, other) = (forward::bind(None)?, forward::bind(None)?);
    Ok((one.local_addr()?.port(), other.local_addr()?.port()))
}
