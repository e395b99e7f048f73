//! One JSON object a line on standard output, with the ids of the trace it belongs to.

use std::{fmt, io::Write, sync::OnceLock};

use chrono::{SecondsFormat, Utc};
use opentelemetry::trace::TraceContextExt;
use serde_json::{Map, Value};
use tracing::{
    Dispatch, Event, Subscriber,
    dispatcher::WeakDispatch,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context, registry::LookupSpan};

/// Writes events. Members: `time`, `level`, `target`, `message`, the event's own fields,
/// `trace_id`, `span_id`, `service`, `version`.
pub(super) struct JsonLines {
    service: &'static str,
    version: String,
    dispatch: OnceLock<WeakDispatch>,
}

impl JsonLines {
    pub(super) fn new(service: &'static str, version: &str) -> Self {
        Self {
            service,
            version: version.to_owned(),
            dispatch: OnceLock::new(),
        }
    }

    fn add_trace<S>(
        &self,
        line: &mut Map<String, Value>,
        event: &Event<'_>,
        context: &Context<'_, S>,
    ) where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let Some(span) = context.event_span(event) else {
            return;
        };
        let Some(dispatch) = self.dispatch.get().and_then(WeakDispatch::upgrade) else {
            return;
        };
        let Some(otel) = tracing_opentelemetry::get_otel_context(&span.id(), &dispatch) else {
            return;
        };
        let entered = otel.span();
        let ids = entered.span_context();
        if ids.is_valid() {
            line.insert("trace_id".to_owned(), ids.trace_id().to_string().into());
            line.insert("span_id".to_owned(), ids.span_id().to_string().into());
        }
    }
}

impl<S> Layer<S> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        // A layer is registered once; a second dispatch would be another process-wide start.
        let _ = self.dispatch.set(dispatch.downgrade());
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Map::new();
        let time = Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true);
        line.insert("time".to_owned(), time.into());
        line.insert("level".to_owned(), event.metadata().level().as_str().into());
        line.insert("target".to_owned(), event.metadata().target().into());
        event.record(&mut Fields(&mut line));
        self.add_trace(&mut line, event, &context);
        line.insert("service".to_owned(), self.service.into());
        line.insert("version".to_owned(), self.version.as_str().into());
        write_line(&line);
    }
}

fn write_line(line: &Map<String, Value>) {
    let Ok(mut bytes) = serde_json::to_vec(line) else {
        return;
    };
    bytes.push(b'\n');
    #[cfg(feature = "testkit")]
    if let Some(captured) = CAPTURED.get() {
        captured
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .extend_from_slice(&bytes);
        return;
    }
    // A reader that went away must not take the service down with it.
    let _ = std::io::stdout().lock().write_all(&bytes);
}

/// Where lines go in tests.
#[cfg(feature = "testkit")]
pub(super) static CAPTURED: OnceLock<std::sync::Mutex<Vec<u8>>> = OnceLock::new();

struct Fields<'a>(&'a mut Map<String, Value>);

impl Fields<'_> {
    fn put(&mut self, field: &Field, value: Value) {
        self.0.insert(field.name().to_owned(), value);
    }
}

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}").into());
    }
}
