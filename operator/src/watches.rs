//! What wakes a pass: one watch per kind and namespace, each on its own.
//!
//! A watch that fails is tried again with growing pauses, and keeps only itself waiting. Under one
//! pause for all, as `kube`'s `Controller` has it, an operator whose rights arrive a moment after
//! its start gets back one watch per pause: minutes, until it sees every kind again
//! (`tests/late_rights.rs`).
//!
//! A kind that the cluster need not serve is watched for as long as it does. The passes discover
//! that, because each of them lists the kind anyway; so nothing asks in vain.

use futures::{
    Stream, StreamExt,
    future::ready,
    stream::{self, BoxStream},
};
use kube::{
    Api, Client, ResourceExt,
    core::{DynamicObject, PartialObjectMeta},
    runtime::{
        WatchStreamExt,
        reflector::{ObjectRef, Store, store},
        watcher,
    },
};
use localmart_api::{LocalMart, names};
use tokio::sync::watch;

use crate::build::Kind;

/// Only the metadata: what a pass works from it reads anew, so the operator's memory hardly grows
/// with what it manages, and an object that does not fit our types still gets its pass.
pub type Watched = PartialObjectMeta<LocalMart>;
type Child = PartialObjectMeta<DynamicObject>;

/// The LocalMarts to look at, each time that something of them changed.
pub type Wakes = BoxStream<'static, ObjectRef<Watched>>;

/// Whether the cluster serves the optional kinds, as the passes find it.
#[derive(Clone, Debug)]
pub struct Served(watch::Sender<bool>);

impl Default for Served {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Served {
    /// What a pass has seen.
    pub fn found(&self, served: bool) {
        self.0
            .send_if_modified(|known| std::mem::replace(known, served) != served);
    }

    async fn wait(&self) {
        let mut seen = self.0.subscribe();
        // Fails when there is no sender left, and `self` is one.
        let _ = seen.wait_for(|served| *served).await;
    }
}

/// The LocalMarts themselves, and what is known of them.
pub fn of_shops(api: Api<Watched>) -> (Wakes, Store<Watched>) {
    let (known, writer) = store();
    let events = watcher(api, watcher::Config::default())
        .default_backoff()
        .reflect(writer)
        .applied_objects();
    let wakes = logged("LocalMart", events).map(|shop| ObjectRef::from_obj(&shop));
    (wakes.boxed(), known)
}

/// Any change of a child wakes its LocalMart.
pub fn of_children(client: &Client, namespace: &str, served: &Served) -> Wakes {
    let watches = Kind::ALL.map(|kind| {
        let api: Api<Child> = Api::namespaced_with(client.clone(), namespace, &kind.resource());
        if kind.is_optional() {
            while_served(kind, api, served.clone()).boxed()
        } else {
            logged(kind.name(), children(api)).boxed()
        }
    });
    // By label and not by owner: volumes that outlive their LocalMart have no owner.
    let shop_of = |child: Child| {
        let namespace = child.namespace()?;
        let name = child.labels().get(names::INSTANCE)?;
        Some(ObjectRef::new(name).within(&namespace))
    };
    stream::select_all(watches)
        .filter_map(move |child| ready(shop_of(child)))
        .boxed()
}

fn children(api: Api<Child>) -> impl Stream<Item = watcher::Result<Child>> + Send {
    let ours = format!("{}={}", names::MANAGED_BY, names::FIELD_MANAGER);
    watcher(api, watcher::Config::default().labels(&ours))
        .default_backoff()
        .touched_objects()
}

/// Watches whenever the kind is there. Where it is taken away the watch ends, and waits until a
/// pass finds it again.
fn while_served(kind: Kind, api: Api<Child>, served: Served) -> impl Stream<Item = Child> + Send {
    stream::repeat(()).flat_map(move |()| {
        let (discovered, lost) = (served.clone(), served.clone());
        let events = children(api.clone()).take_while(move |event| {
            let gone = event.as_ref().err().is_some_and(is_not_served);
            if gone {
                lost.found(false);
            }
            ready(!gone)
        });
        let first = stream::once(async move { discovered.wait().await });
        let first = first.filter_map(|()| ready(None));
        first.chain(logged(kind.name(), events))
    })
}

fn is_not_served(error: &watcher::Error) -> bool {
    use watcher::Error::{InitialListFailed, WatchError, WatchFailed, WatchStartFailed};
    match error {
        InitialListFailed(kube::Error::Api(status))
        | WatchStartFailed(kube::Error::Api(status))
        | WatchFailed(kube::Error::Api(status))
        | WatchError(status) => status.code == 404,
        _ => false,
    }
}

fn logged<T: Send>(
    kind: &'static str,
    events: impl Stream<Item = watcher::Result<T>> + Send,
) -> impl Stream<Item = T> + Send {
    events.filter_map(move |event| {
        ready(match event {
            Ok(object) => Some(object),
            Err(error) => {
                tracing::warn!(kind, %error, "watch failed; it is tried again");
                None
            }
        })
    })
}
