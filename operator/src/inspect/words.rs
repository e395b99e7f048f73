//! What was found out, for a person at a terminal.

use std::fmt::Write;

use k8s_openapi::jiff::Timestamp;

use super::explain::{Explanation, State};

/// The stages from first to last; what waits comes with its cause and what to try.
pub fn explanation(explanation: &Explanation, now: Timestamp) -> String {
    let mut text = format!(
        "LocalMart {}/{}: {}\n\n",
        explanation.namespace, explanation.name, explanation.summary
    );
    let width = explanation
        .stages
        .iter()
        .map(|stage| stage.name.len())
        .max()
        .unwrap_or_default();
    for stage in &explanation.stages {
        let state = match stage.state {
            State::Open => "open",
            State::Waits => "WAITS",
            State::Closed => "closed",
        };
        let line = format!("  {:width$}  {state:6}  {}", stage.name, stage.message);
        let _ = writeln!(text, "{}", line.trim_end());
        let mut more = |line: String| {
            let _ = writeln!(text, "  {:width$}          {line}", "");
        };
        if let Some(reason) = stage.reason.filter(|_| stage.state == State::Waits) {
            let since = stage
                .since
                .map(|since| format!(", for {}", age(since, now)));
            more(format!("{}{}", reason.as_str(), since.unwrap_or_default()));
        }
        for remedy in &stage.remedies {
            more(format!("try: {remedy}"));
        }
    }
    text
}

/// A time span as kubectl writes it: the one or two largest units.
pub fn age(since: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(since.as_second()).max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, minutes) => format!("{minutes}m{}s", seconds % 60),
        (0, hours, minutes) => format!("{hours}h{}m", minutes % 60),
        (days, hours, _) => format!("{days}d{}h", hours % 24),
    }
}

/// Rows under a head, each column as wide as it has to be.
pub fn columns<const N: usize>(head: [&str; N], mut rows: Vec<[String; N]>) -> String {
    rows.insert(0, head.map(str::to_owned));
    let width = |at: usize| rows.iter().map(|row| row[at].len()).max();
    let widths: Vec<_> = (0..N).map(|at| width(at).unwrap_or_default()).collect();
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(&widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use localmart_api::conditions::Reason;

    use super::*;
    use crate::inspect::explain::Stage;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn ages_are_short() {
        let shown = [5, 125, 7260, 180_000].map(|second| age(at(0), at(second)));
        assert_eq!(shown, ["5s", "2m5s", "2h1m", "2d2h"]);
        assert_eq!(age(at(9), at(0)), "0s");
    }

    #[test]
    fn the_cause_stands_out_with_its_age_and_remedy() {
        let stage = |name: &str, state, message: &str| Stage {
            name: name.to_owned(),
            state,
            reason: Some(Reason::PodsNotReady),
            message: message.to_owned(),
            since: Some(at(0)),
            remedies: match state {
                State::Waits => vec!["kubectl get pods".to_owned()],
                State::Open | State::Closed => Vec::new(),
            },
        };
        let text = explanation(
            &Explanation {
                namespace: "a".to_owned(),
                name: "shop".to_owned(),
                phase: None,
                ready: false,
                summary: "not ready".to_owned(),
                stages: vec![
                    stage("spec", State::Open, ""),
                    stage("redis", State::Waits, "redis: p: ErrImagePull"),
                    stage("services", State::Closed, "comes after redis"),
                ],
            },
            at(65),
        );
        assert_eq!(
            text,
            "LocalMart a/shop: not ready\n\n\
             \x20 spec      open\n\
             \x20 redis     WAITS   redis: p: ErrImagePull\n\
             \x20                   PodsNotReady, for 1m5s\n\
             \x20                   try: kubectl get pods\n\
             \x20 services  closed  comes after redis\n"
        );
    }
}
