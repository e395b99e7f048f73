//! Puts the CRD, the operator and the example into a cluster, and takes them out again.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_yaml::{Mapping, Value};

use crate::{
    images::{self, Release},
    kubernetes::Kubernetes,
    paths,
    progress::Progress,
};

const OPERATOR_NAMESPACE: &str = "localmart-system";
const SHOP_NAMESPACE: &str = "localmart";
const OPERATOR_RELEASE: &str = "localmart-operator";
const CRD_RELEASE: &str = "localmart-crds";

/// The object of `examples/localmart.yaml`.
pub struct Example {
    pub namespace: String,
    pub name: String,
}

/// Installs or upgrades both charts; unchanged ones roll nothing.
pub fn operator(
    kubernetes: &Kubernetes,
    releases: Vec<Release>,
    registry: Option<&str>,
    progress: &Progress,
) -> Result<()> {
    let step = progress.step("operator");
    for namespace in [OPERATOR_NAMESPACE, SHOP_NAMESPACE] {
        kubernetes.apply(&restricted_namespace(namespace))?;
    }
    let values = write_values(releases, registry)?;
    let values = values.to_string_lossy().into_owned();
    let crds = chart("localmart-crds");
    let operator = chart("localmart-operator");
    let upgrade = |release: &str, chart: &str, more: &[&str]| {
        let fixed = [
            "upgrade",
            "--install",
            release,
            chart,
            "--namespace",
            OPERATOR_NAMESPACE,
        ];
        kubernetes.helm(&[&fixed, more].concat())
    };
    step.run(&mut upgrade(CRD_RELEASE, &crds, &[]), "helm-crds")?;
    let wait = ["--values", &values, "--wait", "--timeout", "3m"];
    step.run(
        &mut upgrade(OPERATOR_RELEASE, &operator, &wait),
        "helm-operator",
    )?;
    step.done("installed");
    Ok(())
}

/// Applies the example and says which object it holds.
pub fn example(kubernetes: &Kubernetes, progress: &Progress) -> Result<Example> {
    let step = progress.step("example");
    let file = paths::repository().join("examples/localmart.yaml");
    let example = read_example(&file)?;
    let said = kubernetes.apply_file(&file)?;
    step.done(said.trim());
    Ok(example)
}

/// Removes the shop and the operator; with `data`, the namespace and so the volumes too.
pub fn remove(kubernetes: &Kubernetes, data: bool, progress: &Progress) -> Result<()> {
    let step = progress.step("remove");
    let kubectl = |arguments: &[&str]| kubernetes.kubectl(arguments);
    let shops = [
        "delete",
        "localmart",
        "--all",
        "-n",
        SHOP_NAMESPACE,
        "--ignore-not-found",
    ];
    step.run(&mut kubectl(&shops), "remove-shop")?;
    for release in [OPERATOR_RELEASE, CRD_RELEASE] {
        let arguments = ["uninstall", release, "--namespace", OPERATOR_NAMESPACE];
        let arguments = [&arguments[..], &["--ignore-not-found", "--wait"]].concat();
        step.run(&mut kubernetes.helm(&arguments), "remove-operator")?;
    }
    step.run(
        &mut kubectl(&[
            "delete",
            "namespace",
            OPERATOR_NAMESPACE,
            "--ignore-not-found",
        ]),
        "remove-namespace",
    )?;
    if data {
        let namespace = ["delete", "namespace", SHOP_NAMESPACE, "--ignore-not-found"];
        step.run(&mut kubectl(&namespace), "remove-data")?;
    }
    step.done(if data {
        "with its data"
    } else {
        "the data stays"
    });
    Ok(())
}

fn chart(name: &str) -> String {
    let path = paths::repository().join("charts").join(name);
    path.to_string_lossy().into_owned()
}

/// Pods in it must meet Pod Security `restricted`.
fn restricted_namespace(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n  labels:\n    pod-security.kubernetes.io/enforce: restricted\n"
    )
}

/// The chart's values: the operator's own image and which image a release means.
fn write_values(mut releases: Vec<Release>, registry: Option<&str>) -> Result<PathBuf> {
    if let Some(registry) = registry {
        for image in releases.iter_mut().flat_map(|release| &mut release.images) {
            *image = image.in_registry(registry);
        }
    }
    let operator = releases
        .iter()
        .flat_map(|release| &release.images)
        .find(|image| image.short_name() == "operator")
        .context("the operator's image was not built")?;
    let table = images::release_table(&releases);
    let values = Mapping::from_iter([
        ("image".into(), Value::from(operator.reference.as_str())),
        ("releases".into(), table),
        (
            "watchNamespaces".into(),
            Value::Sequence(vec![SHOP_NAMESPACE.into()]),
        ),
    ]);
    let path = paths::cache().join("values.yaml");
    fs::write(&path, serde_yaml::to_string(&values)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

fn read_example(file: &std::path::Path) -> Result<Example> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    for document in serde_yaml::Deserializer::from_str(&text) {
        let value = Value::deserialize(document)?;
        if value["kind"] == "LocalMart" {
            let metadata = &value["metadata"];
            let name = metadata["name"]
                .as_str()
                .context("the example has no name")?;
            return Ok(Example {
                namespace: metadata["namespace"]
                    .as_str()
                    .unwrap_or("default")
                    .to_owned(),
                name: name.to_owned(),
            });
        }
    }
    anyhow::bail!("{} holds no LocalMart", file.display())
}
