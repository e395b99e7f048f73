//! The calls of one service to another one.

use std::{net::Ipv4Addr, sync::Arc};

use anyhow::Result;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use chassis::Service;
use http::{HeaderValue, StatusCode, header};
use tokio::net::TcpListener;

use super::steps::{Moment, Steps, Trap};

/// Largest body passed on, in bytes.
const LARGEST: usize = 8 * 1024 * 1024;

#[derive(Debug)]
struct Way {
    caller: Service,
    callee: Service,
    to: String,
    http: reqwest::Client,
    steps: Arc<Steps>,
}

/// Opens a way from `caller` to `callee`, which is reached at `to`. Gives the base URL for the
/// caller.
pub(super) async fn open(
    caller: Service,
    callee: Service,
    to: String,
    steps: Arc<Steps>,
) -> Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let http = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        // A killed process leaves no connection behind that looks alive.
        .pool_max_idle_per_host(0)
        .build()?;
    let way = Way {
        caller,
        callee,
        to,
        http,
        steps,
    };
    let router = Router::new().fallback(pass).with_state(Arc::new(way));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(format!("http://{address}"))
}

async fn pass(State(way): State<Arc<Way>>, request: Request) -> Response {
    let what = format!(
        "{}: {} {}",
        way.callee,
        request.method(),
        shape(request.uri().path())
    );
    let trap = way.steps.pass(way.caller, what);
    let answered = match trap {
        None => way.forward(request, 1).await,
        Some(trap) => way.disturbed(request, trap).await,
    };
    answered.unwrap_or_else(|error| (StatusCode::BAD_GATEWAY, format!("{error:#}")).into_response())
}

impl Way {
    async fn disturbed(&self, request: Request, trap: Trap) -> Result<Response> {
        match trap.moment {
            Moment::Before => {
                trap.hold().await;
                Ok(StatusCode::BAD_GATEWAY.into_response())
            }
            Moment::After => {
                let answer = self.forward(request, 1).await;
                trap.hold().await;
                answer
            }
            Moment::Twice => {
                trap.fire();
                self.forward(request, 2).await
            }
            Moment::Refused | Moment::Cut => {
                trap.fire();
                Ok(StatusCode::SERVICE_UNAVAILABLE.into_response())
            }
        }
    }

    /// Sends the request so many times and gives the last answer.
    async fn forward(&self, request: Request, times: usize) -> Result<Response> {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, LARGEST).await?;
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut headers = parts.headers;
        headers.remove(header::HOST);
        headers.remove(header::CONTENT_LENGTH);
        let send = || {
            self.http
                .request(parts.method.clone(), format!("{}{path}", self.to))
                .headers(headers.clone())
                .body(body.clone())
                .send()
        };
        for _ in 1..times {
            send().await?;
        }
        let answer = send().await?;
        let status = answer.status();
        let mut headers = answer.headers().clone();
        headers.remove(header::TRANSFER_ENCODING);
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        let mut response = Response::new(Body::from(answer.bytes().await?));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

/// A path with its ids taken out, so that the same step of two purchases has one name.
fn shape(path: &str) -> String {
    let parts = path.split('/').map(|part| {
        let is_id = part.len() == 36 || part.starts_with("LM-");
        if is_id { "*" } else { part }
    });
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_no_part_of_a_steps_name() {
        let path = "/internal/v1/reservations/0192f3a8-0000-7000-8000-000000000000/commit";
        assert_eq!(shape(path), "/internal/v1/reservations/*/commit");
    }
}
