//! The process that a cluster hangs on: it starts the components in order, starts them again when
//! they end, and takes everything down with itself.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use nix::unistd::setsid;
use serde::{Deserialize, Serialize};
use signal_hook::{
    consts::{SIGCHLD, SIGINT, SIGTERM},
    iterator::Signals,
};

use super::{
    Cluster, DEFAULT_INGRESS_PORT,
    addons::{self, AddonImages},
    cgroups, containers,
    control_plane::{ControlPlane, DNS_SERVICE},
    forward,
    launch::Order,
    layout::Layout,
    machine::Machine,
    namespace::{self, NODE_ADDRESS},
    node::{CONTAINERD_SOCKET, Node},
    pki::Pki,
    process::{Component, Spec},
    readiness::{self, Kubectl},
};

const STAGE_LIMIT: Duration = Duration::from_secs(90);
/// How long containers may take to end before the kernel ends them.
const CONTAINER_GRACE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(40);
const RESTART_PAUSE: Duration = Duration::from_secs(1);

/// What wakes the supervisor.
enum Event {
    Stop,
    ChildEnded,
}

/// The published ports, written down so that the next start uses them again.
#[derive(Default, Serialize, Deserialize)]
struct Ports {
    api: Option<u16>,
    ingress: Option<u16>,
}

/// Runs the cluster `name` until it is told to stop.
pub(crate) fn run(name: &str) -> Result<()> {
    // A closed terminal ends its session, which this process leaves.
    setsid().context("cannot leave the terminal's session")?;
    let layout = Layout::of(name)?;
    fs::write(layout.supervisor_pid(), std::process::id().to_string())?;
    let order: Order = serde_json::from_slice(&fs::read(layout.order())?)
        .with_context(|| format!("{} is damaged", layout.order().display()))?;
    for directory in [layout.config(), layout.logs()] {
        fs::create_dir_all(&directory)
            .with_context(|| format!("cannot create {}", directory.display()))?;
    }
    let events = listen()?;
    let mut supervisor = Supervisor {
        layout,
        order,
        events,
        components: Vec::new(),
        init: None,
        started: Instant::now(),
    };
    let outcome = supervisor.bring_up().and_then(|()| supervisor.watch());
    let ended = supervisor.take_down();
    outcome.and(ended)
}

/// The thread must exist before this process makes a process namespace: afterwards the kernel
/// allows it no further threads.
fn listen() -> Result<Receiver<Event>> {
    let mut signals =
        Signals::new([SIGTERM, SIGINT, SIGCHLD]).context("cannot listen for signals")?;
    let (sender, events) = mpsc::channel();
    thread::spawn(move || {
        for signal in signals.forever() {
            let event = if signal == SIGCHLD {
                Event::ChildEnded
            } else {
                Event::Stop
            };
            if sender.send(event).is_err() {
                return;
            }
        }
    });
    Ok(events)
}

struct Supervisor {
    layout: Layout,
    order: Order,
    events: Receiver<Event>,
    /// In the order they were started.
    components: Vec<Component>,
    init: Option<Child>,
    started: Instant,
}

impl Supervisor {
    fn bring_up(&mut self) -> Result<()> {
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
            self.start_addons(&kubectl, images)?;
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

    fn start_addons(&mut self, kubectl: &Kubectl<'_>, images: &AddonImages) -> Result<()> {
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
            config: self.order.config.clone(),
            supervisor: std::process::id(),
            init: self.init.as_ref().map(Child::id),
        };
        let fresh = self.layout.record().with_extension("new");
        fs::write(&fresh, serde_json::to_vec_pretty(&cluster)?)?;
        fs::rename(fresh, self.layout.record()).context("cannot write the cluster's record")
    }

    fn launch(&mut self, spec: Spec) -> Result<()> {
        self.components
            .push(Component::start(spec, &self.layout.logs())?);
        Ok(())
    }

    /// Says what is happening: to who waits for the start, and in this process's own log.
    fn stage(&self, text: &str) -> Result<()> {
        eprintln!("{:>6} ms {text}", self.started.elapsed().as_millis());
        let path = self.layout.start_log();
        let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
        writeln!(file, "{text}").with_context(|| format!("cannot write {}", path.display()))
    }

    /// Asks `ready` until it agrees; fails when a component ends meanwhile, when the cluster is
    /// told to stop, or after [`STAGE_LIMIT`].
    fn wait_for(
        &mut self,
        what: &str,
        mut ready: impl FnMut(&mut Self) -> Result<bool>,
    ) -> Result<()> {
        let deadline = Instant::now() + STAGE_LIMIT;
        while !ready(self)? {
            if let Ok(Event::Stop) = self.events.recv_timeout(POLL) {
                bail!("told to stop while waiting for {what}");
            }
            for component in &mut self.components {
                if let Some(how) = component.ended()? {
                    bail!(
                        "{how}; its log {} ends with:\n{}",
                        component.log().display(),
                        tail(&component.log())
                    );
                }
            }
            if Instant::now() > deadline {
                bail!(
                    "{what} did not come up within {} s; the logs are in {}",
                    STAGE_LIMIT.as_secs(),
                    self.layout.logs().display()
                );
            }
        }
        Ok(())
    }

    /// Starts components again until the cluster is told to stop.
    fn watch(&mut self) -> Result<()> {
        let mut due: Option<Instant> = None;
        loop {
            let event = match due {
                None => self
                    .events
                    .recv()
                    .map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => self
                    .events
                    .recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            match event {
                Ok(Event::Stop) => return Ok(()),
                Err(RecvTimeoutError::Disconnected) => bail!("no more signals arrive"),
                Ok(Event::ChildEnded) => {
                    if let Some(init) = &mut self.init
                        && let Some(status) = init.try_wait()?
                    {
                        bail!("the process namespace's first process ended: {status}");
                    }
                    due.get_or_insert(Instant::now() + RESTART_PAUSE);
                }
                Err(RecvTimeoutError::Timeout) => {
                    due = None;
                    for component in &mut self.components {
                        if let Some(how) = component.ended()? {
                            eprintln!("{how}; starting it again");
                            component.restart()?;
                        }
                    }
                }
            }
        }
    }

    /// Ends containers, then components in reverse order, then whatever else the cluster started.
    fn take_down(&mut self) -> Result<()> {
        if let Err(error) = self.stop_containers() {
            eprintln!("containers are killed instead of ended: {error:#}");
        }
        for component in self.components.iter_mut().rev() {
            component.stop()?;
        }
        if let Some(init) = &mut self.init {
            init.kill().context("cannot end the process namespace")?;
            init.wait()
                .context("cannot wait for the end of the process namespace")?;
        }
        Ok(())
    }

    /// Lets the containers end by themselves, without a kubelet that would start them again.
    fn stop_containers(&mut self) -> Result<()> {
        let Some(kubelet) = self
            .components
            .iter_mut()
            .find(|component| component.name() == "kubelet")
        else {
            return Ok(());
        };
        kubelet.stop()?;
        for task in ctr(&["tasks", "list", "--quiet"])?.lines() {
            // A container that ends by itself at this moment is what we want.
            drop(ctr(&["tasks", "kill", "--signal=SIGTERM", task]));
        }
        let deadline = Instant::now() + CONTAINER_GRACE;
        while ctr(&["tasks", "list"])?.contains("RUNNING") && Instant::now() < deadline {
            thread::park_timeout(Duration::from_millis(200));
        }
        Ok(())
    }
}

/// Runs `ctr` in this process's namespaces, which are the cluster's.
fn ctr(arguments: &[&str]) -> Result<String> {
    let words = containers::ctr(arguments);
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    containers::output(command)
}

fn two_free_ports() -> Result<(u16, u16)> {
    // Both are held until both are known, so they differ.
    let (one, other) = (forward::bind(None)?, forward::bind(None)?);
    Ok((one.local_addr()?.port(), other.local_addr()?.port()))
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
