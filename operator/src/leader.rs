//! Leader election: of several operators one works, the others stand by.
//!
//! The Lease is a record of who works; nothing in it stops anybody. What keeps two from writing is
//! time. A standby takes the Lease when it has not seen it renewed for [`DURATION`], by its own
//! clock; the leader writes for [`TERM`] after it *asked* for its last renewal, by its own clock,
//! and no longer. `TERM` is the shorter one, so the old leader is silent before there is a new one,
//! however long the old one was cut off, or asleep. No clocks are compared.
//!
//! [`Term`] guards every single write: [`Term::fence`] refuses it on its way to the API server. A
//! process that was stopped in the middle of a pass and wakes up an hour later finds its term over
//! and sends nothing (`tests/leader.rs`). What remains is a request that had left already: it has
//! `DURATION - TERM` to arrive.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Context;
use http::{Method, Request};
use k8s_openapi::{
    api::coordination::v1::Lease, apimachinery::pkg::apis::meta::v1::MicroTime, jiff::Timestamp,
};
use kube::{
    Api, Client, Config, ResourceExt,
    api::{Patch, PatchParams, PostParams},
    client::{Body, ClientBuilder},
};
use localmart_api::names::FIELD_MANAGER;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use tower::filter::FilterLayer;

/// Name of the Lease in the operator's own namespace.
const LEASE: &str = "localmart-operator";
/// After this long without a renewal another one takes over.
const DURATION: Duration = Duration::from_secs(15);
/// For this long after it asked for a renewal the leader may write.
const TERM: Duration = Duration::from_secs(10);
/// Pause between two renewals.
const RENEWAL: Duration = Duration::from_secs(4);
/// Pause before the next look at the Lease, or the next try after a failure.
const PAUSE: Duration = Duration::from_secs(1);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(3);

/// Until when this process may write.
#[derive(Clone, Debug, Default)]
pub struct Term(Arc<Mutex<Option<Instant>>>);

impl Term {
    fn renew(&self, asked: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(asked + TERM);
    }

    fn left(&self) -> Duration {
        let end = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        end.map_or(Duration::ZERO, |end| {
            end.saturating_duration_since(Instant::now())
        })
    }

    fn check(&self, request: Request<Body>) -> Result<Request<Body>, &'static str> {
        if request.method() == Method::GET || !self.left().is_zero() {
            Ok(request)
        } else {
            Err("not sent: another operator may be at work by now")
        }
    }

    /// A client that writes within this term only.
    pub fn fence(&self, config: Config) -> kube::Result<Client> {
        let term = self.clone();
        let fence = FilterLayer::new(move |request| term.check(request));
        Ok(ClientBuilder::try_from(config)?.with_layer(&fence).build())
    }
}

/// The lead, once it is ours.
#[derive(Debug)]
pub struct Leadership {
    api: Api<Lease>,
    identity: String,
    term: Term,
    /// Resource version of the Lease as we wrote it: a write that carries it fails if anybody has
    /// written since.
    version: Option<String>,
}

/// The Lease of somebody else, and since when it has not changed.
struct Seen {
    version: Option<String>,
    since: Instant,
}

impl Leadership {
    /// Returns once this process leads. `client` must not be fenced by `term`.
    pub async fn acquired(client: Client, namespace: &str, identity: &str, term: Term) -> Self {
        let mut leadership = Self {
            api: Api::namespaced(client, namespace),
            identity: identity.to_owned(),
            term,
            version: None,
        };
        tracing::info!(identity, "standing by for the lease");
        let mut seen = None;
        loop {
            match timeout(ANSWER, leadership.try_to_take(&mut seen)).await {
                Ok(Ok(true)) => break,
                Ok(Ok(false)) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, namespace, "cannot use the Lease {LEASE}; trying again");
                }
                Err(_) => tracing::warn!("the API server does not answer; trying again"),
            }
            sleep(PAUSE).await;
        }
        tracing::info!(identity, "leading");
        leadership
    }

    async fn try_to_take(&mut self, seen: &mut Option<Seen>) -> kube::Result<bool> {
        let Some(lease) = self.api.get_opt(LEASE).await? else {
            return self.create().await;
        };
        let version = lease.resource_version();
        let spec = lease.spec.unwrap_or_default();
        let holder = spec.holder_identity.unwrap_or_default();
        // Our own from before a restart: that process is gone.
        if !holder.is_empty() && holder != self.identity {
            let same = seen.as_ref().filter(|seen| seen.version == version);
            let Some(same) = same else {
                let since = Instant::now();
                *seen = Some(Seen { version, since });
                return Ok(false);
            };
            let duration = spec.lease_duration_seconds;
            let duration = duration.and_then(|seconds| u64::try_from(seconds).ok());
            if same.since.elapsed() < duration.map_or(DURATION, Duration::from_secs) {
                return Ok(false);
            }
        }
        self.version = version;
        let now = MicroTime(Timestamp::now());
        let taken = self.write(json!({
            "holderIdentity": self.identity,
            "leaseDurationSeconds": DURATION.as_secs(),
            "acquireTime": now,
            "renewTime": now,
            "leaseTransitions": spec.lease_transitions.unwrap_or_default() + 1,
        }));
        won(taken.await)
    }

    async fn create(&mut self) -> kube::Result<bool> {
        let now = MicroTime(Timestamp::now());
        let lease = serde_json::from_value(json!({
            "metadata": { "name": LEASE },
            "spec": {
                "holderIdentity": self.identity,
                "leaseDurationSeconds": DURATION.as_secs(),
                "acquireTime": now,
                "renewTime": now,
                "leaseTransitions": 0,
            },
        }))
        .map_err(kube::Error::SerdeError)?;
        let parameters = PostParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PostParams::default()
        };
        let asked = Instant::now();
        let created = self.api.create(&parameters, &lease).await;
        won(created.map(|lease| self.note(&lease, asked)))
    }

    /// Writes the Lease, unless somebody else has since it was read.
    async fn write(&mut self, spec: Value) -> kube::Result<()> {
        let body = json!({ "metadata": { "resourceVersion": self.version }, "spec": spec });
        let parameters = PatchParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PatchParams::default()
        };
        let asked = Instant::now();
        let lease = self
            .api
            .patch(LEASE, &parameters, &Patch::Merge(&body))
            .await?;
        self.note(&lease, asked);
        Ok(())
    }

    fn note(&mut self, lease: &Lease, asked: Instant) {
        self.version = lease.resource_version();
        self.term.renew(asked);
    }

    /// Renews the lease for as long as that works; then says why it is lost. The process must end
    /// then: what is under way here must not be finished later.
    pub async fn lost(&mut self) -> String {
        let mut pause = RENEWAL;
        loop {
            sleep(pause.min(self.term.left())).await;
            let renewal = json!({ "renewTime": MicroTime(Timestamp::now()) });
            let patience = ANSWER.min(self.term.left());
            let failure = match timeout(patience, self.write(renewal)).await {
                Ok(Ok(())) => {
                    pause = RENEWAL;
                    continue;
                }
                Ok(Err(kube::Error::Api(status))) if matches!(status.code, 404 | 409) => {
                    match timeout(patience, self.still_ours()).await {
                        Ok(Ok(true)) => {
                            pause = Duration::ZERO;
                            continue;
                        }
                        Ok(Ok(false)) => return "somebody else has taken it".to_owned(),
                        Ok(Err(error)) => error.to_string(),
                        Err(_) => "no answer in time".to_owned(),
                    }
                }
                Ok(Err(error)) => error.to_string(),
                Err(_) => "no answer in time".to_owned(),
            };
            if self.term.left().is_zero() {
                return format!("it could not be renewed in time: {failure}");
            }
            tracing::warn!(failure, "the lease is not renewed; trying again");
            pause = PAUSE;
        }
    }

    /// Whether the Lease, which somebody has written, names us all the same.
    async fn still_ours(&mut self) -> kube::Result<bool> {
        let lease = self.api.get_opt(LEASE).await?;
        self.version = lease.as_ref().and_then(ResourceExt::resource_version);
        let holder = lease.and_then(|lease| lease.spec?.holder_identity);
        Ok(holder.as_ref() == Some(&self.identity))
    }

    /// Lets another one take over at once.
    pub async fn release(mut self) -> anyhow::Result<()> {
        let released = timeout(ANSWER, self.write(json!({ "holderIdentity": null }))).await;
        released
            .context("no answer in time")?
            .context("the Lease is not given back; another operator waits until it runs out")
    }
}

/// A conflict means that somebody was faster.
fn won(written: kube::Result<()>) -> kube::Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(term: &Term, method: Method) -> bool {
        let request = Request::builder().method(method).body(Body::empty());
        term.check(request.unwrap()).is_ok()
    }

    #[test]
    fn only_who_leads_may_write() {
        let term = Term::default();
        assert!(allowed(&term, Method::GET));
        assert!(!allowed(&term, Method::PATCH));
        term.renew(Instant::now());
        for method in [Method::POST, Method::PATCH, Method::DELETE] {
            assert!(allowed(&term, method));
        }
        let long_ago = Instant::now().checked_sub(TERM).unwrap();
        term.renew(long_ago);
        assert!(!allowed(&term, Method::DELETE));
        assert!(allowed(&term, Method::GET));
    }

    #[test]
    fn a_term_ends_before_the_next_may_begin() {
        assert!(TERM + ANSWER < DURATION);
        assert!(RENEWAL + ANSWER < TERM);
    }
}
