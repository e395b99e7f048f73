//! Passes requests on to the service that answers them.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter, on},
};
use chassis::{Code, InternalKeys, Problem, Service, auth::Subject, telemetry};
use futures::StreamExt;
use http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use tokio_util::sync::CancellationToken;

use crate::{Gateway, api, identity::Identity, routes::Route};

/// Largest body taken from outside, in bytes: the largest request of the API is a page of text.
const LARGEST_BODY: usize = 64 * 1024;
/// Time for an answer. Longer than the slowest payment that still counts as one.
const DEADLINE: Duration = Duration::from_secs(30);
const CONNECT: Duration = Duration::from_millis(500);

/// What a service may know of the request; everything else stays here.
const REQUEST_HEADERS: [HeaderName; 7] = [
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::CONTENT_TYPE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("last-event-id"),
];
/// Pauses before a connection is tried again.
const CONNECT_AGAIN: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_millis(900),
];

/// What the client may know of the answer.
const RESPONSE_HEADERS: [HeaderName; 10] = [
    header::ALLOW,
    header::CACHE_CONTROL,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::ETAG,
    header::LOCATION,
    header::RETRY_AFTER,
    header::VARY,
    HeaderName::from_static("idempotent-replayed"),
];

/// The services that the storefront calls. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Upstreams {
    http: reqwest::Client,
    keys: InternalKeys,
    bases: Arc<HashMap<Service, String>>,
    /// Time for an answer; of one that streams, for its beginning.
    deadline: Duration,
}

impl Upstreams {
    pub(crate) fn new(
        bases: &[(Service, String)],
        keys: InternalKeys,
    ) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            // Images have no CA bundle, and traffic inside the cluster is plain or a mesh's.
            .tls_certs_only([])
            .build()?;
        Ok(Self {
            http,
            keys,
            bases: Arc::new(bases.iter().cloned().collect()),
            deadline: DEADLINE,
        })
    }

    /// Sends a request to `service` for `subject` and returns its answer as it comes. Where no
    /// connection is to be had, nothing was sent: it is tried again, whatever the method, because a
    /// pod that is being replaced or was just made ready is reached a moment later.
    pub(crate) async fn send(
        &self,
        service: Service,
        subject: &Subject,
        method: Method,
        path_and_query: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<reqwest::Response, Problem> {
        let mut pauses = CONNECT_AGAIN.into_iter();
        loop {
            let request =
                self.request(service, subject, method.clone(), path_and_query, headers)?;
            let answer = request
                .timeout(self.deadline)
                .body(body.clone())
                .send()
                .await;
            match (answer, pauses.next()) {
                (Err(error), Some(pause)) if error.is_connect() => {
                    tracing::debug!(%error, %service, "no connection; trying again");
                    tokio::time::sleep(pause).await;
                }
                (answer, _) => return answer.map_err(|error| no_answer(service, &error)),
            }
        }
    }

    /// As [`Upstreams::send`] for an answer that goes on for as long as both ends like: only its
    /// beginning has a deadline.
    async fn open(
        &self,
        service: Service,
        subject: &Subject,
        path_and_query: &str,
        headers: &HeaderMap,
    ) -> Result<reqwest::Response, Problem> {
        let request = self.request(service, subject, Method::GET, path_and_query, headers)?;
        match tokio::time::timeout(self.deadline, request.send()).await {
            Ok(answer) => answer.map_err(|error| no_answer(service, &error)),
            Err(_) => Err(late(service)),
        }
    }

    fn request(
        &self,
        service: Service,
        subject: &Subject,
        method: Method,
        path_and_query: &str,
        headers: &HeaderMap,
    ) -> Result<reqwest::RequestBuilder, Problem> {
        let token = self.keys.sign(service, subject, &[]);
        let (Some(base), Some(token)) = (self.bases.get(&service), token) else {
            return Err(Problem::internal(format!(
                "the storefront does not know {service}"
            )));
        };
        let mut passed: HeaderMap = REQUEST_HEADERS
            .iter()
            .filter_map(|name| Some((name.clone(), headers.get(name)?.clone())))
            .collect();
        telemetry::inject(&mut passed);
        Ok(self
            .http
            .request(method, format!("{base}{path_and_query}"))
            .headers(passed)
            .bearer_auth(token))
    }
}

fn no_answer(service: Service, error: &reqwest::Error) -> Problem {
    tracing::warn!(error = %error, %service, "a service did not answer");
    if error.is_timeout() && !error.is_connect() {
        return late(service);
    }
    Problem::unavailable(
        format!("The {service} service cannot be reached at the moment. Try again."),
        Duration::from_secs(2),
    )
}

fn late(service: Service) -> Problem {
    Problem::new(
        Code::Timeout,
        format!(
            "The {service} service did not answer in time. Ask for the state before you repeat a write."
        ),
    )
}

/// The handler of a public route.
pub(crate) fn forward(route: Route) -> MethodRouter<Gateway> {
    let mut router = MethodRouter::new();
    for method in route.methods {
        if let Ok(filter) = MethodFilter::try_from(method.clone()) {
            router = router.merge(on(filter, move |state, request| {
                pass(route, state, request)
            }));
        }
    }
    router
}

async fn pass(
    route: Route,
    State(gateway): State<Gateway>,
    request: Request,
) -> Result<Response, Problem> {
    if has_dots(request.uri().path()) {
        return Err(not_public_at(request.uri()));
    }
    let identity = Identity::of(request.headers())?;
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, LARGEST_BODY)
        .await
        .map_err(|_| {
            Problem::new(
                Code::PayloadTooLarge,
                format!(
                    "The body is larger than the {LARGEST_BODY} bytes that are taken, or broke off."
                ),
            )
        })?;
    let begins_cart = parts.method == Method::POST && route.path == "/api/v1/carts";
    if begins_cart && matches!(identity, Identity::Unknown) {
        return api::carts::begin(&gateway, &parts.headers, body).await;
    }
    if route.streams {
        let (subject, path) = (identity.subject(), path_and_query(&parts.uri));
        let answer = gateway
            .upstreams
            .open(route.service, &subject, path, &parts.headers)
            .await?;
        return Ok(relay_until(answer, gateway.closing));
    }
    let answer = gateway
        .upstreams
        .send(
            route.service,
            &identity.subject(),
            parts.method,
            path_and_query(&parts.uri),
            &parts.headers,
            body,
        )
        .await?;
    Ok(relay(answer))
}

fn path_and_query(uri: &Uri) -> &str {
    uri.path_and_query()
        .map_or("/", http::uri::PathAndQuery::as_str)
}

/// The answer of a service as an answer to the client, without what is nobody else's business.
fn relay(answer: reqwest::Response) -> Response {
    with_body(
        &answer.headers().clone(),
        answer.status(),
        Body::from_stream(answer.bytes_stream()),
    )
}

/// As [`relay`], up to the end of this process: whoever reads a stream connects again, elsewhere.
fn relay_until(answer: reqwest::Response, closing: CancellationToken) -> Response {
    let (headers, status) = (answer.headers().clone(), answer.status());
    let stream = answer.bytes_stream().take_until(closing.cancelled_owned());
    with_body(&headers, status, Body::from_stream(stream))
}

fn with_body(headers: &HeaderMap, status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = answer_headers(headers);
    response
}

/// The headers of an answer that reach the client.
pub(crate) fn answer_headers(headers: &HeaderMap) -> HeaderMap {
    RESPONSE_HEADERS
        .iter()
        .filter_map(|name| Some((name.clone(), headers.get(name)?.clone())))
        .collect()
}

/// Whether a part of the path means "here" or "above", written plainly or encoded. The client would
/// resolve it, so that another path is asked for than the one that the table let through.
fn has_dots(path: &str) -> bool {
    path.split('/').any(|part| {
        let plain = part.replace("%2e", ".").replace("%2E", ".");
        plain == "." || plain == ".."
    })
}

/// Any path under `/api` that the table does not have, internal ones among them.
pub(crate) async fn not_public(uri: Uri) -> Response {
    not_public_at(&uri).into_response()
}

fn not_public_at(uri: &Uri) -> Problem {
    Problem::not_found(format_args!("public API at {}", uri.path()))
}

#[cfg(test)]
mod tests {
    use axum::{Router, routing::get};
    use chassis::testkit::keys;

    use super::*;

    /// A service whose answer comes in ten pieces, one every 20 ms.
    async fn drips() -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let drip = || async {
            let mut pause = tokio::time::interval(Duration::from_millis(20));
            let mut left = 10;
            let pieces = futures::stream::poll_fn(move |context| {
                if left == 0 {
                    return std::task::Poll::Ready(None);
                }
                pause.poll_tick(context).map(|_| {
                    left -= 1;
                    Some(Ok::<_, std::convert::Infallible>(Bytes::from_static(b"x")))
                })
            });
            Body::from_stream(pieces)
        };
        let router = Router::new().route("/drip", get(drip));
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    async fn upstreams() -> Upstreams {
        let bases = [(Service::Orders, drips().await)];
        let mut upstreams = Upstreams::new(&bases, keys().of(Service::Storefront)).unwrap();
        upstreams.deadline = Duration::from_millis(60);
        upstreams
    }

    async fn body(response: Response) -> Result<Bytes, axum::Error> {
        axum::body::to_bytes(response.into_body(), 100).await
    }

    #[tokio::test]
    async fn an_answer_that_streams_may_last_longer_than_the_deadline() {
        let upstreams = upstreams().await;
        let (nobody, none) = (Subject::service(), HeaderMap::new());
        let answer = upstreams
            .open(Service::Orders, &nobody, "/drip", &none)
            .await;
        let relayed = relay_until(answer.unwrap(), CancellationToken::new());
        assert_eq!(body(relayed).await.unwrap().len(), 10);

        let (get, nothing) = (Method::GET, Bytes::new());
        let answer = upstreams
            .send(Service::Orders, &nobody, get, "/drip", &none, nothing)
            .await;
        // Its beginning came in time, the rest did not.
        assert!(body(relay(answer.unwrap())).await.is_err());
    }

    #[tokio::test]
    async fn a_stream_ends_with_the_process() {
        let upstreams = upstreams().await;
        let closing = CancellationToken::new();
        let answer = upstreams
            .open(
                Service::Orders,
                &Subject::service(),
                "/drip",
                &HeaderMap::new(),
            )
            .await;
        let relayed = relay_until(answer.unwrap(), closing.clone());
        closing.cancel();
        assert!(body(relayed).await.unwrap().len() < 10);
    }
}
