//! Every validation rule of the schema, met and broken, without a cluster.
//!
//! The evaluator is the one behind kube's `cel` feature. The same specs meet a real API server in
//! the operator's cluster tests, where the cost budget applies as well.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cases;

use std::collections::BTreeSet;

use cases::{BAD, CHANGES, GOOD, NAMES};

use kube_cel::{ErrorKind, Validator};
use localmart_api::schema;
use serde_json::{Value, json};

const BASE: &str = "apiVersion: localmart.dev/v1alpha1\nkind: LocalMart\n";

fn object(name: &str, spec: &str) -> Value {
    let mut value: Value = serde_yaml::from_str(BASE).unwrap();
    value["metadata"] = json!({ "name": name, "namespace": "shop" });
    value["spec"] = serde_yaml::from_str(spec).unwrap_or_else(|error| panic!("{spec}: {error}"));
    value
}

/// The messages that the rules give for `new`, as a change of `old` if there is one.
fn broken(new: &Value, old: Option<&Value>) -> Vec<String> {
    let Err(errors) = Validator::new().validate(&schema::openapi(), new, old) else {
        return Vec::new();
    };
    let errors = errors.into_vec();
    for error in &errors {
        assert_eq!(
            error.kind,
            ErrorKind::ValidationFailure,
            "a rule did not run: {error} in {}",
            error.rule
        );
    }
    errors.into_iter().map(|error| error.message).collect()
}

#[test]
fn good_specs_pass_every_rule() {
    for spec in GOOD {
        assert_eq!(broken(&object("shop", spec), None), [""; 0], "{spec}");
    }
}

#[test]
fn bad_specs_break_exactly_the_rule_that_names_them() {
    for (spec, part) in BAD {
        let messages = broken(&object("shop", spec), None);
        assert!(
            messages.len() == 1 && messages[0].contains(part),
            "{spec}: wanted one message with {part:?}, got {messages:?}"
        );
    }
}

#[test]
fn changes_are_judged_against_what_was_there() {
    for (old, new, part) in CHANGES {
        let messages = broken(&object("shop", new), Some(&object("shop", old)));
        match part {
            None => assert_eq!(messages, [""; 0], "{old} -> {new}"),
            Some(part) => assert!(
                messages.len() == 1 && messages[0].contains(part),
                "{old} -> {new}: wanted one message with {part:?}, got {messages:?}"
            ),
        }
    }
}

#[test]
fn names_leave_room_for_suffixes() {
    for (name, good) in NAMES {
        let messages = broken(&object(name, "{}"), None);
        assert_eq!(messages.is_empty(), *good, "{name}: {messages:?}");
        assert!(
            messages
                .iter()
                .all(|message| message.contains("metadata.name"))
        );
    }
}

/// A rule nobody broke in these tests might as well not be there.
#[test]
fn every_rule_of_the_schema_is_broken_here() {
    let mut declared = BTreeSet::new();
    collect_messages(&schema::openapi(), &mut declared);
    assert!(declared.len() > 20, "only {} rules found", declared.len());

    let mut seen = BTreeSet::new();
    for (spec, _) in BAD {
        seen.extend(broken(&object("shop", spec), None));
    }
    for (old, new, _) in CHANGES {
        seen.extend(broken(&object("shop", new), Some(&object("shop", old))));
    }
    for (name, _) in NAMES {
        seen.extend(broken(&object(name, "{}"), None));
    }
    let never: Vec<_> = declared.difference(&seen).collect();
    assert!(never.is_empty(), "rules without a bad example: {never:#?}");
}

fn collect_messages(schema: &Value, into: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            for rule in map
                .get("x-kubernetes-validations")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                let message = rule["message"].as_str().expect("every rule has a message");
                assert!(!message.contains('\n') && message.len() < 2048);
                into.insert(message.to_owned());
            }
            map.values().for_each(|value| collect_messages(value, into));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_messages(item, into)),
        _ => {}
    }
}
