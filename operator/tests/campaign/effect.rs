//! Whether a field does anything: what the operator makes of a shop has to differ between two of
//! its values. No cluster is needed, the operator's own `render` tells.

use std::{collections::BTreeSet, process::Command};

use localmart_operator::planted::Bug;
use serde_json::{Value, json};

use crate::{
    cases::{Case, Class, Maker, base},
    kit::operator,
    schema::{Field, Kind, Step, object},
};

/// The operator's program, asked what it would make.
pub struct Renderer {
    folder: tempfile::TempDir,
    bug: Option<Bug>,
}

impl Renderer {
    pub fn new(bug: Option<Bug>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("releases.yaml"), operator::releases()).unwrap();
        Self { folder, bug }
    }

    fn render(&self, spec: &Value) -> Result<String, String> {
        let shop = json!({
            "apiVersion": "localmart.dev/v1alpha1", "kind": "LocalMart",
            "metadata": { "name": "shop", "namespace": "shops" }, "spec": spec,
        });
        let file = self.folder.path().join("shop.yaml");
        std::fs::write(&file, shop.to_string()).unwrap();
        let output = Command::new(operator::program())
            .arg("render")
            .arg("--file")
            .arg(file)
            .arg("--releases")
            .arg(self.folder.path().join("releases.yaml"))
            .envs(self.bug.map(|bug| ("LOCALMART_PLANTED_BUG", bug.name())))
            .output()
            .unwrap();
        if output.status.success() {
            Ok(String::from_utf8(output.stdout).unwrap())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// What is wrong with what a field does.
    pub fn check(&self, maker: &Maker<'_>, field: &Field, cases: &[Case]) -> Result<(), String> {
        let unseen = maker
            .table
            .entry(&field.path)
            .and_then(|entry| entry.unseen.as_ref());
        let mut seen = BTreeSet::new();
        let works = |case: &&Case| {
            case.path == field.path && matches!(case.class, Class::Valid | Class::Edge)
        };
        let specs: Vec<_> = cases
            .iter()
            .filter(works)
            .map(|case| maker.spec([case]))
            .collect();
        let mut path = field.path.clone();
        if specs.len() == 1 && field.kind == Kind::Free {
            // That it is there is all it says; its block is nothing without it.
            path = path.parent();
        }
        if let Some(without) = specs.first().and_then(|spec| without(spec, &path.0)) {
            let rendered = self.render(&without).or_else(|_| self.render(&base()));
            seen.insert(rendered?);
        }
        for spec in specs {
            seen.insert(
                self.render(&spec)
                    .map_err(|error| format!("render: {error}"))?,
            );
            if seen.len() > 1 && unseen.is_none() {
                return Ok(());
            }
        }
        match (unseen, seen.len()) {
            (None, _) => Err("it is ignored: every value of it gives the same objects".to_owned()),
            (Some(_), 1) => Ok(()),
            (Some(why), _) => Err(format!(
                "values.yaml says that it is unseen ({why}), and it shows"
            )),
        }
    }
}

/// The spec without this field, where it is one of a block.
fn without(spec: &Value, path: &[Step]) -> Option<Value> {
    let mut spec = spec.clone();
    let (last, parents) = path.split_last()?;
    let Step::Name(name) = last else { return None };
    let mut at = &mut spec;
    for step in parents {
        at = match step {
            Step::Name(name) => &mut at[name],
            Step::Item => &mut at[0],
            Step::Entry => return None,
        };
    }
    object(at).remove(name);
    Some(spec)
}
