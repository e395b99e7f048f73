//! The process that a cluster hangs on: it starts the components in order, starts them again when
//! they end, and takes everything down with itself.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
    process::{Child, Command},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use nix::unistd::setsid;
use signal_hook::{
    consts::{SIGCHLD, SIGINT, SIGTERM},
    iterator::Signals,
};

use super::{
    containers,
    launch::Order,
    layout::Layout,
    process::{Component, Spec},
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

/// A cluster's supervisor; `startup` brings the cluster up, this file keeps it and ends it.
pub(super) struct Supervisor {
    pub(super) layout: Layout,
    pub(super) order: Order,
    pub(super) init: Option<Child>,
    events: Receiver<Event>,
    /// In the order they were started.
    components: Vec<Component>,
    started: Instant,
}

impl Supervisor {
    pub(super) fn launch(&mut self, spec: Spec) -> Result<()> {
        self.components
            .push(Component::start(spec, &self.layout.logs())?);
        Ok(())
    }

    /// Says what is happening: to who waits for the start, and in this process's own log.
    pub(super) fn stage(&self, text: &str) -> Result<()> {
        eprintln!("{:>6} ms {text}", self.started.elapsed().as_millis());
        let path = self.layout.start_log();
        let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
        writeln!(file, "{text}").with_context(|| format!("cannot write {}", path.display()))
    }

    /// Asks `ready` until it agrees; fails when a component ends meanwhile, when the cluster is
    /// told to stop, or after [`STAGE_LIMIT`].
    pub(super) fn wait_for(
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
pub(super) fn ctr(arguments: &[&str]) -> Result<String> {
    let words = containers::ctr(arguments);
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    containers::output(command)
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
