//! Two listeners, the layers every request passes, and an orderly end.
//!
//! On the end signal `/readyz` turns red first, so that no new traffic is sent here, while
//! requests are still taken for a moment; then the listeners close, idle connections end, and
//! requests that run may finish until the drain deadline.

mod admin;
mod connections;
mod observe;
mod running;

use std::{fmt, future::Future, io, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;
use topology::Service;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    auth::{self, InternalKeys},
    config::Listeners,
    metrics::Metrics,
    problem::{Code, Problem},
};

pub use running::Running;

/// Longest time for a client to send a request's header, also between two requests.
const HEADER: Duration = Duration::from_secs(15);
/// Largest body taken unless the service says otherwise, in bytes.
const LARGEST_BODY: usize = 64 * 1024;
/// Longest time for a request unless the service says otherwise.
const REQUEST: Duration = Duration::from_secs(10);

type Probe =
    Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;
type Background =
    Box<dyn FnOnce(CancellationToken) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// Times of the end of a service.
#[derive(Clone, Copy, Debug)]
pub struct Drain {
    /// Time between turning unready and closing the listeners.
    pub notice: Duration,
    /// Time that running requests have after that.
    pub deadline: Duration,
}

impl Default for Drain {
    fn default() -> Self {
        Self {
            notice: Duration::from_secs(2),
            deadline: Duration::from_secs(20),
        }
    }
}

/// Why a service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot listen on {address} for {purpose}: {source}; free the port or set {variable}")]
    Listen {
        address: SocketAddr,
        purpose: &'static str,
        variable: &'static str,
        source: io::Error,
    },
}

/// A service that is being put together.
pub struct Server {
    service: Service,
    listeners: Listeners,
    api: Router,
    openapi: Option<String>,
    keys: Option<InternalKeys>,
    metrics: Metrics,
    probes: Vec<(&'static str, Probe)>,
    background: Vec<(&'static str, Background)>,
    drain: Drain,
    closing: CancellationToken,
    largest_body: usize,
    request: Duration,
    header: Duration,
}

impl Server {
    /// A server for `service`; `api` is its router, its state already given.
    pub fn new(service: Service, listeners: &Listeners, api: Router) -> Self {
        Self {
            service,
            listeners: listeners.clone(),
            api,
            openapi: None,
            keys: None,
            metrics: Metrics::new(),
            probes: Vec::new(),
            background: Vec::new(),
            drain: Drain::default(),
            closing: CancellationToken::new(),
            largest_body: LARGEST_BODY,
            request: REQUEST,
            header: HEADER,
        }
    }

    /// Admits only requests with an internal token for this service. Every service but the
    /// gateway wants this.
    #[must_use]
    pub fn guard(mut self, keys: InternalKeys) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Serves the API's description at `/openapi.json` of the admin listener.
    #[must_use]
    pub fn openapi(mut self, document: &utoipa::openapi::OpenApi) -> Self {
        self.openapi = Some(crate::openapi::printed(document));
        self
    }

    /// Shows these metrics; without it a service has only those of its requests.
    #[must_use]
    pub fn metrics(mut self, metrics: Metrics) -> Self {
        self.metrics = metrics;
        self
    }

    /// Adds something that must work for the service to be ready. `Err` says what is wrong.
    #[must_use]
    pub fn ready<F, R>(mut self, name: &'static str, probe: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.probes
            .push((name, Box::new(move || Box::pin(probe()))));
        self
    }

    /// Runs a task beside the server. It must return soon after the token is cancelled; a task
    /// that ends before is logged as an error.
    #[must_use]
    pub fn background<F, R>(mut self, name: &'static str, task: F) -> Self
    where
        F: FnOnce(CancellationToken) -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        self.background
            .push((name, Box::new(move |stop| Box::pin(task(stop)))));
        self
    }

    /// Times of the end.
    #[must_use]
    pub fn drain(mut self, drain: Drain) -> Self {
        self.drain = drain;
        self
    }

    /// Cancelled when the listeners close: an answer that would go on for ever ends then, so that
    /// it does not last until the drain deadline.
    #[must_use]
    pub fn closing(mut self, token: CancellationToken) -> Self {
        self.closing = token;
        self
    }

    /// Largest body taken, in bytes; 64 KiB without this.
    #[must_use]
    pub fn largest_body(mut self, bytes: usize) -> Self {
        self.largest_body = bytes;
        self
    }

    /// Longest time for a request; 10 s without this.
    #[must_use]
    pub fn request_deadline(mut self, deadline: Duration) -> Self {
        self.request = deadline;
        self
    }

    /// Longest time for a client to send a request's header; 15 s without this.
    #[must_use]
    pub fn header_deadline(mut self, deadline: Duration) -> Self {
        self.header = deadline;
        self
    }

    /// Opens both listeners and serves until [`Running::stop`].
    pub async fn start(self) -> Result<Running, StartError> {
        let api = listen(self.listeners.api, "the API", topology::settings::LISTEN).await?;
        let admin = listen(
            self.listeners.admin,
            "health and metrics",
            topology::settings::ADMIN_LISTEN,
        )
        .await?;

        let readiness = Arc::new(admin::Readiness::new(self.probes));
        let admin_router = admin::router(admin::Admin {
            service: self.service,
            version: self.listeners.version.clone(),
            readiness: Arc::clone(&readiness),
            metrics: self.metrics.clone(),
            openapi: self.openapi.map(Into::into),
        });
        let api_router = layered(
            self.api,
            self.keys,
            self.metrics,
            self.largest_body,
            self.request,
        );

        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        for (name, task) in self.background {
            let token = stop.clone();
            tasks.spawn(async move {
                task(token.clone()).await;
                if !token.is_cancelled() {
                    tracing::error!(task = name, "a background task ended by itself");
                }
            });
        }
        Running::start(running::Parts {
            service: self.service,
            version: self.listeners.version,
            api: (api, api_router),
            admin: (admin, admin_router),
            readiness,
            background: tasks,
            stop_background: stop,
            drain: self.drain,
            closing: self.closing,
            header: self.header,
        })
        .map_err(|source| StartError::Listen {
            address: self.listeners.api,
            purpose: "the API",
            variable: topology::settings::LISTEN,
            source,
        })
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

async fn listen(
    address: SocketAddr,
    purpose: &'static str,
    variable: &'static str,
) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen {
            address,
            purpose,
            variable,
            source,
        })
}

/// From the outside in: span, log and metrics; panics; deadline; caller; body limit.
fn layered(
    api: Router,
    keys: Option<InternalKeys>,
    metrics: Metrics,
    largest_body: usize,
    deadline: Duration,
) -> Router {
    let mut router = api
        .fallback(no_such_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(largest_body));
    if let Some(keys) = keys {
        router = router.layer(middleware::from_fn_with_state(keys, auth::check));
    }
    router
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            in_time(deadline, request, next)
        }))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(metrics, observe::observe))
}

async fn no_such_path(request: Request) -> Problem {
    Problem::not_found(format_args!("path {} here", request.uri().path()))
}

async fn wrong_method(request: Request) -> Problem {
    Problem::new(
        Code::MethodNotAllowed,
        format!(
            "{} does not apply to {}.",
            request.method(),
            request.uri().path()
        ),
    )
}

async fn in_time(deadline: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(deadline, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(
            Code::Timeout,
            format!("The request was given up after {} s.", deadline.as_secs()),
        )
        .into_response(),
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature is tower-http's"
)]
fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    Problem::internal(format!("a handler panicked: {message}")).into_response()
}
