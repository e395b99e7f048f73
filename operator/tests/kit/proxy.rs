//! Stands between the operator and the API server: counts requests, lends the operator the rights
//! of its ServiceAccount and no others, and makes go wrong what a plan says.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, request::Parts},
    response::Response,
};
use futures::{SinkExt, StreamExt, channel::mpsc, future::BoxFuture};
use http_body_util::BodyExt;
use kube::Client;
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

use super::{
    exchange::Exchange,
    fault::{Class, Event, Fault, Ledger, Plan, Reply, plain},
};

/// How long a frozen watch delivers nothing.
const FROZEN: Duration = Duration::from_secs(2);

/// What a test wants to know of the requests, and do at them.
pub trait Observer: Send + Sync {
    /// Before a request goes on to the API server.
    fn before<'a>(&'a self, exchange: &'a Exchange, body: &'a [u8]) -> BoxFuture<'a, ()>;
    /// The API server's answer, which the operator does not have yet.
    fn after(&self, exchange: &Exchange, reply: &[u8]);
    /// Puts somebody else's object in the place of what is about to be written.
    fn stranger<'a>(&'a self, exchange: &'a Exchange) -> BoxFuture<'a, ()>;
}

#[derive(Default)]
struct Shared {
    exchanges: Mutex<Vec<Exchange>>,
    ledger: Mutex<Ledger>,
    crash: OnceLock<Box<dyn Fn() + Send + Sync>>,
    observer: OnceLock<Arc<dyn Observer>>,
}

/// The proxy of one operator.
pub struct Proxy {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Upstream {
    client: Client,
    user: String,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Listens on a free loopback port and acts as `user`, a ServiceAccount.
    pub async fn start(client: Client, user: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::<Shared>::default();
        let upstream = Upstream {
            client,
            user,
            shared: shared.clone(),
        };
        let router = Router::new().fallback(forward).with_state(upstream);
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self {
            address,
            shared,
            task,
        }
    }

    /// What a crash is; set once.
    pub fn on_crash(&self, crash: impl Fn() + Send + Sync + 'static) {
        let _ = self.shared.crash.set(Box::new(crash));
    }

    /// Who is told of the requests; set once.
    pub fn observe(&self, observer: Arc<dyn Observer>) {
        let _ = self.shared.observer.set(observer);
    }

    pub fn exchanges(&self) -> Vec<Exchange> {
        self.shared.exchanges.lock().unwrap().clone()
    }

    /// Everything the operator changed, events included.
    pub fn writes(&self) -> Vec<Exchange> {
        let mut exchanges = self.exchanges();
        exchanges.retain(Exchange::is_write);
        exchanges
    }

    /// Forgets which requests there were.
    pub fn reset(&self) {
        self.shared.exchanges.lock().unwrap().clear();
    }

    /// Numbers events from 1 again, and makes this go wrong.
    pub fn begin(&self, plan: Option<Plan>) {
        self.shared.ledger.lock().unwrap().begin(plan);
    }

    /// The events since [`Self::begin`].
    pub fn met(&self) -> BTreeSet<Event> {
        self.shared.ledger.lock().unwrap().met()
    }

    /// How often the plan's fault happened.
    pub fn struck(&self) -> usize {
        self.shared.ledger.lock().unwrap().struck()
    }
}

async fn forward(State(upstream): State<Upstream>, request: Request) -> Response {
    let mut exchange = Exchange {
        method: request.method().clone(),
        path: request.uri().path_and_query().unwrap().to_string(),
        status: StatusCode::SERVICE_UNAVAILABLE,
    };
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        // The operator was killed while it sent this.
        return cut();
    };
    let body = body.to_bytes();
    let fault = upstream.fault_at(&exchange, &body);
    match fault {
        Some(Fault::CrashBefore) => return upstream.crash().await,
        Some(Fault::Refused { status, .. }) => {
            exchange.status = status;
            upstream.note(exchange);
            return refusal(status);
        }
        _ => {}
    }
    if let Some(observer) = upstream.shared.observer.get() {
        if fault == Some(Fault::Stranger) {
            observer.stranger(&exchange).await;
        }
        observer.before(&exchange, &body).await;
    }
    let accept = parts.headers.get("accept").cloned();
    let sent = upstream.send(parts, &exchange, body).await;
    let Ok(answer) = sent else {
        upstream.note(exchange);
        return refusal(StatusCode::SERVICE_UNAVAILABLE);
    };
    exchange.status = answer.status();
    let (mut parts, body) = answer.into_parts();
    // How the body is framed here is this server's matter.
    parts.headers.remove("transfer-encoding");
    parts.headers.remove("content-length");
    if exchange.is_watch() && parts.status.is_success() {
        upstream.note(exchange.clone());
        return Response::from_parts(parts, upstream.watch(&exchange, Body::new(body)));
    }
    let Ok(body) = body.collect().await else {
        upstream.note(exchange);
        return cut();
    };
    let body = body.to_bytes();
    upstream.note(exchange.clone());
    if let Some(observer) = upstream.shared.observer.get() {
        observer.after(&exchange, &body);
    }
    match fault {
        Some(Fault::CrashAfter) => return upstream.crash().await,
        Some(Fault::LostReply) => return cut(),
        _ => {}
    }
    if exchange.method == Method::GET {
        let key = format!("{} {accept:?}", exchange.path);
        let reply = Reply {
            status: parts.status,
            body: body.clone(),
        };
        let what = what(&exchange, &body);
        let stale = upstream.ledger(|ledger| ledger.read(&key, &what, &reply));
        if let Some(stale) = stale {
            return json(stale.status, Body::from(stale.body));
        }
    }
    Response::from_parts(parts, Body::from(body))
}

impl Upstream {
    fn ledger<T>(&self, work: impl FnOnce(&mut Ledger) -> T) -> T {
        work(&mut self.shared.ledger.lock().unwrap())
    }

    fn fault_at(&self, exchange: &Exchange, body: &[u8]) -> Option<Fault> {
        if !exchange.is_write() || exchange.is_event() {
            return None;
        }
        let what = what(exchange, body);
        self.ledger(|ledger| ledger.meet(Class::Write, &what))
    }

    async fn send(
        &self,
        mut parts: Parts,
        exchange: &Exchange,
        body: Bytes,
    ) -> kube::Result<Response<kube::client::Body>> {
        parts.uri = exchange.path.parse().unwrap();
        parts.headers.remove("host");
        parts.headers.remove("accept-encoding");
        for (name, value) in [
            ("impersonate-user", self.user.as_str()),
            ("impersonate-group", "system:serviceaccounts"),
            ("impersonate-group", "system:authenticated"),
        ] {
            parts
                .headers
                .append(name, HeaderValue::from_str(value).unwrap());
        }
        let body = kube::client::Body::from(body.to_vec());
        self.client.send(Request::from_parts(parts, body)).await
    }

    /// Passes on the events of a watch one by one.
    fn watch(&self, exchange: &Exchange, body: Body) -> Body {
        let (mut to_operator, events) = mpsc::channel::<Result<Bytes, axum::Error>>(1);
        let (upstream, watch) = (self.clone(), exchange.right());
        let mut chunks = body.into_data_stream();
        tokio::spawn(async move {
            let mut buffer = Vec::new();
            // Ends when the operator hangs up or the API server does.
            while let Some(Ok(chunk)) = chunks.next().await {
                buffer.extend_from_slice(&chunk);
                while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = buffer.drain(..=end).collect();
                    match upstream.fault_at_frame(&watch, &line) {
                        Some(Fault::Dropped) => continue,
                        Some(fault) => {
                            if fault == Fault::Frozen {
                                tokio::time::sleep(FROZEN).await;
                            }
                            let broken = axum::Error::new(std::io::Error::other("cut by the test"));
                            let _ = to_operator.send(Err(broken)).await;
                            return;
                        }
                        None => {}
                    }
                    if to_operator.send(Ok(line.into())).await.is_err() {
                        return;
                    }
                }
            }
        });
        Body::from_stream(events)
    }

    fn fault_at_frame(&self, watch: &str, line: &[u8]) -> Option<Fault> {
        let frame: Value = serde_json::from_slice(line).ok()?;
        let name = frame["object"]["metadata"]["name"].as_str()?;
        let what = format!("{watch} {} {}", frame["type"].as_str()?, plain(name));
        self.ledger(|ledger| ledger.meet(Class::Frame, &what))
    }

    fn note(&self, exchange: Exchange) {
        self.shared.exchanges.lock().unwrap().push(exchange);
    }

    /// Nobody is left to answer.
    async fn crash(&self) -> Response {
        let crash = self.shared.crash.get();
        crash.expect("the plan crashes an operator")();
        std::future::pending().await
    }
}

/// Verb, resource and name.
fn what(exchange: &Exchange, body: &[u8]) -> String {
    let name = exchange.name().map(str::to_owned).or_else(|| {
        let body: Value = serde_json::from_slice(body).ok()?;
        Some(body["metadata"]["name"].as_str()?.to_owned())
    });
    format!("{} {}", exchange.right(), plain(&name.unwrap_or_default()))
}

/// Breaks the connection instead of answering.
fn cut() -> Response {
    let broken = std::io::Error::other("cut by the test");
    let body = futures::stream::iter([Err::<Bytes, _>(broken)]);
    Response::new(Body::from_stream(body))
}

fn json(status: StatusCode, body: Body) -> Response {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(body)
        .unwrap()
}

fn refusal(status: StatusCode) -> Response {
    let reason = match status {
        StatusCode::CONFLICT => "Conflict",
        StatusCode::UNPROCESSABLE_ENTITY => "Invalid",
        StatusCode::TOO_MANY_REQUESTS => "TooManyRequests",
        StatusCode::INTERNAL_SERVER_ERROR => "InternalError",
        _ => "ServiceUnavailable",
    };
    let body = serde_json::json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure",
        "message": format!("refused by the test with {status}"),
        "reason": reason, "code": status.as_u16(),
    });
    let mut answer = json(status, Body::from(body.to_string()));
    if status == StatusCode::TOO_MANY_REQUESTS {
        answer
            .headers_mut()
            .insert("retry-after", HeaderValue::from_static("1"));
    }
    answer
}
