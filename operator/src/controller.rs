//! Wiring: what wakes a pass, how many run at once, and what happens after one failed.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{StreamExt, stream};
use kube::{
    Api, ResourceExt,
    runtime::{
        applier,
        controller::{self, Action, Config},
        reflector::ObjectRef,
    },
};
use localmart_api::LocalMart;

use crate::{
    context::Context,
    error::Failure,
    reconcile::{self, Next},
    server::Readiness,
    watches::{self, Watched},
};

/// Passes that may run at once, each for another LocalMart.
const CONCURRENCY: u16 = 4;
/// Events that arrive together make one pass.
const DEBOUNCE: Duration = Duration::from_millis(100);

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
        let (shops, store) = watches::of_shops(api);
        let children = children
            .iter()
            .map(|namespace| watches::of_children(&client, namespace, &context.routes));
        let wakes = stream::select_all(children.chain([shops]))
            .map(Ok::<_, Infallible>)
            .take_until(stop.clone());
        let running = applier(
            |object, context| Box::pin(on_event(object, context)),
            on_failure,
            Arc::new(context.clone()),
            store.clone(),
            wakes,
            Config::default()
                .concurrency(CONCURRENCY)
                .debounce(DEBOUNCE),
        )
        .for_each(|result| async move {
            match result {
                // Logged where it happened. An object may go between its event and its pass.
                Ok(_)
                | Err(
                    controller::Error::ReconcilerFailed(..)
                    | controller::Error::ObjectNotFound(_)
                    | controller::Error::QueueError(_),
                ) => {}
                Err(controller::Error::RunnerError(error)) => {
                    tracing::error!(%error, "the passes have ended");
                }
            }
        });
        let readiness = readiness.clone();
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
        next.pause(context.recheck)
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
