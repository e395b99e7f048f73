//! JSON log lines as people like to read them.

use std::fmt::Write;

use serde_json::{Map, Value};

/// Members that say nothing new on one's own machine, or stand at the front of the line.
const LEFT_OUT: [&str; 9] = [
    "time", "level", "target", "message", "service", "version", "pod", "span_id", "trace_id",
];

/// `INFO  message  name=value …`; what is no JSON object stays as it is.
pub(super) fn readable(line: &str) -> String {
    let Ok(members) = serde_json::from_str::<Map<String, Value>>(line) else {
        return line.to_owned();
    };
    let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or("");
    let mut shown = format!("{:<5} {}", text("level").to_uppercase(), text("message"));
    for (name, value) in &members {
        if LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        // Writing to a string cannot fail.
        let _ = write!(shown, " {name}={value}");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_what_matters() {
        let line = r#"{"time":"2026-11-24T01:00:00Z","level":"info","message":"request","route":"/api/v1/products","status":200,"trace_id":"0af7"}"#;
        assert_eq!(
            readable(line),
            "INFO  request route=/api/v1/products status=200"
        );
        assert_eq!(readable("thread 'main' panicked"), "thread 'main' panicked");
    }
}
