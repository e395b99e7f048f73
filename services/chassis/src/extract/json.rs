//! JSON bodies: unknown members are refused and every error carries a JSON pointer.

use std::fmt::Write;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};
use serde_path_to_error::{Path, Segment};

use crate::problem::{Code, Problem};

/// A JSON body, in either direction.
///
/// A body is refused when it is no JSON (415, 422), has a member that `T` does not know, even if
/// `T` itself would ignore it, or is larger than the service's limit (413). An empty body counts
/// as `{}`.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<S, T> FromRequest<S> for Json<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_json = says_json(request.headers());
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| unreadable(&rejection))?;
        if body.is_empty() {
            return parse(b"{}").map(Self);
        }
        if !is_json {
            return Err(Problem::new(
                Code::UnsupportedMediaType,
                "Send the body as JSON with the header Content-Type: application/json.",
            ));
        }
        parse(&body).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => (
                [
                    (header::CONTENT_TYPE, "application/json"),
                    (header::CACHE_CONTROL, "no-store"),
                ],
                body,
            )
                .into_response(),
            Err(error) => Problem::internal(error).into_response(),
        }
    }
}

fn says_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
        || essence.to_ascii_lowercase().ends_with("+json")
}

fn unreadable(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(
            Code::PayloadTooLarge,
            "The body is larger than this endpoint takes.",
        )
    } else {
        Problem::invalid(
            "",
            "unreadable",
            format!("The body could not be read: {rejection}."),
        )
    }
}

/// Reads `T` and refuses members that it does not know.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut ignored: Vec<String> = Vec::new();
    let mut json = serde_json::Deserializer::from_slice(body);
    let mut track = serde_path_to_error::Track::new();
    let value = {
        let mut note = |path: serde_ignored::Path<'_>| ignored.push(path.to_string());
        let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
        T::deserialize(serde_ignored::Deserializer::new(tracked, &mut note))
    };
    let value = match value {
        Ok(value) => value,
        Err(error) => return Err(refused(&track.path(), &error)),
    };
    json.end().map_err(|error| malformed(&error))?;
    if ignored.is_empty() {
        return Ok(value);
    }
    let mut problem = Problem::new(
        Code::ValidationFailed,
        "The body has members that this endpoint does not know; leave them out.",
    );
    for path in ignored {
        let detail = format!("There is no member {path:?} here; leave it out.");
        problem = problem.with_error(dotted_to_pointer(&path), "unknown_field", detail);
    }
    Err(problem)
}

fn refused(path: &Path, error: &serde_json::Error) -> Problem {
    if !error.is_data() {
        return malformed(error);
    }
    let text = error.to_string();
    // serde_json ends its texts with the position, which the pointer replaces.
    let text = text.split(" at line ").next().unwrap_or(&text);
    let mut place = pointer(path);
    if let Some(name) = unknown_name(text) {
        if !place.ends_with(&format!("/{}", escaped(&name))) {
            let _ = write!(place, "/{}", escaped(&name));
        }
    } else if let Some(name) = missing_name(text) {
        let _ = write!(place, "/{}", escaped(&name));
    }
    let (code, detail) = explain(&place, text);
    Problem::invalid(place, code, detail)
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::invalid("", "malformed", format!("The body is no JSON: {error}."))
}

/// A code for programs and a sentence for people, from serde's text.
pub(super) fn explain(place: &str, text: &str) -> (&'static str, String) {
    let name = place.rsplit('/').next().unwrap_or(place);
    if text.starts_with("unknown field") {
        (
            "unknown_field",
            format!("There is no {name:?} here; leave it out."),
        )
    } else if text.starts_with("missing field") {
        ("missing_field", format!("{name:?} is missing; add it."))
    } else if text.starts_with("invalid type") {
        ("invalid_type", sentence(name, text))
    } else {
        ("invalid_value", sentence(name, text))
    }
}

fn sentence(name: &str, text: &str) -> String {
    if name.is_empty() {
        format!("{text}.")
    } else {
        format!("{name:?}: {text}.")
    }
}

/// The name that serde's text is about, if it has one.
pub(super) fn named(text: &str) -> Option<String> {
    unknown_name(text).or_else(|| missing_name(text))
}

/// The name in serde's "unknown field `x`, …".
fn unknown_name(text: &str) -> Option<String> {
    quoted_after(text, "unknown field `")
}

fn missing_name(text: &str) -> Option<String> {
    quoted_after(text, "missing field `")
}

fn quoted_after(text: &str, prefix: &str) -> Option<String> {
    let rest = text.strip_prefix(prefix)?;
    rest.split_once('`').map(|(name, _)| name.to_owned())
}

fn pointer(path: &Path) -> String {
    let mut written = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => {
                let _ = write!(written, "/{index}");
            }
            Segment::Map { key } => {
                let _ = write!(written, "/{}", escaped(key));
            }
            // The name of a variant is not a member of the document.
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    written
}

/// `serde_ignored` writes `a.0.b` with `?` for what is transparent in JSON.
fn dotted_to_pointer(path: &str) -> String {
    path.split('.')
        .filter(|part| *part != "?")
        .fold(String::new(), |mut pointer, part| {
            let _ = write!(pointer, "/{}", escaped(part));
            pointer
        })
}

/// RFC 6901, section 3.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Body {
        #[serde(default)]
        name: String,
        #[serde(default)]
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        qty: u32,
    }

    fn errors(body: &str) -> Vec<(String, String)> {
        let problem = parse::<Body>(body.as_bytes()).expect_err(body);
        assert_eq!(problem.code(), Code::ValidationFailed);
        problem
            .document()
            .errors
            .into_iter()
            .map(|error| (error.pointer, error.code))
            .collect()
    }

    #[test]
    fn errors_point_at_their_place() {
        let cases = [
            (r#"{"name": 5}"#, "/name", "invalid_type"),
            (
                r#"{"lines": [{"qty": 1}, {"qty": -1}]}"#,
                "/lines/1/qty",
                "invalid_value",
            ),
            (r#"{"lines": [{}]}"#, "/lines/0/qty", "missing_field"),
            (
                r#"{"lines": [{"qty": 1, "price": 5}]}"#,
                "/lines/0/price",
                "unknown_field",
            ),
            (r#"{"a/b": 1}"#, "/a~1b", "unknown_field"),
            (r#"{"name": "#, "", "malformed"),
            (r"{} {}", "", "malformed"),
        ];
        for (body, pointer, code) in cases {
            assert_eq!(
                errors(body),
                [(pointer.to_owned(), code.to_owned())],
                "{body}"
            );
        }
    }

    #[test]
    fn all_unknown_members_are_told_at_once() {
        assert_eq!(errors(r#"{"x": 1, "y": {"z": 2}}"#).len(), 2);
    }

    #[test]
    fn a_good_body_is_read() {
        let body: Body = parse(br#"{"name": "mug", "lines": [{"qty": 2}]}"#).expect("a good body");
        assert_eq!((body.name.as_str(), body.lines[0].qty), ("mug", 2));
    }
}
