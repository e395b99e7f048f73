//! What stands between the services: the Kubernetes Service of one of them.

use std::{
    future::pending,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    response::Response,
};
use http::{HeaderValue, StatusCode, header};
use tokio::{net::TcpSocket, sync::oneshot, task::JoinHandle};

use super::Replica;

/// Largest body passed on, in bytes.
const LARGEST: usize = 8 * 1024 * 1024;

/// Passes calls to the live replicas of a service in turn. Without any it refuses connections.
#[derive(Debug)]
pub(crate) struct Front {
    address: SocketAddr,
    shared: std::sync::Arc<Shared>,
    serving: Mutex<Option<JoinHandle<()>>>,
    /// Keeps the port for this front while nobody listens on it.
    _port: TcpSocket,
}

#[derive(Debug)]
struct Shared {
    http: reqwest::Client,
    replicas: Mutex<Replicas>,
    trap: Mutex<Option<Trap>>,
    /// Every call so far, for example `POST /internal/v1/intents`.
    calls: Mutex<Vec<String>>,
}

#[derive(Debug, Default)]
struct Replicas {
    live: Vec<Replica>,
    turn: usize,
}

/// When a call is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// The callee never sees it.
    Before,
    /// The callee has answered; its caller never sees the answer.
    After,
}

#[derive(Debug)]
struct Trap {
    path: &'static str,
    moment: Moment,
    fired: oneshot::Sender<()>,
    release: oneshot::Receiver<()>,
}

impl Trap {
    /// Holds the call until it is released, or for ever.
    async fn hold(self) {
        // Nobody waits when the test has failed already.
        let _ = self.fired.send(());
        if self.release.await.is_err() {
            pending::<()>().await;
        }
    }
}

/// A call that is to be stopped.
#[derive(Debug)]
pub(crate) struct Stopped {
    fired: oneshot::Receiver<()>,
    release: oneshot::Sender<()>,
}

/// A call that was stopped. It hangs unless it is released.
#[derive(Debug)]
pub(crate) struct Held(oneshot::Sender<()>);

impl Stopped {
    /// Waits for the call.
    pub(crate) async fn wait(self) -> Held {
        let patience = std::time::Duration::from_secs(10);
        match tokio::time::timeout(patience, self.fired).await {
            Ok(Ok(())) => Held(self.release),
            _ => panic!("the call that was to be stopped did not come within {patience:?}"),
        }
    }
}

impl Held {
    /// Lets the call go on, late, whether or not its caller still waits.
    pub(crate) fn release(self) {
        self.0.send(()).expect("the call is still held");
    }
}

impl Front {
    /// A front on a free port, without replicas.
    pub(super) fn open() -> Self {
        let port = bind(SocketAddr::from(([127, 0, 0, 1], 0)));
        let http = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .build()
            .expect("a client without special wishes");
        Self {
            address: port.local_addr().expect("a bound port has an address"),
            _port: port,
            shared: std::sync::Arc::new(Shared {
                http,
                replicas: Mutex::default(),
                trap: Mutex::default(),
                calls: Mutex::default(),
            }),
            serving: Mutex::default(),
        }
    }

    /// Base URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Base URLs of the replicas, to talk to one of them.
    pub(crate) fn replicas(&self) -> Vec<String> {
        let replicas = lock(&self.shared.replicas);
        replicas
            .live
            .iter()
            .map(|replica| replica.url().to_owned())
            .collect()
    }

    /// Stops the next call whose method and path are like `POST /internal/v1/intents`, where `*`
    /// stands for one part of the path.
    pub(crate) fn stop_next(&self, path: &'static str, moment: Moment) -> Stopped {
        let (fire, fired) = oneshot::channel();
        let (release, released) = oneshot::channel();
        *lock(&self.shared.trap) = Some(Trap {
            path,
            moment,
            fired: fire,
            release: released,
        });
        Stopped { fired, release }
    }

    /// How many calls like `path` there have been, those that were stopped among them.
    pub(crate) fn calls(&self, path: &str) -> usize {
        let calls = lock(&self.shared.calls);
        calls.iter().filter(|call| like(call, path)).count()
    }

    pub(super) fn add(&self, replica: Replica) {
        lock(&self.shared.replicas).live.push(replica);
        if lock(&self.serving).is_some() {
            return;
        }
        let listener = bind(self.address)
            .listen(1024)
            .expect("the front's own port");
        let router = Router::new()
            .fallback(pass)
            .with_state(std::sync::Arc::clone(&self.shared));
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                panic!("a front cannot serve: {error}");
            }
        });
        *lock(&self.serving) = Some(serving);
    }

    /// Ends all replicas; connections are refused until there is another one.
    pub(super) async fn kill_all(&self) {
        let serving = lock(&self.serving).take();
        if let Some(serving) = serving {
            serving.abort();
            // The port is free once the task is gone.
            let _ = serving.await;
        }
        lock(&self.shared.replicas).live.clear();
    }
}

impl Shared {
    fn next_replica(&self) -> Option<String> {
        let mut replicas = lock(&self.replicas);
        replicas.turn = replicas.turn.wrapping_add(1);
        let count = replicas.live.len();
        let turn = replicas.turn.checked_rem(count)?;
        Some(replicas.live[turn].url().to_owned())
    }

    /// The trap, if this call falls into it at this moment.
    fn trapped(&self, call: &str, moment: Moment) -> Option<Trap> {
        let mut trap = lock(&self.trap);
        let matches = trap
            .as_ref()
            .is_some_and(|trap| trap.moment == moment && like(call, trap.path));
        if matches { trap.take() } else { None }
    }
}

async fn pass(State(shared): State<std::sync::Arc<Shared>>, request: Request) -> Response {
    // In a task of its own: the call goes on when its caller no longer waits.
    let passing = tokio::spawn(async move { pass_on(&shared, request).await });
    passing.await.expect("a front does not panic")
}

async fn pass_on(shared: &Shared, request: Request) -> Response {
    let call = format!("{} {}", request.method(), request.uri().path());
    lock(&shared.calls).push(call.clone());
    if let Some(trap) = shared.trapped(&call, Moment::Before) {
        trap.hold().await;
    }
    let answer = forward(shared, request).await;
    if let Some(trap) = shared.trapped(&call, Moment::After) {
        trap.hold().await;
    }
    answer.unwrap_or_else(|reason| {
        let mut broken = Response::new(Body::from(reason));
        *broken.status_mut() = StatusCode::BAD_GATEWAY;
        broken
    })
}

async fn forward(shared: &Shared, request: Request) -> Result<Response, String> {
    let replica = shared.next_replica().ok_or("no replica")?;
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, LARGEST)
        .await
        .map_err(|error| error.to_string())?;
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut headers = parts.headers;
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    let answer = shared
        .http
        .request(parts.method, format!("{replica}{path}"))
        .headers(headers)
        .body(body)
        .send()
        .await
        .map_err(|error| error.to_string())?;
    let status = answer.status();
    let mut headers = answer.headers().clone();
    let is_stream = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == "text/event-stream");
    let body = if is_stream {
        Body::from_stream(answer.bytes_stream())
    } else {
        let bytes: Bytes = answer.bytes().await.map_err(|error| error.to_string())?;
        Body::from(bytes)
    };
    headers.remove(header::TRANSFER_ENCODING);
    // A caller makes a new connection for each call, so that it meets a closed port at once.
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// A socket on `address` that shares the port with others of this process. Connections go to the
/// one that listens, and are refused when none does.
fn bind(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseport(true).expect("a port can be shared");
    socket
        .bind(address)
        .expect("a port on the loopback interface");
    socket
}

/// Whether `call` is like `pattern`, where `*` stands for one part.
fn like(call: &str, pattern: &str) -> bool {
    let (mut call, mut pattern) = (call.split('/'), pattern.split('/'));
    loop {
        match (call.next(), pattern.next()) {
            (None, None) => return true,
            (Some(part), Some(wanted)) if wanted == "*" || wanted == part => {}
            _ => return false,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_part() {
        assert!(like("POST /a/7/b", "POST /a/*/b"));
        assert!(!like("POST /a/7/8/b", "POST /a/*/b"));
        assert!(!like("GET /a/7/b", "POST /a/*/b"));
    }
}
