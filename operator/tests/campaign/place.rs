//! Where a value goes in a spec, and what has to stand around it.

use serde_json::{Value, json};

use crate::{
    cases::{Case, Maker},
    schema::{self, Path, Step, merge, object, required},
};

impl Maker<'_> {
    /// Puts the value of a case where it belongs.
    pub fn put(&self, spec: &mut Value, case: &Case) {
        let parent = case.path.parent();
        self.place(spec, &Path::default(), &case.path.0, &case.value);
        if let Some(with) = &case.with {
            let mut more = with.clone();
            if let Some(Step::Name(name)) = case.path.0.last() {
                more[name] = case.value.clone();
            }
            let mut at = &mut *spec;
            for step in &parent.0 {
                at = match step {
                    Step::Name(name) => &mut at[name],
                    Step::Item => &mut at[0],
                    Step::Entry => unreachable!("`with` is for the fields of a block"),
                };
            }
            merge(at, &more);
        }
    }

    /// Puts a value where it belongs, with what its surroundings have to have.
    fn place(&self, target: &mut Value, at: &Path, rest: &[Step], value: &Value) {
        let Some((step, rest)) = rest.split_first() else {
            *target = value.clone();
            return;
        };
        let next = at.child(step.clone());
        match step {
            Step::Name(name) => {
                let schema = at.0.iter().fold(self.schema, schema::step);
                let block = object(target);
                for other in required(schema) {
                    if other != *name
                        && !block.contains_key(&other)
                        && let Some(sample) = self.sample(&at.child(Step::Name(other.clone())))
                    {
                        block.insert(other, sample);
                    }
                }
                let around = (!rest.is_empty()).then(|| self.entry(&next).with);
                for (other, sample) in around.flatten().iter_mut().flat_map(object) {
                    block.entry(other.clone()).or_insert(sample.clone());
                }
                let child = block.entry(name.clone()).or_insert(Value::Null);
                self.place(child, &next, rest, value);
            }
            Step::Item => {
                if target.as_array().is_none_or(Vec::is_empty) {
                    *target = json!([{}]);
                }
                self.place(&mut target[0], &next, rest, value);
            }
            Step::Entry => {
                let key = self.entry(&next).key.unwrap_or_default();
                let entry = object(target).entry(key).or_insert(Value::Null);
                self.place(entry, &next, rest, value);
            }
        }
    }
}
