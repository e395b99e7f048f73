//! Calls to other services.
//!
//! Each call carries a token for its callee, the trace, and a deadline. A call that may be
//! repeated is tried again on another attempt when the first one certainly or possibly got lost,
//! as long as the callee's retry budget lasts; a callee that keeps failing is left alone for a
//! moment (breaker), so that its failure costs its callers no waiting.

mod breaker;
mod budget;
mod error;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};
use topology::Service;

use crate::{
    auth::{Caller, InternalKeys, Subject},
    telemetry,
};

use breaker::Breaker;
use budget::Budget;
pub use error::CallError;

/// Time for one attempt unless the call says otherwise.
const DEADLINE: Duration = Duration::from_secs(2);
/// Attempts of a call that may be repeated.
const ATTEMPTS: u32 = 3;
/// Pause before a repetition.
const PAUSE: Duration = Duration::from_millis(25);
/// Largest answer taken, in bytes.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;

/// Calls one service. Cheap to clone; clones share connections, budget and breaker.
#[derive(Clone, Debug)]
pub struct Client {
    callee: Service,
    base: Arc<str>,
    http: reqwest::Client,
    keys: InternalKeys,
    breaker: Arc<Breaker>,
    budget: Arc<Budget>,
}

impl Client {
    /// A client for `callee` at `base`, for example `http://catalog:8080`.
    pub fn new(callee: Service, base: &str, keys: InternalKeys) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_millis(500))
            .pool_idle_timeout(Duration::from_secs(20))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            // Images have no CA bundle, and traffic inside the cluster is plain or a mesh's.
            .tls_certs_only([])
            .build()?;
        Ok(Self {
            callee,
            base: base.trim_end_matches('/').into(),
            http,
            keys,
            breaker: Arc::default(),
            budget: Arc::default(),
        })
    }

    /// The service that is called.
    pub fn callee(&self) -> Service {
        self.callee
    }

    /// A read; may be repeated.
    pub fn get(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::GET, path).idempotent()
    }

    /// A write; repeated only after [`Call::idempotent`] or [`Call::key`].
    pub fn post(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::POST, path)
    }

    /// Any other call.
    pub fn call(&self, method: Method, path: impl Into<String>) -> Call<'_> {
        Call {
            client: self,
            method,
            path: path.into(),
            subject: Subject::service(),
            roles: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            deadline: DEADLINE,
            idempotent: false,
        }
    }
}

/// A call that is being put together.
#[derive(Debug)]
pub struct Call<'a> {
    client: &'a Client,
    method: Method,
    path: String,
    subject: Subject,
    roles: Vec<String>,
    headers: HeaderMap,
    body: Option<Result<Vec<u8>, serde_json::Error>>,
    deadline: Duration,
    idempotent: bool,
}

impl Call<'_> {
    /// Calls for the same subject as the request that led here.
    #[must_use]
    pub fn on_behalf_of(mut self, caller: &Caller) -> Self {
        self.subject = caller.subject.clone();
        self.roles.clone_from(&caller.roles);
        self
    }

    /// Calls for a subject.
    #[must_use]
    pub fn subject(mut self, subject: Subject) -> Self {
        self.subject = subject;
        self
    }

    /// Sends a JSON body.
    #[must_use]
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.body = Some(serde_json::to_vec(body));
        self
    }

    /// Sends these bytes, which are JSON already: what was signed must not be written anew.
    #[must_use]
    pub fn json_bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(Ok(body.into()));
        self
    }

    /// Sends a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(value) => {
                self.headers.insert(name, value);
            }
            Err(error) => tracing::error!(name, %error, "a header was not sent"),
        }
        self
    }

    /// Says that the callee answers a repetition like the first time.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Sends an `Idempotency-Key`, which makes the call one that may be repeated.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(key) {
            self.headers.insert("idempotency-key", value);
            self.idempotent = true;
        } else {
            tracing::error!(
                key,
                "an idempotency key is no header value and was not sent"
            );
        }
        self
    }

    /// Sends the call one time only, even with a key: for calls after which asking is better than
    /// repeating.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.idempotent = false;
        self
    }

    /// Time for each attempt; 2 s without this.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sends the call and reads the answer as a `T`.
    pub async fn send<T: DeserializeOwned>(self) -> Result<T, CallError> {
        self.send_with_status().await.map(|(_, answer)| answer)
    }

    /// Like [`Call::send`], with the status of the success.
    pub async fn send_with_status<T: DeserializeOwned>(self) -> Result<(StatusCode, T), CallError> {
        let callee = self.client.callee;
        let (status, body) = self.run().await?;
        let answer = serde_json::from_slice(&body).map_err(|error| CallError::Unreadable {
            callee,
            reason: error.to_string(),
        })?;
        Ok((status, answer))
    }

    /// Sends the call and cares only whether it succeeded.
    pub async fn send_for_status(self) -> Result<StatusCode, CallError> {
        self.run().await.map(|(status, _)| status)
    }

    async fn run(mut self) -> Result<(StatusCode, Vec<u8>), CallError> {
        let callee = self.client.callee;
        let body = self
            .body
            .take()
            .transpose()
            .map_err(|error| CallError::Unreadable {
                callee,
                reason: format!("the request cannot be written: {error}"),
            })?;
        let mut attempt = 1;
        loop {
            let error = match self.attempt(body.as_deref()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let again = self.idempotent
                && attempt < ATTEMPTS
                && error.may_be_repeated()
                && self.client.budget.withdraw();
            if !again {
                return Err(error);
            }
            tracing::info!(%callee, path = self.path, attempt, %error, "call repeated");
            tokio::time::sleep(PAUSE * attempt).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, body: Option<&[u8]>) -> Result<(StatusCode, Vec<u8>), CallError> {
        let Client {
            callee,
            breaker,
            budget,
            ..
        } = self.client;
        let callee = *callee;
        let permit = breaker
            .permit(Instant::now())
            .ok_or(CallError::Resting { callee })?;
        budget.deposit();
        let result = match tokio::time::timeout(self.deadline, self.exchange(body)).await {
            Ok(result) => result,
            Err(_) => Err(CallError::Timeout {
                callee,
                after: self.deadline,
            }),
        };
        match &result {
            Err(error) if error.is_failure_of_callee() => permit.failed(Instant::now()),
            _ => permit.succeeded(),
        }
        result
    }

    async fn exchange(&self, body: Option<&[u8]>) -> Result<(StatusCode, Vec<u8>), CallError> {
        let callee = self.client.callee;
        let unreachable = |error: reqwest::Error| {
            let reason = error::innermost(&error);
            if error.is_connect() {
                CallError::NotConnected { callee, reason }
            } else {
                CallError::Unreachable { callee, reason }
            }
        };
        let token = self
            .client
            .keys
            .sign(callee, &self.subject, &self.roles)
            .ok_or(CallError::NoKey { callee })?;
        let mut headers = self.headers.clone();
        telemetry::inject(&mut headers);
        let mut request = self
            .client
            .http
            .request(
                self.method.clone(),
                format!("{}{}", self.client.base, self.path),
            )
            .bearer_auth(token)
            .headers(headers);
        if let Some(body) = body {
            request = request
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.to_vec());
        }
        let mut response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let mut answer = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if answer.len() + chunk.len() > LARGEST_ANSWER {
                return Err(CallError::Unreadable {
                    callee,
                    reason: format!("the answer has more than {LARGEST_ANSWER} bytes"),
                });
            }
            answer.extend_from_slice(&chunk);
        }
        if status.is_success() {
            return Ok((status, answer));
        }
        Err(match serde_json::from_slice(&answer) {
            Ok(problem) => CallError::Refused {
                callee,
                problem: Box::new(problem),
            },
            Err(_) if status.is_server_error() => CallError::Unreachable {
                callee,
                reason: format!("it answered {status}"),
            },
            Err(error) => CallError::Unreadable {
                callee,
                reason: format!("it answered {status} and no problem: {error}"),
            },
        })
    }
}
