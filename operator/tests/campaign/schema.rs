//! The fields of a LocalMart's spec, read from the schema that the operator itself installs.

use std::fmt;

use localmart_api::schema;
use serde_json::{Map, Value};

/// One step into the spec.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A property of this name.
    Name(String),
    /// An entry of a list.
    Item,
    /// An entry of a map whose keys are the user's own.
    Entry,
}

/// Where a field is: `services.cart.env[].name`, `ingress.annotations{}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(pub Vec<Step>);

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Name(name) if at == 0 => f.write_str(name)?,
                Step::Name(name) => write!(f, ".{name}")?,
                Step::Item => f.write_str("[]")?,
                Step::Entry => f.write_str("{}")?,
            }
        }
        Ok(())
    }
}

impl Path {
    pub fn child(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    pub fn parent(&self) -> Self {
        Self(self.0[..self.0.len().saturating_sub(1)].to_vec())
    }

    /// As the API server writes it, up to the first key that is the user's own.
    pub fn in_messages(&self) -> String {
        let mut text = "spec".to_owned();
        for step in &self.0 {
            match step {
                Step::Name(name) => text.extend([".", name]),
                Step::Item => text += "[0]",
                Step::Entry => break,
            }
        }
        text
    }

    /// The block that a change of it stays in: two fields of different blocks may change at once.
    pub fn block(&self) -> String {
        let mut names = self.0.iter().filter_map(|step| match step {
            Step::Name(name) => Some(name.clone()),
            _ => None,
        });
        let first = names.next().unwrap_or_default();
        match names.next() {
            Some(second) if first == "services" => format!("{first}.{second}"),
            _ => first,
        }
    }
}

/// What a field can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of a few words.
    Choice,
    Switch,
    Number,
    Text,
    /// A quantity.
    NumberOrText,
    List,
    Map,
    /// Fields of its own.
    Block,
    /// Anything, as far as the schema knows.
    Free,
}

/// One field of the spec.
#[derive(Clone, Debug)]
pub struct Field {
    pub path: Path,
    pub kind: Kind,
    pub schema: Value,
}

impl Field {
    /// Whether it holds a value and not other fields.
    pub fn is_leaf(&self) -> bool {
        !matches!(self.kind, Kind::List | Kind::Map | Kind::Block)
    }

    pub fn bound(&self, name: &str) -> Option<usize> {
        self.schema[name].as_u64()?.try_into().ok()
    }

    pub fn required(&self) -> Vec<String> {
        required(&self.schema)
    }
}

/// A rule in CEL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// Empty for a rule on the spec or on the whole object.
    pub path: String,
    pub message: String,
}

/// Schema of the spec.
pub fn spec() -> Value {
    schema::openapi()["properties"]["spec"].clone()
}

/// Every field of the spec, parents first.
pub fn fields() -> Vec<Field> {
    let mut found = Vec::new();
    walk(&Path::default(), &spec(), &mut found);
    found
}

/// Every rule of the schema.
pub fn rules() -> Vec<Rule> {
    let of = |path: String, schema: &Value| {
        let rules = schema["x-kubernetes-validations"].as_array();
        let rules = rules.into_iter().flatten().map(move |rule| Rule {
            path: path.clone(),
            message: rule["message"].as_str().unwrap().to_owned(),
        });
        rules.collect::<Vec<_>>()
    };
    let mut rules = of(String::new(), &schema::openapi());
    rules.extend(of(String::new(), &spec()));
    for field in fields() {
        rules.extend(of(field.path.to_string(), &field.schema));
    }
    rules
}

fn walk(path: &Path, schema: &Value, found: &mut Vec<Field>) {
    if !path.0.is_empty() {
        found.push(Field {
            path: path.clone(),
            kind: kind(path, schema),
            schema: schema.clone(),
        });
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        walk(&path.child(Step::Name(name.clone())), schema, found);
    }
    for (name, step) in [("items", Step::Item), ("additionalProperties", Step::Entry)] {
        if schema[name].is_object() {
            walk(&path.child(step), &schema[name], found);
        }
    }
}

fn kind(path: &Path, schema: &Value) -> Kind {
    if schema["enum"].is_array() {
        return Kind::Choice;
    }
    if schema["x-kubernetes-int-or-string"] == true {
        return Kind::NumberOrText;
    }
    match schema["type"].as_str() {
        Some("boolean") => Kind::Switch,
        Some("integer" | "number") => Kind::Number,
        Some("string") => Kind::Text,
        Some("array") => Kind::List,
        Some("object") if schema["additionalProperties"].is_object() => Kind::Map,
        Some("object") if schema["properties"].is_object() => Kind::Block,
        Some("object") => Kind::Free,
        other => panic!("spec.{path}: the walk does not know the type {other:?}; teach it"),
    }
}

/// The schema one step further.
pub fn step<'a>(schema: &'a Value, step: &Step) -> &'a Value {
    match step {
        Step::Name(name) => &schema["properties"][name],
        Step::Item => &schema["items"],
        Step::Entry => &schema["additionalProperties"],
    }
}

pub fn required(schema: &Value) -> Vec<String> {
    let names = schema["required"].as_array().into_iter().flatten();
    names
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}

/// `more` on top of `base`, field by field.
pub fn merge(base: &mut Value, more: &Value) {
    match (base, more) {
        (Value::Object(base), Value::Object(more)) => {
            for (name, value) in more {
                merge(base.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (base, more) => *base = more.clone(),
    }
}

/// A map that can be written to, in the place of whatever else there is.
pub fn object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    value.as_object_mut().unwrap()
}
