//! Errors on the wire: RFC 9457 problem details with a closed set of codes.

mod code;

use std::{fmt, sync::Arc, time::Duration};

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::telemetry;

pub use code::Code;

/// One thing wrong with the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the body, or `#query/<name>`, `#path/<name>`, `#header/<name>`.
    pub pointer: String,
    /// For programs, for example `unknown_field` or `out_of_range`.
    pub code: String,
    /// For people: what is wrong and what to do.
    pub detail: String,
}

/// The body of a problem as it crosses the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct Document {
    /// `urn:localmart:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub code: Code,
    pub detail: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Finds the request in logs and traces.
    #[serde(default)]
    pub trace_id: String,
    /// Members that only some codes have, for example `lines` of `out_of_stock`. Left out of the
    /// description, which admits further members anyway.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Map<String, Value>,
}

/// An answer that is an error. Handlers return it as `Err`.
#[derive(Clone, Debug)]
pub struct Problem(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    code: Code,
    detail: String,
    errors: Vec<FieldError>,
    extra: Map<String, Value>,
    retry_after: Option<Duration>,
    allow: Option<HeaderValue>,
    cause: Option<Arc<sqlx::Error>>,
}

impl Problem {
    /// A problem; `detail` tells a person what happened, why, and what to do.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            extra: Map::new(),
            retry_after: None,
            allow: None,
            cause: None,
        }))
    }

    /// `not_found`; also the answer to a thing that belongs to somebody else.
    pub fn not_found(what: impl fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("There is no {what}."))
    }

    /// `validation_failed` with one wrong field.
    pub fn invalid(
        pointer: impl Into<String>,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        let mut errors = FieldErrors::default();
        errors.push(pointer, code, detail);
        errors.into()
    }

    /// `internal`: logs the error now and tells the client no more than the trace id.
    pub fn internal(error: impl fmt::Display) -> Self {
        tracing::error!(error = %error, "unexpected error");
        Self::new(
            Code::Internal,
            "The request could not be handled. Nothing is known to be wrong with it; try again \
             later and quote the trace id if it stays.",
        )
    }

    /// `unavailable`, worth repeating after `retry_after`.
    pub fn unavailable(detail: impl Into<String>, retry_after: Duration) -> Self {
        Self::new(Code::Unavailable, detail).retry_after(retry_after)
    }

    /// Adds one wrong field.
    #[must_use]
    pub fn with_error(
        mut self,
        pointer: impl Into<String>,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        self.0.errors.push(FieldError {
            pointer: pointer.into(),
            code: code.into(),
            detail: detail.into(),
        });
        self
    }

    /// Adds a member that only this code has. A value that cannot be written as JSON is left out.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(value) => {
                self.0.extra.insert(name.to_owned(), value);
            }
            Err(error) => tracing::error!(%error, member = name, "a problem lost a member"),
        }
        self
    }

    /// Sets `Retry-After`, in whole seconds, at least one.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.0.retry_after = Some(after);
        self
    }

    /// Sets `Allow`, for `method_not_allowed`.
    #[must_use]
    pub fn allow(mut self, methods: HeaderValue) -> Self {
        self.0.allow = Some(methods);
        self
    }

    /// The code.
    pub const fn code(&self) -> Code {
        self.0.code
    }

    /// HTTP status.
    pub const fn status(&self) -> StatusCode {
        self.0.code.status()
    }

    /// Text for people.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The database error behind it, so that a transaction can be repeated.
    pub fn database_error(&self) -> Option<&sqlx::Error> {
        self.0.cause.as_deref()
    }

    /// The body that will be sent, with the trace id of the current span.
    pub fn document(&self) -> Document {
        Document {
            kind: format!("urn:localmart:problem:{}", self.0.code),
            title: self.0.code.title().to_owned(),
            status: self.0.code.status().as_u16(),
            code: self.0.code,
            detail: self.0.detail.clone(),
            errors: self.0.errors.clone(),
            trace_id: telemetry::trace_id(),
            extra: self.0.extra.clone(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.detail)?;
        for error in &self.0.errors {
            write!(f, " [{} {}: {}]", error.pointer, error.code, error.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = self.document();
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = (
            self.status(),
            [
                (header::CONTENT_TYPE, "application/problem+json"),
                (header::CACHE_CONTROL, "no-store"),
            ],
            body,
        )
            .into_response();
        let headers = response.headers_mut();
        if let Some(after) = self.0.retry_after {
            headers.insert(header::RETRY_AFTER, after.as_secs().max(1).into());
        }
        if let Some(methods) = self.0.allow {
            headers.insert(header::ALLOW, methods);
        }
        if self.0.code == Code::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // The request log picks it up from here.
        response.extensions_mut().insert(self.0.code);
        response
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        let mut problem = match &error {
            sqlx::Error::PoolTimedOut
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => {
                tracing::warn!(%error, "the database cannot be reached");
                Self::unavailable(
                    "The database cannot be reached at the moment. Try again.",
                    Duration::from_secs(1),
                )
            }
            sqlx::Error::Database(cause) if crate::postgres::is_transient(cause.as_ref()) => {
                Self::unavailable(
                    "The database was too busy to answer. Try again.",
                    Duration::from_secs(1),
                )
            }
            _ => Self::internal(&error),
        };
        problem.0.cause = Some(Arc::new(error));
        problem
    }
}

/// Collects what is wrong with a request, so that all of it is told at once.
#[derive(Clone, Debug, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Adds an error.
    pub fn push(
        &mut self,
        pointer: impl Into<String>,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.0.push(FieldError {
            pointer: pointer.into(),
            code: code.into(),
            detail: detail.into(),
        });
    }

    /// Adds an error unless `holds`.
    pub fn check(&mut self, holds: bool, pointer: &str, code: &str, detail: impl Into<String>) {
        if !holds {
            self.push(pointer, code, detail);
        }
    }

    /// `Err` with all that was collected, if anything was.
    pub fn finish(self) -> Result<(), Problem> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.into())
        }
    }
}

impl From<FieldErrors> for Problem {
    fn from(errors: FieldErrors) -> Self {
        let detail = match errors.0.as_slice() {
            [only] => only.detail.clone(),
            several => format!("{} things are wrong with the request.", several.len()),
        };
        let mut problem = Self::new(Code::ValidationFailed, detail);
        problem.0.errors = errors.0;
        problem
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_reads_back_with_its_extra_members() {
        let problem =
            Problem::new(Code::OutOfStock, "Too few mugs are left.").with("lines", [1, 2]);
        let json = serde_json::to_string(&problem.document()).expect("a document is serialisable");
        let read: Document = serde_json::from_str(&json).expect("and readable");
        assert_eq!(read.code, Code::OutOfStock);
        assert_eq!(read.status, 409);
        assert_eq!(read.kind, "urn:localmart:problem:out_of_stock");
        assert_eq!(read.extra["lines"], serde_json::json!([1, 2]));
    }

    #[test]
    fn collected_errors_become_one_problem() {
        let mut errors = FieldErrors::default();
        errors.check(true, "/a", "x", "never");
        assert!(errors.clone().finish().is_ok());
        errors.check(false, "/qty", "out_of_range", "qty must be 1 to 10.");
        let problem = errors.finish().expect_err("one error was collected");
        assert_eq!(problem.detail(), "qty must be 1 to 10.");
        assert_eq!(problem.document().errors[0].pointer, "/qty");
    }
}
