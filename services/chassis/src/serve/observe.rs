//! The outermost layer: a span, a log line, a count and the trace of each request.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use tracing::{Instrument, Level};

use crate::{metrics::Metrics, problem::Code, telemetry};

/// Route of requests that no route matches, so that made-up paths make no series.
const UNMATCHED: &str = "unmatched";

pub(super) async fn observe(
    State(metrics): State<Metrics>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or(UNMATCHED, MatchedPath::as_str)
        .to_owned();
    let span = tracing::span!(
        Level::INFO,
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        http.request.method = %method,
        http.route = route,
        http.response.status_code = tracing::field::Empty,
    );
    telemetry::continue_trace(&span, request.headers());

    let mut response = next.run(request).instrument(span.clone()).await;

    let took = began.elapsed();
    let status = response.status().as_u16();
    span.record("http.response.status_code", status);
    metrics.answered(&method, &route, status, took);
    let code = response
        .extensions()
        .get::<Code>()
        .map(|code| code.as_str());
    let ms = i64::try_from(took.as_micros()).unwrap_or(i64::MAX) / 1_000;
    span.in_scope(|| {
        tracing::info!(target: "request", method = %method, route, status, ms, code, "answered");
    });
    if let Some(trace) = telemetry::traceresponse(&span) {
        response
            .headers_mut()
            .insert(telemetry::TRACERESPONSE, trace);
    }
    response
}
