//! Stands between the operator and the API server: counts requests, lends the operator the rights
//! of its ServiceAccount and no others, and can break in at a chosen write.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode},
    response::Response,
};
use http_body_util::BodyExt;
use kube::Client;
use tokio::{net::TcpListener, task::JoinHandle};

/// One request of the operator and the answer it got.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub method: Method,
    /// Path and query.
    pub path: String,
    pub status: StatusCode,
}

impl Exchange {
    /// Whether it may have changed something. Leases are renewed for ever and do not count.
    pub fn is_write(&self) -> bool {
        self.method != Method::GET && !self.path.contains("/leases")
    }

    /// Events tell of what happened; they are no part of the shop.
    pub fn is_event(&self) -> bool {
        self.path.contains("/events")
    }

    /// Verb, group and resource as in RBAC, for example `patch apps/deployments`.
    pub fn right(&self) -> String {
        let mut rights = self.rights();
        rights.remove(0)
    }

    /// Everything that this request needed: an apply that creates needs both verbs.
    pub fn rights(&self) -> Vec<String> {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let mut parts = path.trim_start_matches('/').split('/');
        let group = match parts.next() {
            Some("api") => "",
            _ => parts.next().unwrap_or_default(),
        };
        let mut rest: Vec<&str> = parts.skip(1).collect();
        if rest.first() == Some(&"namespaces") && rest.len() > 2 {
            rest.drain(..2);
        }
        let named = rest.len() > 1;
        let resource = match rest.as_slice() {
            [resource, _, subresource] => format!("{resource}/{subresource}"),
            [resource, ..] => (*resource).to_owned(),
            [] => String::new(),
        };
        let verb = match self.method {
            Method::GET if query.contains("watch=") => "watch",
            Method::GET if named => "get",
            Method::GET => "list",
            Method::POST => "create",
            Method::PATCH => "patch",
            Method::DELETE => "delete",
            _ => "update",
        };
        let target = match group {
            "" => resource,
            group => format!("{group}/{resource}"),
        };
        let mut rights = vec![format!("{verb} {target}")];
        if verb == "patch" && self.status == StatusCode::CREATED {
            rights.push(format!("create {target}"));
        }
        rights
    }
}

/// What happens at a chosen write.
#[derive(Clone)]
pub enum Interruption {
    /// The write is done, then this is called, and the answer never arrives.
    LostReply(Arc<dyn Fn() + Send + Sync>),
    /// The write is not done; the operator gets this status instead.
    Refused(StatusCode),
}

#[derive(Default)]
struct Shared {
    exchanges: Vec<Exchange>,
    writes: usize,
    /// At which write, counted from 1, and what.
    interruption: Option<(usize, Interruption)>,
    /// Every write gets this status instead of being done.
    refuse_all: Option<StatusCode>,
}

/// The proxy of one operator.
pub struct Proxy {
    pub address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
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
    shared: Arc<Mutex<Shared>>,
}

impl Proxy {
    /// Listens on a free loopback port and acts as `user`, a ServiceAccount.
    pub async fn start(client: Client, user: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::<Mutex<Shared>>::default();
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

    pub fn exchanges(&self) -> Vec<Exchange> {
        self.shared.lock().unwrap().exchanges.clone()
    }

    /// Everything the operator changed, events included.
    pub fn writes(&self) -> Vec<Exchange> {
        let mut exchanges = self.exchanges();
        exchanges.retain(Exchange::is_write);
        exchanges
    }

    /// Forgets what was counted, and any interruption that did not happen.
    pub fn reset(&self) {
        let mut shared = self.shared.lock().unwrap();
        *shared = Shared::default();
    }

    /// Breaks in at the `at`-th write from the last reset on, counted from 1.
    pub fn interrupt(&self, at: usize, interruption: Interruption) {
        self.shared.lock().unwrap().interruption = Some((at, interruption));
    }

    /// Refuses every write with this status; `None` ends it.
    pub fn refuse_writes(&self, status: Option<StatusCode>) {
        self.shared.lock().unwrap().refuse_all = status;
    }
}

async fn forward(State(upstream): State<Upstream>, request: Request) -> Response {
    let method = request.method().clone();
    let path = request.uri().path_and_query().unwrap().to_string();
    let mut exchange = Exchange {
        method,
        path,
        status: StatusCode::SERVICE_UNAVAILABLE,
    };
    let interruption = upstream.interruption_at(&exchange);
    if let Some(Interruption::Refused(status)) = interruption {
        exchange.status = status;
        upstream.note(exchange);
        return refusal(status);
    }

    let (mut parts, body) = request.into_parts();
    parts.uri = exchange.path.parse().unwrap();
    parts.headers.remove("host");
    for (name, value) in [
        ("impersonate-user", upstream.user.as_str()),
        ("impersonate-group", "system:serviceaccounts"),
        ("impersonate-group", "system:authenticated"),
    ] {
        parts
            .headers
            .append(name, HeaderValue::from_str(value).unwrap());
    }
    let body = body.collect().await.unwrap().to_bytes();
    let sent = upstream
        .client
        .send(Request::from_parts(
            parts,
            kube::client::Body::from(body.to_vec()),
        ))
        .await;
    let Ok(answer) = sent else {
        upstream.note(exchange);
        return refusal(StatusCode::SERVICE_UNAVAILABLE);
    };
    exchange.status = answer.status();
    upstream.note(exchange);
    if let Some(Interruption::LostReply(call)) = interruption {
        call();
        std::future::pending::<()>().await;
    }
    answer.map(Body::new)
}

impl Upstream {
    fn interruption_at(&self, exchange: &Exchange) -> Option<Interruption> {
        if !exchange.is_write() {
            return None;
        }
        let mut shared = self.shared.lock().unwrap();
        shared.writes += 1;
        if let Some(status) = shared.refuse_all {
            return Some(Interruption::Refused(status));
        }
        let (at, interruption) = shared.interruption.clone()?;
        (at == shared.writes).then_some(interruption)
    }

    fn note(&self, exchange: Exchange) {
        self.shared.lock().unwrap().exchanges.push(exchange);
    }
}

fn refusal(status: StatusCode) -> Response {
    let body = serde_json::json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure",
        "message": format!("refused by the test with {status}"),
        "reason": "Test", "code": status.as_u16(),
    });
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}
