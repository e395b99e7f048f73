//! Wiring: what wakes a pass, how many run at once, and what happens after one failed.

use std::{
    collections::BTreeSet,
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::StreamExt;
use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    autoscaling::v2::HorizontalPodAutoscaler,
    batch::v1::Job,
    core::v1::{ConfigMap, PersistentVolumeClaim, Service, ServiceAccount},
    networking::v1::{Ingress, NetworkPolicy},
    policy::v1::PodDisruptionBudget,
};
use kube::{
    Api, Client, ResourceExt,
    core::{NamespaceResourceScope, PartialObjectMeta, Resource},
    runtime::{
        controller::{self, Action, Config, Controller},
        reflector::ObjectRef,
        watcher,
    },
};
use localmart_api::{LocalMart, names};

use crate::{
    context::Context,
    error::Failure,
    reconcile::{self, Next},
    server::Readiness,
};

/// Passes that may run at once, each for another LocalMart.
const CONCURRENCY: u16 = 4;
/// Events that arrive together make one pass.
const DEBOUNCE: Duration = Duration::from_millis(100);

/// Only the metadata: what a pass works from it reads anew, so the operator's memory hardly grows
/// with what it manages, and an object that does not fit our types still gets its pass.
type Watched = PartialObjectMeta<LocalMart>;

/// Watches and reconciles until `stop` is done and the passes under way have ended.
pub async fn run(
    context: Context,
    cluster_wide: bool,
    readiness: Readiness,
    stop: impl Future<Output = ()> + Send + Sync + 'static,
) {
    context.metrics.limit(CONCURRENCY);
    let client = context.client.clone();
    let mut controllers = Vec::new();
    let scopes: Vec<Option<String>> = if cluster_wide {
        vec![None]
    } else {
        context.namespaces.iter().cloned().map(Some).collect()
    };
    let stop = futures::FutureExt::shared(stop);
    for scope in scopes {
        let (api, children): (Api<Watched>, BTreeSet<String>) = match &scope {
            None => (Api::all(client.clone()), (*context.namespaces).clone()),
            Some(namespace) => (
                Api::namespaced(client.clone(), namespace),
                BTreeSet::from([namespace.clone()]),
            ),
        };
        let mut controller = Controller::new(api, watcher::Config::default()).with_config(
            Config::default()
                .concurrency(CONCURRENCY)
                .debounce(DEBOUNCE),
        );
        let store = controller.store();
        for namespace in &children {
            controller = watch_children(controller, &client, namespace);
        }
        let readiness = readiness.clone();
        let running = controller
            .graceful_shutdown_on(stop.clone())
            .run(on_event, on_failure, Arc::new(context.clone()))
            .for_each(|result| async move {
                match result {
                    // Logged where it happened. An object may go between its event and its pass.
                    Ok(_)
                    | Err(
                        controller::Error::ReconcilerFailed(..)
                        | controller::Error::ObjectNotFound(_),
                    ) => {}
                    Err(error) => tracing::warn!(%error, "watch failed; it is tried again"),
                }
            });
        controllers.push(async move {
            let watching = async {
                if store.wait_until_ready().await.is_ok() {
                    readiness.set(true);
                }
            };
            futures::join!(running, watching);
        });
    }
    futures::future::join_all(controllers).await;
}

/// Any change of a child wakes its LocalMart.
fn watch_children(
    controller: Controller<Watched>,
    client: &Client,
    namespace: &str,
) -> Controller<Watched> {
    let controller = watch::<Deployment>(controller, client, namespace);
    let controller = watch::<HorizontalPodAutoscaler>(controller, client, namespace);
    let controller = watch::<StatefulSet>(controller, client, namespace);
    let controller = watch::<Job>(controller, client, namespace);
    let controller = watch::<Service>(controller, client, namespace);
    let controller = watch::<ServiceAccount>(controller, client, namespace);
    let controller = watch::<ConfigMap>(controller, client, namespace);
    let controller = watch::<NetworkPolicy>(controller, client, namespace);
    let controller = watch::<PersistentVolumeClaim>(controller, client, namespace);
    let controller = watch::<PodDisruptionBudget>(controller, client, namespace);
    watch::<Ingress>(controller, client, namespace)
}

fn watch<K>(
    controller: Controller<Watched>,
    client: &Client,
    namespace: &str,
) -> Controller<Watched>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + std::fmt::Debug
        + Send
        + Sync
        + 'static,
{
    let api: Api<PartialObjectMeta<K>> = Api::namespaced(client.clone(), namespace);
    let ours = format!("{}={}", names::MANAGED_BY, names::FIELD_MANAGER);
    let config = watcher::Config::default().labels(&ours);
    // By label and not by owner: volumes that outlive their LocalMart have no owner.
    controller.watches(api, config, |child| {
        let namespace = child.namespace()?;
        let name = child.labels().get(names::INSTANCE)?;
        Some(ObjectRef::new(name).within(&namespace))
    })
}

async fn on_event(object: Arc<Watched>, context: Arc<Context>) -> Result<Action, Failure> {
    let key = reference(&object);
    let (namespace, name) = (object.namespace().unwrap_or_default(), object.name_any());
    let started = Instant::now();
    let context = context.of_pass();
    let result = reconcile::pass(&context, &namespace, &name).await;
    let took = started.elapsed();
    match &result {
        Ok(next) => {
            context.backoff.succeeded(&key);
            context.metrics.succeeded(&namespace, &name, took);
            if *next == Next::Never {
                context.metrics.forget(&namespace, &name);
            }
            tracing::debug!(namespace, name, ?next, ms = took.as_millis(), "reconciled");
        }
        Err(failure) => {
            context.metrics.failed(failure, took);
            tracing::warn!(
                namespace,
                name,
                reason = failure.reason.as_str(),
                message = failure.message,
                "not reconciled"
            );
        }
    }
    context.metrics.in_backoff(context.backoff.len());
    result.map(|next| {
        next.pause()
            .map_or_else(Action::await_change, Action::requeue)
    })
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that Controller::run asks for"
)]
fn on_failure(object: Arc<Watched>, failure: &Failure, context: Arc<Context>) -> Action {
    use localmart_api::conditions::Reason;
    let pause = context.backoff.failed(reference(&object));
    context.metrics.in_backoff(context.backoff.len());
    if failure.reason == Reason::ApiConflict && pause <= Duration::from_secs(4) {
        // Something was read a moment too early; reading it again is the cure. Not for ever,
        // though: two writers that fight are slowed down like any other failure.
        return Action::requeue(Duration::ZERO);
    }
    Action::requeue(pause)
}

fn reference(object: &Watched) -> ObjectRef<LocalMart> {
    ObjectRef::new(&object.name_any()).within(&object.namespace().unwrap_or_default())
}
