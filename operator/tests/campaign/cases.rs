//! One value for one field, and what has to come of it.

use serde_json::{Value, json};

use crate::{
    schema::{Field, Kind, Path, Step, object},
    table::{Entry, Table},
};

/// What every shop has: the least with which each kind of object exists.
pub const BASE: &str = "{ingress: {host: a.localhost}}";

/// What kind of value it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    Valid,
    Edge,
    /// The operator says in a condition what is wrong.
    Told,
    /// The API server refuses it.
    Illegal,
}

/// What has to come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// The shop gets there and back.
    Converges,
    /// The shop gets there; the way back is refused in these words.
    Stays(String),
    /// The condition `Reconciled` has this reason, and nothing changes.
    Told(String),
    /// The API server says all of this.
    Refused(Vec<String>),
}

#[derive(Clone, Debug)]
pub struct Case {
    pub path: Path,
    pub class: Class,
    pub value: Value,
    pub expect: Expect,
    /// Why a shop that got it later is another one than a shop that began with it.
    pub past: Option<String>,
    pub alone: bool,
    /// Reason of a condition with which the shop rests, though it is not ready.
    pub waits: Option<String>,
    /// What has to stand beside it.
    pub with: Option<Value>,
}

impl Case {
    /// For a person, cut short.
    pub fn name(&self) -> String {
        let value: String = self.value.to_string().chars().take(60).collect();
        format!("spec.{} = {value}", self.path)
    }
}

pub fn base() -> Value {
    localmart_operator::yaml::from_str(BASE).unwrap()
}

/// Makes cases out of fields.
pub struct Maker<'a> {
    pub table: &'a Table,
    pub fields: &'a [Field],
    /// Of the spec.
    pub schema: &'a Value,
}

impl Maker<'_> {
    /// Every value of every field, or what is missing for that.
    pub fn all(&self) -> Result<Vec<Case>, Vec<String>> {
        let (mut cases, mut missing) = (Vec::new(), Vec::new());
        for name in self.table.forgotten(self.fields) {
            missing.push(format!(
                "values.yaml has an entry {name:?}, and the spec has no such field: remove it"
            ));
        }
        for field in self.fields {
            match self.cases(field) {
                Ok(more) => cases.extend(more),
                Err(what) => missing.push(format!(
                    "field spec.{} has no {what}: add it to operator/tests/campaign/values.yaml",
                    field.path
                )),
            }
        }
        if missing.is_empty() {
            Ok(cases)
        } else {
            Err(missing)
        }
    }

    /// The base with these values put in.
    pub fn spec<'c>(&self, cases: impl IntoIterator<Item = &'c Case>) -> Value {
        let mut spec = base();
        for case in cases {
            self.put(&mut spec, case);
        }
        spec
    }

    /// What the table says of a field, or of what it is a part of.
    fn nearest(&self, path: &Path, of: fn(Entry) -> Option<String>) -> Option<String> {
        if path.0.is_empty() {
            return None;
        }
        of(self.entry(path)).or_else(|| self.nearest(&path.parent(), of))
    }

    pub fn entry(&self, path: &Path) -> Entry {
        self.table.entry(path).cloned().unwrap_or_default()
    }

    fn cases(&self, field: &Field) -> Result<Vec<Case>, String> {
        let entry = self.entry(&field.path);
        let case = |class, value: &Value, expect| Case {
            path: field.path.clone(),
            class,
            value: value.clone(),
            expect,
            past: entry.past.clone(),
            waits: self.nearest(&field.path, |entry| entry.waits),
            alone: entry.alone,
            with: entry.with.clone(),
        };
        let works = || match self.nearest(&field.path, |entry| entry.creation) {
            Some(words) => Expect::Stays(words),
            None => Expect::Converges,
        };
        let (mut valid, edges) = (valid(field, &entry)?, self.edges(field, &entry)?);
        if field.kind == Kind::Block && valid.is_empty() && edges.is_empty() {
            valid.extend(
                self.sample(&field.path)
                    .filter(|_| !field.required().is_empty()),
            );
        }
        if valid.is_empty() && edges.is_empty() {
            return Err("value".to_owned());
        }
        let mut cases = Vec::new();
        for (class, values) in [(Class::Valid, valid), (Class::Edge, edges)] {
            for value in &values {
                let told = entry.told.iter().any(|told| told.value == *value);
                let known = cases.iter().any(|case: &Case| case.value == *value);
                if !told && !known {
                    cases.push(case(class, value, works()));
                }
            }
        }
        for told in &entry.told {
            let mut case = case(Class::Told, &told.value, Expect::Told(told.reason.clone()));
            case.with = told.with.clone().or(case.with);
            cases.push(case);
        }
        for (value, words) in self.illegal(field, &entry) {
            cases.push(case(Class::Illegal, &value, Expect::Refused(words)));
        }
        Ok(cases)
    }

    fn edges(&self, field: &Field, entry: &Entry) -> Result<Vec<Value>, String> {
        let mut values = entry.edge.clone();
        match field.kind {
            Kind::Number => {
                let (least, most) = bounds(field).ok_or("bounds in the schema, or values")?;
                values.extend([json!(least), json!(most)]);
            }
            Kind::Text => {
                let most = field
                    .bound("maxLength")
                    .ok_or("maxLength in its schema, or a value")?;
                let longest = entry.longest.as_ref().ok_or("longest text")?;
                if longest.none.is_none() {
                    let text = longest.text(most);
                    values.push(json!(text.ok_or("longest text that fits its bound")?));
                }
            }
            Kind::List => {
                let most = field.bound("maxItems").ok_or("maxItems in its schema")?;
                let least = field.bound("minItems").unwrap_or_default();
                values.extend([self.list(field, least)?, self.list(field, most)?]);
            }
            Kind::Map => {
                let most = field
                    .bound("maxProperties")
                    .ok_or("maxProperties in its schema")?;
                values.extend([json!({}), self.map(field, most)?]);
            }
            Kind::Block if field.required().is_empty() => values.push(json!({})),
            _ => {}
        }
        let illegal = |value: &Value| entry.illegal.iter().any(|illegal| illegal.value == *value);
        values.retain(|value| !illegal(value));
        Ok(values)
    }

    /// Values and what the refusal says.
    fn illegal(&self, field: &Field, entry: &Entry) -> Vec<(Value, Vec<String>)> {
        let (path, schema) = (field.path.in_messages(), &field.schema);
        let mut found = Vec::new();
        let mut add = |value: Value, words: &str| {
            found.push((value, vec![path.clone(), words.to_owned()]));
        };
        for illegal in &entry.illegal {
            add(illegal.value.clone(), &illegal.words);
        }
        let wrong = match field.kind {
            Kind::Choice | Kind::Text => json!(7),
            Kind::Switch => json!("yes"),
            Kind::Number => json!("many"),
            Kind::NumberOrText => json!([true]),
            Kind::List | Kind::Map | Kind::Block | Kind::Free => json!("text"),
        };
        add(wrong, "must be of type");
        match field.kind {
            Kind::Choice => add(json!("surprise"), "supported values"),
            Kind::Number => {
                if let Some((least, most)) = bounds(field) {
                    add(json!(least - 1), "greater than or equal to");
                    add(json!(most + 1), "less than or equal to");
                    add(json!(1.5), "must be of type");
                }
            }
            Kind::Text => {
                if let Some(most) = field.bound("maxLength") {
                    let fill = entry
                        .longest
                        .as_ref()
                        .and_then(|longest| longest.text(most + 1));
                    add(
                        json!(fill.unwrap_or_else(|| "a".repeat(most + 1))),
                        "Too long",
                    );
                }
                if field.bound("minLength").is_some_and(|least| least > 0) {
                    add(json!(""), "at least 1 chars long");
                }
            }
            Kind::List => {
                let most = field.bound("maxItems").unwrap_or_default();
                if let Ok(more) = self.list(field, most + 1) {
                    add(more, "must have at most");
                }
                if field.bound("minItems").is_some_and(|least| least > 0) {
                    add(json!([]), "should have at least");
                }
                if schema["x-kubernetes-list-type"] != "atomic"
                    && let Some(one) = self.sample(&field.path.child(Step::Item))
                {
                    add(json!([one, one]), "Duplicate value");
                }
            }
            Kind::Map => {
                let most = field.bound("maxProperties").unwrap_or_default();
                if let Ok(more) = self.map(field, most + 1) {
                    add(more, "must have at most");
                }
            }
            Kind::Block => {
                if let Some(mut sample) = self.sample(&field.path) {
                    for name in field.required() {
                        let mut less = sample.clone();
                        object(&mut less).remove(&name);
                        found.push((
                            less,
                            vec![format!("{path}.{name}"), "Required value".to_owned()],
                        ));
                    }
                    sample["surprise"] = json!(1);
                    found.push((sample, vec![format!("unknown field \"{path}.surprise\"")]));
                }
            }
            _ => {}
        }
        found
    }

    /// A list of this many different entries.
    fn list(&self, field: &Field, length: usize) -> Result<Value, String> {
        let sample = self.sample(&field.path.child(Step::Item)).ok_or("entry")?;
        let key = field.schema["x-kubernetes-list-map-keys"][0].as_str();
        let key = key.or_else(|| sample["name"].is_string().then_some("name"));
        let entry = |at: usize| match (&sample, key) {
            (Value::String(text), _) => json!(format!("{text}{at}")),
            (sample, Some(key)) => {
                let mut entry = sample.clone();
                let text = sample[key].as_str().unwrap_or_default();
                entry[key] = json!(format!("{text}{at}"));
                entry
            }
            (sample, None) => sample.clone(),
        };
        Ok((0..length).map(entry).collect())
    }

    fn map(&self, field: &Field, length: usize) -> Result<Value, String> {
        let path = field.path.child(Step::Entry);
        let sample = self.sample(&path).ok_or("entry")?;
        let key = self.entry(&path).key.ok_or("key for its entries")?;
        Ok((0..length)
            .map(|at| (format!("{key}{at}"), sample.clone()))
            .collect())
    }

    /// A value that works, with all that it has to have.
    pub fn sample(&self, path: &Path) -> Option<Value> {
        let field = self.fields.iter().find(|field| field.path == *path)?;
        if let Some(first) = valid(field, &self.entry(path)).ok()?.first() {
            return Some(first.clone());
        }
        match field.kind {
            Kind::List => self
                .list(field, field.bound("minItems").unwrap_or_default())
                .ok(),
            Kind::Map => Some(json!({})),
            _ => {
                let mut value = json!({});
                for name in field.required() {
                    value[&name] = self.sample(&path.child(Step::Name(name.clone())))?;
                }
                Some(value)
            }
        }
    }
}

fn bounds(field: &Field) -> Option<(i64, i64)> {
    // The schema writes them as 0.0.
    let of = |name: &str| format!("{:.0}", field.schema[name].as_f64()?).parse().ok();
    Some((of("minimum")?, of("maximum")?))
}

/// Values that work and are nothing special; none where entries and fields have cases of their own.
fn valid(field: &Field, entry: &Entry) -> Result<Vec<Value>, String> {
    if !entry.valid.is_empty() {
        return Ok(entry.valid.clone());
    }
    let schema = &field.schema;
    Ok(match field.kind {
        Kind::Choice => schema["enum"].as_array().cloned().unwrap_or_default(),
        Kind::Switch => vec![json!(true), json!(false)],
        Kind::Number => {
            let (least, most) = bounds(field).ok_or("value")?;
            vec![json!((least + 1).min(most))]
        }
        Kind::Text | Kind::NumberOrText | Kind::Free => return Err("value".to_owned()),
        // Their entries and fields have cases of their own.
        Kind::List | Kind::Map | Kind::Block => Vec::new(),
    })
}
