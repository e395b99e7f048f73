//! Requests to a running service, as another service or the gateway makes them.

use http::{HeaderMap, Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use topology::Service;

use super::{keys, prepare};
use crate::{
    Running,
    auth::{InternalKeys, Subject},
    problem::Document,
};

/// A caller of a running service.
#[derive(Clone, Debug)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    /// Who calls whom, for whom; `None` sends no token.
    token: Option<(InternalKeys, Service, Subject)>,
    /// Roles in the token.
    roles: Vec<String>,
    headers: HeaderMap,
}

impl Api {
    /// Calls without a token, as from outside.
    pub fn anonymous(base: impl Into<String>) -> Self {
        prepare();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .tls_certs_only([])
            .build()
            .expect("a client without special wishes");
        Self {
            http,
            base: base.into(),
            token: None,
            roles: Vec::new(),
            headers: HeaderMap::new(),
        }
    }

    /// Calls `callee` as `caller`, on nobody's behalf.
    pub fn internal(running: &Running, caller: Service, callee: Service) -> Self {
        Self::internal_at(running.url(), caller, callee)
    }

    /// As [`Api::internal`], for a callee that is reached at `base`.
    pub fn internal_at(base: impl Into<String>, caller: Service, callee: Service) -> Self {
        let mut api = Self::anonymous(base);
        api.token = Some((keys().of(caller), callee, Subject::service()));
        api
    }

    /// The same caller on behalf of a customer.
    #[must_use]
    pub fn as_customer(&self, subject: &str) -> Self {
        let mut api = self.clone();
        if let Some((_, _, current)) = &mut api.token {
            *current = Subject::customer(subject);
        }
        api
    }

    /// The same caller, whose customer has a role.
    #[must_use]
    pub fn with_role(&self, role: &str) -> Self {
        let mut api = self.clone();
        api.roles.push(role.to_owned());
        api
    }

    /// The same caller of what is reached at `base`.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        let mut api = self.clone();
        base.clone_into(&mut api.base);
        api
    }

    /// The same caller with a header on every request.
    #[must_use]
    pub fn with(&self, name: &'static str, value: &str) -> Self {
        let mut api = self.clone();
        api.headers
            .insert(name, value.parse().expect("a header value"));
        api
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    /// Any request. Fails the test when no answer comes.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let response = self.open(method.clone(), path, body).await;
        let status = response.status();
        let headers = response.headers().clone();
        let body = match response.bytes().await {
            Ok(body) => body.to_vec(),
            Err(error) => panic!("{method} {path}: {status} and then {error:?}"),
        };
        Reply {
            request: format!("{method} {path}"),
            status,
            headers,
            body,
        }
    }

    /// As [`Api::send`], for an answer that is read as it comes.
    pub async fn open(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> reqwest::Response {
        let mut request = self
            .http
            .request(method.clone(), format!("{}{path}", self.base))
            .headers(self.headers.clone());
        if let Some((keys, callee, subject)) = &self.token {
            let token = keys
                .sign(*callee, subject, &self.roles)
                .expect("the topology has this call");
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        match request.send().await {
            Ok(response) => response,
            Err(error) => panic!("{method} {path}: {error:?}"),
        }
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    request: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    /// Fails unless the status is `expected`.
    #[track_caller]
    #[must_use]
    pub fn expect(self, expected: u16) -> Self {
        assert_eq!(
            self.status.as_u16(),
            expected,
            "{}: {}",
            self.request,
            self.text()
        );
        self
    }

    /// Fails unless it is a problem with this code and the status that goes with it.
    #[track_caller]
    pub fn expect_problem(self, code: &str) -> Document {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}: {}",
            self.request,
            self.text()
        );
        let document: Document = self.read();
        assert_eq!(
            document.code.as_str(),
            code,
            "{}: {}",
            self.request,
            self.text()
        );
        assert_eq!(document.status, self.status.as_u16());
        assert_eq!(document.status, document.code.status().as_u16());
        document
    }

    /// The body as a `T`.
    #[track_caller]
    pub fn read<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("{}: {error} in {}", self.request, self.text()),
        }
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        self.read()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}
