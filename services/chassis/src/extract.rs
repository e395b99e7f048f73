//! Reading requests. What cannot be read is answered with a problem that points at the place.

mod json;

use std::collections::HashSet;

use axum::{
    RequestPartsExt,
    extract::{FromRequestParts, OptionalFromRequestParts, RawPathParams},
};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::{Code, Problem};

pub use json::Json;

/// Path parameters as a `T`. One that cannot be read answers `not_found`: no such thing can exist.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<S, T> FromRequestParts<S> for Path<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match <axum::extract::Path<T> as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
        {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(rejection) => {
                let given: Vec<String> = match parts.extract::<RawPathParams>().await {
                    Ok(given) => given
                        .iter()
                        .map(|(name, text)| format!("{name} {text:?}"))
                        .collect(),
                    Err(_) => Vec::new(),
                };
                tracing::debug!(%rejection, "unreadable path");
                Err(Problem::new(
                    Code::NotFound,
                    format!("There is nothing with {}.", given.join(", ")),
                ))
            }
        }
    }
}

/// Query parameters as a `T`, which should carry `#[serde(deny_unknown_fields)]`.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<S, T> FromRequestParts<S> for Query<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        refuse_repeated(query)?;
        let pairs = url_pairs(query);
        let deserializer = serde_urlencoded::Deserializer::new(pairs);
        serde_path_to_error::deserialize(deserializer)
            .map(Self)
            .map_err(|error| {
                let text = error.inner().to_string();
                let name = json::named(&text).unwrap_or_else(|| error.path().to_string());
                let (code, detail) = json::explain(&name, &text);
                Problem::invalid(format!("#query/{name}"), code, detail)
            })
    }
}

fn url_pairs(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
}

/// A parameter given twice has no one meaning.
fn refuse_repeated(query: &str) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    for (name, _) in url_pairs(query) {
        if !seen.insert(name.clone()) {
            return Err(Problem::invalid(
                format!("#query/{name}"),
                "repeated",
                format!("The parameter {name:?} is given more than once; give it once."),
            ));
        }
    }
    Ok(())
}

/// The `Idempotency-Key` header: 1 to 128 visible ASCII characters. As an extractor it is
/// required; `Option<IdempotencyKey>` lets it be absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Longest key taken.
    pub const MAX: usize = 128;

    /// Takes a key, refusing one that is empty, too long or not visible ASCII.
    pub fn new(text: &str) -> Result<Self, Problem> {
        let fits = (1..=Self::MAX).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(Self(text.to_owned()));
        }
        Err(Problem::invalid(
            "#header/Idempotency-Key",
            "invalid_value",
            format!(
                "The Idempotency-Key must have 1 to {} visible ASCII characters; a random UUID \
                 serves well.",
                Self::MAX
            ),
        ))
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn idempotency_key(parts: &Parts) -> Result<Option<IdempotencyKey>, Problem> {
    parts
        .headers
        .get("idempotency-key")
        .map(|value| IdempotencyKey::new(value.to_str().unwrap_or_default()))
        .transpose()
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        idempotency_key(parts)?.ok_or_else(|| {
            Problem::new(
                Code::IdempotencyKeyRequired,
                "Send an Idempotency-Key header: a random text that stays the same when this \
                 request is repeated.",
            )
        })
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        idempotency_key(parts)
    }
}
