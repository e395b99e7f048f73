//! One connection, one request at a time.
//!
//! hyper's client without a pool: a load driver must not hide in which connection a request waits.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::TcpStream;

/// An open connection.
#[derive(Debug)]
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: HeaderValue,
}

/// An answer that is wholly there.
#[derive(Debug)]
pub struct Answer {
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// What to ask for.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    pub method: Method,
    pub path: &'a str,
    pub authorization: Option<&'a HeaderValue>,
    pub idempotency_key: Option<&'a str>,
    pub body: Option<Bytes>,
}

impl<'a> Ask<'a> {
    pub fn get(path: &'a str, authorization: Option<&'a HeaderValue>) -> Self {
        Self {
            method: Method::GET,
            path,
            authorization,
            idempotency_key: None,
            body: None,
        }
    }

    pub fn send(
        method: Method,
        path: &'a str,
        authorization: Option<&'a HeaderValue>,
        body: &Value,
    ) -> Self {
        Self {
            method,
            path,
            authorization,
            idempotency_key: None,
            body: Some(body.to_string().into()),
        }
    }
}

impl Connection {
    /// Connects. The task that moves the bytes runs on the current runtime.
    pub async fn open(to: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(to)
            .await
            .with_context(|| format!("nobody listens at {to}"))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self {
            sender,
            host: HeaderValue::from_str(&to.to_string())?,
        })
    }

    /// Asks and waits for all of the answer. Any status but a good one is an error: a figure that
    /// counts refusals says nothing.
    pub async fn ask(&mut self, ask: Ask<'_>) -> Result<Answer> {
        let mut request = Request::builder()
            .method(&ask.method)
            .uri(ask.path)
            .header(header::HOST, &self.host);
        if let Some(authorization) = ask.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        if let Some(key) = ask.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        if ask.body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = request.body(Full::new(ask.body.unwrap_or_default()))?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        if !good(parts.status) {
            let said = String::from_utf8_lossy(&body);
            bail!("{} {}: {}: {said}", ask.method, ask.path, parts.status);
        }
        Ok(Answer {
            headers: parts.headers,
            body,
        })
    }

    /// [`Connection::ask`], with the answer as JSON.
    pub async fn json<T: DeserializeOwned>(&mut self, ask: Ask<'_>) -> Result<T> {
        let shown = format!("{} {}", ask.method, ask.path);
        let answer = self.ask(ask).await?;
        serde_json::from_slice(&answer.body).with_context(|| shown)
    }
}

fn good(status: StatusCode) -> bool {
    status.is_success()
}

/// The value of `Authorization` for a token.
pub fn bearer(token: &str) -> Result<HeaderValue> {
    Ok(HeaderValue::from_str(&format!("Bearer {token}"))?)
}
