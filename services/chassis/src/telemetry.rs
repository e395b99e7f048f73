//! Logs as JSON lines and W3C trace context.
//!
//! Spans get real OpenTelemetry ids, which travel in `traceparent` and stand in every log line;
//! an OTLP exporter is one line at the tracer provider.

mod json_lines;

use std::sync::OnceLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator},
    trace::{SpanContext, TraceContextExt, TracerProvider},
};
use opentelemetry_sdk::{propagation::TraceContextPropagator, trace::SdkTracerProvider};
use topology::Service;
use tracing::{Level, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{
    EnvFilter, Layer, filter::LevelFilter, layer::SubscriberExt, util::SubscriberInitExt,
};

use json_lines::JsonLines;

/// Response header that tells the trace of a request to its client.
pub const TRACERESPONSE: HeaderName = HeaderName::from_static("traceresponse");

/// Collects log lines instead of printing them, for the test kit.
#[cfg(feature = "testkit")]
pub(crate) fn captured() -> &'static OnceLock<std::sync::Mutex<Vec<u8>>> {
    &json_lines::CAPTURED
}

/// Lives as long as the process: spans are made by it.
static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

/// Starts logs and traces of this process. Calling it again changes nothing.
///
/// `filter` is a `tracing` filter such as `info,catalog=debug`; one that cannot be read is replaced
/// by `info`, and a line says so.
pub fn start(name: &'static str, version: &str, filter: &str) {
    if PROVIDER.get().is_some() {
        return;
    }
    let provider = PROVIDER.get_or_init(|| SdkTracerProvider::builder().build());
    let parsed = EnvFilter::try_new(filter);
    let wrong_filter = parsed.as_ref().err().map(ToString::to_string);
    let spans = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer(name))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        // Quieter logs must not cut traces.
        .with_filter(LevelFilter::INFO);
    let filter_of_lines = parsed.unwrap_or_else(|_| EnvFilter::new("info"));
    let started = tracing_subscriber::registry()
        .with(spans)
        .with(JsonLines::new(name, version).with_filter(filter_of_lines))
        .try_init();
    if started.is_ok()
        && let Some(reason) = wrong_filter
    {
        tracing::warn!(filter, reason, "LOG_LEVEL is no filter; using info");
    }
}

/// [`start`] for a service.
pub fn start_for(service: Service, version: &str, filter: &str) {
    start(service.name(), version, filter);
}

/// Trace id of the current span as 32 hex digits; empty outside of a trace.
pub fn trace_id() -> String {
    let context = Span::current().context();
    let span = context.span();
    let ids = span.span_context();
    if ids.is_valid() {
        ids.trace_id().to_string()
    } else {
        String::new()
    }
}

/// `traceparent` of the current span, for an outbox row or a stored request.
pub fn traceparent() -> Option<String> {
    let context = Span::current().context();
    let span = context.span();
    written(span.span_context())
}

fn written(ids: &SpanContext) -> Option<String> {
    ids.is_valid().then(|| {
        format!(
            "00-{}-{}-{:02x}",
            ids.trace_id(),
            ids.span_id(),
            ids.trace_flags().to_u8()
        )
    })
}

/// Makes `span` a child of the span in the request's `traceparent`, when there is one. Must be
/// called before the span is entered.
pub(crate) fn continue_trace(span: &Span, headers: &HeaderMap) {
    let parent = TraceContextPropagator::new().extract(&Headers(headers));
    if parent.span().span_context().is_valid() {
        // Fails only when nothing records spans.
        let _ = span.set_parent(parent);
    }
}

/// The value of `traceresponse` for `span`.
pub(crate) fn traceresponse(span: &Span) -> Option<HeaderValue> {
    let context = span.context();
    let entered = context.span();
    let text = written(entered.span_context())?;
    HeaderValue::from_str(&text).ok()
}

/// Adds `traceparent` of the current span to an outgoing request.
pub fn inject(headers: &mut HeaderMap) {
    inject_context(&Span::current().context(), headers);
}

fn inject_context(context: &Context, headers: &mut HeaderMap) {
    TraceContextPropagator::new().inject_context(context, &mut HeadersMut(headers));
}

/// A span for work that no request asked for, for example a sweep; begins a trace of its own.
pub fn background_span(task: &'static str) -> Span {
    tracing::span!(parent: None, Level::INFO, "background", task)
}

/// A span for what a request has left to be done later, in the trace of that request; without one
/// it begins a trace of its own.
pub fn resumed_span(task: &'static str, traceparent: Option<&str>) -> Span {
    in_trace_of(background_span(task), traceparent)
}

/// A span for the work on an event, in the trace of the request that caused it.
pub(crate) fn event_span(kind: &str, traceparent: Option<&str>) -> Span {
    let span = tracing::span!(parent: None, Level::INFO, "event", event = kind);
    in_trace_of(span, traceparent)
}

fn in_trace_of(span: Span, traceparent: Option<&str>) -> Span {
    let value = traceparent.and_then(|text| HeaderValue::from_str(text).ok());
    if let Some(value) = value {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static("traceparent"), value);
        continue_trace(&span, &headers);
    }
    span
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct HeadersMut<'a>(&'a mut HeaderMap);

impl Injector for HeadersMut<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (key.parse::<HeaderName>(), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}
