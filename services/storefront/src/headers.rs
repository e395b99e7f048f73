//! Headers that tell browsers what the shop never does, so that they refuse it.

use axum::response::Response;
use http::{HeaderName, HeaderValue};

const PROTECTION: [(HeaderName, HeaderValue); 5] = [
    (
        http::header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'self'; img-src 'self'; style-src 'self'; object-src 'none'; \
             base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ),
    ),
    (
        http::header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        http::header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=()"),
    ),
];

/// Adds them to every answer.
pub(crate) async fn protect(mut response: Response) -> Response {
    for (name, value) in PROTECTION {
        response.headers_mut().insert(name, value);
    }
    response
}
