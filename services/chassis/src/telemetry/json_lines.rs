//! One JSON object a line on standard output, with the ids of the trace it belongs to.

use std::{cell::RefCell, fmt, io::Write, sync::OnceLock};

use chrono::{SecondsFormat, Utc};
use opentelemetry::trace::TraceContextExt;
use serde::Serialize;
use tracing::{
    Dispatch, Event, Subscriber,
    dispatcher::WeakDispatch,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context, registry::LookupSpan};

/// Members that every line has; an event's own field of such a name is left out.
const OWN: [&str; 7] = [
    "time", "level", "target", "trace_id", "span_id", "service", "version",
];

thread_local! {
    /// The line that is being written; its memory serves all lines of a thread.
    static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes events. Members: `time`, `level`, `target`, `message`, the event's own fields,
/// `trace_id`, `span_id`, `service`, `version`.
pub(super) struct JsonLines {
    /// `service` and `version`, as they end each line.
    end: Vec<u8>,
    dispatch: OnceLock<WeakDispatch>,
}

impl JsonLines {
    pub(super) fn new(service: &'static str, version: &str) -> Self {
        let mut end = Vec::new();
        put(&mut end, "service", &service);
        put(&mut end, "version", &version);
        end.extend_from_slice(b"}\n");
        Self {
            end,
            dispatch: OnceLock::new(),
        }
    }

    fn write<S>(&self, line: &mut Vec<u8>, event: &Event<'_>, context: &Context<'_, S>)
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        line.clear();
        let time = Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true);
        // A time needs no escapes.
        let _ = write!(line, "{{\"time\":\"{time}\"");
        put(line, "level", &event.metadata().level().as_str());
        put(line, "target", &event.metadata().target());
        event.record(&mut Fields(line));
        self.add_trace(line, event, context);
        line.extend_from_slice(&self.end);
    }

    fn add_trace<S>(&self, line: &mut Vec<u8>, event: &Event<'_>, context: &Context<'_, S>)
    where
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
            // Hex digits need no escapes.
            let (trace, span) = (ids.trace_id(), ids.span_id());
            let _ = write!(line, ",\"trace_id\":\"{trace}\",\"span_id\":\"{span}\"");
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
        let with = |line: &mut Vec<u8>| {
            self.write(line, event, &context);
            write_line(line);
        };
        let written = LINE.try_with(|line| line.try_borrow_mut().map(|mut line| with(&mut line)));
        if !matches!(written, Ok(Ok(()))) {
            // The thread ends, or something logs while a field of another line is formatted.
            with(&mut Vec::new());
        }
    }
}

fn write_line(bytes: &[u8]) {
    #[cfg(feature = "testkit")]
    if let Some(captured) = CAPTURED.get() {
        captured
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .extend_from_slice(bytes);
        return;
    }
    // A reader that went away must not take the service down with it.
    let _ = std::io::stdout().lock().write_all(bytes);
}

/// Adds a member behind others. Texts and numbers can always be written.
fn put(line: &mut Vec<u8>, name: &str, value: &impl Serialize) {
    line.push(b',');
    let _ = serde_json::to_writer(&mut *line, name);
    line.push(b':');
    let _ = serde_json::to_writer(&mut *line, value);
}

/// Where lines go in tests.
#[cfg(feature = "testkit")]
pub(super) static CAPTURED: OnceLock<std::sync::Mutex<Vec<u8>>> = OnceLock::new();

struct Fields<'a>(&'a mut Vec<u8>);

impl Fields<'_> {
    fn put(&mut self, field: &Field, value: &impl Serialize) {
        if !OWN.contains(&field.name()) {
            put(self.0, field.name(), value);
        }
    }
}

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, &value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_escaped_and_follow_each_other() {
        let mut line = b"{\"time\":\"now\"".to_vec();
        put(&mut line, "message", &"a \"quoted\"\nline");
        put(&mut line, "ms", &7_u64);
        line.push(b'}');
        let read: serde_json::Value = serde_json::from_slice(&line).expect("JSON");
        assert_eq!(read["message"], "a \"quoted\"\nline");
        assert_eq!(read["ms"], 7);
    }
}
