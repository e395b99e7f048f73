//! What every pass needs: the client, the release table, where the operator may work.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use kube::{
    Client,
    runtime::{
        events::{Recorder, Reporter},
        reflector::ObjectRef,
    },
};
use localmart_api::{LocalMart, conditions::Reason, names::FIELD_MANAGER};

use crate::{
    backoff::Backoff, error::Failure, metrics::Metrics, releases::Releases, watches::Served,
};

/// After this time, or up to twice of it, a shop is looked at again, in case a watch lost something.
pub const RECHECK: Duration = Duration::from_mins(5);

/// Shared by all passes.
#[derive(Clone)]
pub struct Context {
    pub client: Client,
    pub recorder: Recorder,
    pub releases: Arc<Releases>,
    /// Namespaces in which the operator has rights.
    pub namespaces: Arc<BTreeSet<String>>,
    pub metrics: Metrics,
    pub backoff: Arc<Backoff<ObjectRef<LocalMart>>>,
    /// Namespace of the operator itself.
    pub own_namespace: String,
    /// Whether there are HTTPRoutes here.
    pub routes: Served,
    /// [`RECHECK`], unless told otherwise.
    pub recheck: Duration,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("namespaces", &self.namespaces)
            .finish_non_exhaustive()
    }
}

impl Context {
    /// A context for work in `namespaces`; `instance` names this process in events.
    pub fn new(
        client: Client,
        releases: Releases,
        namespaces: BTreeSet<String>,
        instance: Option<String>,
    ) -> Self {
        let reporter = Reporter {
            controller: FIELD_MANAGER.to_owned(),
            instance,
        };
        Self {
            recorder: Recorder::new(client.clone(), reporter),
            client,
            releases: Arc::new(releases),
            namespaces: Arc::new(namespaces),
            metrics: Metrics::default(),
            backoff: Arc::default(),
            own_namespace: "default".to_owned(),
            routes: Served::default(),
            recheck: RECHECK,
        }
    }

    /// The context of one pass, which counts its writes.
    #[must_use]
    pub fn of_pass(&self) -> Self {
        Self {
            metrics: self.metrics.of_pass(),
            ..self.clone()
        }
    }

    /// Whether the operator may work in this namespace.
    pub fn grants(&self, namespace: &str) -> bool {
        self.namespaces.contains(namespace)
    }

    /// The refusal of a namespace, with the command that grants it.
    pub fn not_granted(&self, namespace: &str) -> Failure {
        let mut wanted: Vec<&str> = self.namespaces.iter().map(String::as_str).collect();
        wanted.push(namespace);
        Failure::new(
            Reason::NamespaceNotGranted,
            format!(
                "the operator has no rights in namespace {namespace}; grant them with: helm \
                 upgrade localmart-operator <chart> -n {own} --reset-then-reuse-values --set \
                 'watchNamespaces={{{wanted}}}'",
                own = self.own_namespace,
                wanted = wanted.join(",")
            ),
        )
    }
}
