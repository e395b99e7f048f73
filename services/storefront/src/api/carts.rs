//! `POST /api/v1/carts` by somebody without credentials: a new guest begins.

use axum::{
    body::{Body, Bytes},
    response::Response,
};
use chassis::{Problem, Service};
use http::{HeaderMap, HeaderValue, Method, header};
use serde_json::Value;

use crate::{Gateway, identity::GuestToken, proxy};

/// Makes the guest's token and returns it, once, as `token` beside the cart.
pub(crate) async fn begin(
    gateway: &Gateway,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let token = GuestToken::mint();
    let mut plain = headers.clone();
    // The body is changed below, so it must come as it is.
    plain.remove(header::ACCEPT_ENCODING);
    let subject = token.subject();
    let answer = gateway
        .upstreams
        .send(
            Service::Cart,
            &subject,
            Method::POST,
            "/api/v1/carts",
            &plain,
            body,
        )
        .await?;
    let status = answer.status();
    let mut passed = proxy::answer_headers(answer.headers());
    passed.remove(header::CONTENT_LENGTH);
    let body = answer.bytes().await.map_err(Problem::internal)?;
    let body = if status.is_success() {
        passed.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let mut cart: Value = serde_json::from_slice(&body).map_err(Problem::internal)?;
        cart["token"] = Value::from(token.expose());
        Bytes::from(cart.to_string())
    } else {
        body
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = passed;
    Ok(response)
}
