//! What a schema cannot say: which texts mean something, what goes together, what may change.
//!
//! It stands in `values.yaml`. Each entry is named by a field, where `*` is any one name and a
//! leading `**` any way to get there; the entry with the longest name counts.

use std::collections::BTreeMap;

use localmart_operator::releases::OWN_VERSION;
use serde::Deserialize;
use serde_json::Value;

use crate::schema::{Field, Path};

/// What is known of one field beside its schema.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entry {
    /// Values that work.
    #[serde(default)]
    pub valid: Vec<Value>,
    /// Further values that work and are unusual.
    #[serde(default)]
    pub edge: Vec<Value>,
    /// What the longest text is made of.
    pub longest: Option<Longest>,
    /// Values that the API server refuses.
    #[serde(default)]
    pub illegal: Vec<Illegal>,
    /// Values that the API server takes and the operator refuses in a condition.
    #[serde(default)]
    pub told: Vec<Told>,
    /// Key of the entries of a map.
    pub key: Option<String>,
    /// What has to stand beside it.
    pub with: Option<Value>,
    /// It, and what is in it, can be given when the object is made and not be set back: a part of
    /// the refusal.
    pub creation: Option<String>,
    /// It, and what is in it, waits for something outside of the operator: the reason of the
    /// condition with which the shop rests.
    pub waits: Option<String>,
    /// Why nothing of it shows in an object.
    pub unseen: Option<String>,
    /// Why a shop that got it later is another one than a shop that began with it.
    pub past: Option<String>,
    /// Whether it hides what other fields do.
    #[serde(default)]
    pub alone: bool,
}

/// A text as long as the schema allows: `start`, as many of `fill` as fit, `end`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Longest {
    #[serde(default)]
    pub start: String,
    #[serde(default)]
    pub fill: String,
    #[serde(default)]
    pub end: String,
    /// Why the longest is not tried.
    pub none: Option<String>,
}

impl Longest {
    /// A text of this many characters.
    pub fn text(&self, length: usize) -> Option<String> {
        let count = |text: &str| text.chars().count();
        let rest = length.checked_sub(count(&self.start) + count(&self.end))?;
        let fill: String = self.fill.chars().cycle().take(rest).collect();
        (count(&fill) == rest).then(|| format!("{}{fill}{}", self.start, self.end))
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Illegal {
    pub value: Value,
    /// A part of the refusal.
    pub words: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    pub value: Value,
    /// What has to stand beside this one.
    pub with: Option<Value>,
    /// Reason of the condition.
    pub reason: String,
}

/// A change that the API server refuses.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    pub from: Value,
    pub to: Value,
    pub words: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    pub fields: BTreeMap<String, Entry>,
    pub changes: Vec<Change>,
    /// Objects that stay when what they were made for is set back, and why.
    pub kept: BTreeMap<String, String>,
}

impl Table {
    pub fn read() -> Self {
        let text = include_str!("values.yaml").replace("OWN_VERSION", OWN_VERSION);
        localmart_operator::yaml::from_str(&text)
            .unwrap_or_else(|error| panic!("operator/tests/campaign/values.yaml: {error}"))
    }

    pub fn entry(&self, path: &Path) -> Option<&Entry> {
        let name = path.to_string();
        let fitting = self
            .fields
            .iter()
            .filter(|(pattern, _)| fits(pattern, &name));
        let longest = fitting.max_by_key(|(pattern, _)| pattern.len());
        longest.map(|(_, entry)| entry)
    }

    /// Entries that no field has.
    pub fn forgotten(&self, fields: &[Field]) -> Vec<&String> {
        let names: Vec<_> = fields.iter().map(|field| field.path.to_string()).collect();
        let patterns = self.fields.keys();
        patterns
            .filter(|pattern| !names.iter().any(|name| fits(pattern, name)))
            .collect()
    }
}

fn fits(pattern: &str, name: &str) -> bool {
    let names: Vec<_> = name.split('.').collect();
    let alike = |patterns: &[&str], names: &[&str]| {
        let mut pairs = patterns.iter().zip(names);
        patterns.len() == names.len()
            && pairs.all(|(pattern, name)| *pattern == "*" || pattern == name)
    };
    match pattern.strip_prefix("**.") {
        Some(end) => {
            let end: Vec<_> = end.split('.').collect();
            let skip = names.len().checked_sub(end.len());
            skip.is_some_and(|skip| alike(&end, &names[skip..]))
        }
        None => alike(&pattern.split('.').collect::<Vec<_>>(), &names),
    }
}
