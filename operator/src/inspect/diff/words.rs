//! The effect of an edit, for a person at a terminal.

use std::fmt::Write;

use serde_json::Value;
use similar::TextDiff;

use super::{Change, Difference, Wave};
use crate::{reconcile::gates::Gate, yaml};

/// First the LocalMart, then the waves in their order, then what is deleted.
pub fn difference(difference: &Difference) -> String {
    if difference.is_empty() {
        return String::new();
    }
    let (before, after) = &difference.object;
    let mut text = String::from("LocalMart");
    let edit = unified(before.as_ref(), after);
    match (before, edit.is_empty()) {
        (None, _) => text += ": is created\n",
        (Some(_), true) => text += ": nothing changes\n",
        (Some(_), false) => {
            let _ = write!(text, ":\n{edit}");
        }
    }
    for (at, wave) in difference.waves.iter().enumerate() {
        let _ = write!(text, "\nwave {at} {}", self::wave(wave));
    }
    if !difference.surplus.is_empty() {
        let names: Vec<_> = difference.surplus.iter().map(ToString::to_string).collect();
        let _ = write!(text, "\nlast, deleted: {}\n", names.join(", "));
    }
    text
}

fn wave(wave: &Wave) -> String {
    let mut text = wave.name.to_owned();
    let count = wave.changes.len();
    let gate = match &wave.gate {
        Gate::Open => "goes at once",
        Gate::Closed(why) => why,
    };
    let _ = match count {
        0 => writeln!(text, ": nothing changes"),
        1 => writeln!(text, ": 1 object, {gate}"),
        _ => writeln!(text, ": {count} objects, {gate}"),
    };
    for note in &wave.notes {
        let _ = writeln!(text, "  {note}");
    }
    for change in &wave.changes {
        text += &self::change(change);
    }
    text
}

fn change(change: &Change) -> String {
    match change {
        Change::Secret { name, keys } => {
            let keys = keys.join(", ");
            format!("+ Secret {name}, with new values for {keys}\n")
        }
        Change::Refused(failure) => format!("! refused, {failure}\n"),
        Change::Object { key, before, after } => {
            let sign = if before.is_some() { '~' } else { '+' };
            let rolls = match before {
                Some(before) if pods(before) != pods(after) => ", replaces its pods",
                _ => "",
            };
            format!("{sign} {key}{rolls}\n{}", unified(before.as_ref(), after))
        }
    }
}

/// The pod template of a workload.
fn pods(object: &Value) -> Option<&Value> {
    object.pointer("/spec/template")
}

fn unified(before: Option<&Value>, after: &Value) -> String {
    let text = |value: &Value| yaml::to_string(value).unwrap_or_default();
    let before = before.map(text).unwrap_or_default();
    TextDiff::from_lines(&before, &text(after))
        .unified_diff()
        .context_radius(3)
        .to_string()
}

#[cfg(test)]
mod tests {
    use localmart_api::conditions::Reason;
    use serde_json::json;

    use super::*;
    use crate::{
        build::{Key, Kind},
        error::Failure,
    };

    #[test]
    fn waves_come_in_order_with_their_gates() {
        let template = |image: &str| json!({ "spec": { "template": { "image": image } } });
        let wave = |name, gate, changes| Wave {
            name,
            gate,
            changes,
            notes: Vec::new(),
        };
        let text = difference(&Difference {
            object: (Some(json!({ "a": 1 })), json!({ "a": 2 })),
            waves: vec![
                wave(
                    "accounts",
                    Gate::Open,
                    vec![Change::Secret {
                        name: "s".to_owned(),
                        keys: vec!["k".to_owned()],
                    }],
                ),
                wave("stores", Gate::Open, Vec::new()),
                wave(
                    "services",
                    Gate::Closed("waits for the lifecycle task migrate".to_owned()),
                    vec![
                        Change::Object {
                            key: Key::new(Kind::Deployment, "d"),
                            before: Some(template("old")),
                            after: template("new"),
                        },
                        Change::Refused(Failure::new(Reason::NameTaken, "theirs")),
                    ],
                ),
            ],
            surplus: vec![Key::new(Kind::Ingress, "i")],
        });
        assert_eq!(
            text,
            "LocalMart:\n@@ -1 +1 @@\n-a: 1\n+a: 2\n\
             \nwave 0 accounts: 1 object, goes at once\n+ Secret s, with new values for k\n\
             \nwave 1 stores: nothing changes\n\
             \nwave 2 services: 2 objects, waits for the lifecycle task migrate\n\
             ~ Deployment d, replaces its pods\n\
             @@ -1,3 +1,3 @@\n spec:\n   template:\n-    image: old\n+    image: new\n\
             ! refused, NameTaken: theirs\n\
             \nlast, deleted: Ingress i\n"
        );
    }
}
