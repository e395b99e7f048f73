//! Headers that tell browsers what the shop never does, so that they refuse it.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};

const PROTECTION: [(HeaderName, HeaderValue); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'self'; img-src 'self'; style-src 'self'; object-src 'none'; \
             base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
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

/// For a year; told only over a secure transport (RFC 6797, 7.2).
const REMEMBER_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Adds them to every answer; with `strict_transport`, encrypted answers ask for the same next time.
pub(crate) async fn protect(
    State(strict_transport): State<bool>,
    request: Request,
    next: Next,
) -> Response {
    let is_secure = strict_transport && came_encrypted(request.headers());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in PROTECTION {
        headers.insert(name, value);
    }
    if is_secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, REMEMBER_TRANSPORT);
    }
    response
}

/// TLS ends at the ingress, which says so.
fn came_encrypted(headers: &HeaderMap) -> bool {
    headers
        .get("x-forwarded-proto")
        .is_some_and(|protocol| protocol == "https")
}
