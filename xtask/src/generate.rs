//! `cargo xtask gen`: every file of this repository that is made from another one.
//!
//! With `--check` nothing changes: the files are made, compared and put back.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use topology::Service;

use crate::{cargo, database::Database, diagram, images, paths, progress::Progress, web};

const CRD: &str = "crds/localmart.dev_localmarts.yaml";
const CRD_IN_CHART: &str = "charts/localmart-crds/templates/localmarts.yaml";
const ORDER_STATES: &str = "docs/order-states.md";
const TOPOLOGY: &str = "docs/topology.md";
const CONDITIONS: &str = "docs/conditions.md";
const FIELDS: &str = "docs/spec.md";
const QUERIES: &str = ".sqlx";
const WEB_SCHEMA: &str = "services/storefront/web/src/api/schema.gen.ts";
const WEB_LIMITS: &str = "services/storefront/web/src/api/limits.gen.ts";

/// Makes all generated files; with `check`, fails where one was not current.
pub fn run(check: bool, progress: &Progress) -> Result<()> {
    let before = snapshot()?;
    let made = make_all(progress);
    if !check {
        return made;
    }
    let after = snapshot()?;
    restore(&before, &after)?;
    made?;
    let stale: std::collections::BTreeSet<_> = before
        .keys()
        .chain(after.keys())
        .filter(|path| before.get(*path) != after.get(*path))
        .map(|path| path.display().to_string())
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    bail!(
        "generated files are not current: {}\nrun `cargo xtask gen` and commit what it changes",
        stale.into_iter().collect::<Vec<_>>().join(", ")
    )
}

fn make_all(progress: &Progress) -> Result<()> {
    let step = progress.step("generate");
    step.say("queries");
    queries(&step)?;
    step.say("programs");
    let mut build = cargo::command("build");
    build.args(["--workspace", "--bins", "--exclude", "xtask"]);
    step.run(&mut build, "gen-build")?;
    let crd = output_of("localmart-operator", &["crd"])?;
    write(CRD, &crd)?;
    write(CRD_IN_CHART, &crd)?;
    let conditions = output_of("localmart-operator", &["conditions"])?;
    write(CONDITIONS, &conditions)?;
    write(FIELDS, &output_of("localmart-operator", &["fields"])?)?;
    write(ORDER_STATES, &output_of("orders", &["states"])?)?;
    write(TOPOLOGY, &diagram::page())?;
    for service in Service::ALL
        .into_iter()
        .filter(|s| *s != Service::Storefront)
    {
        openapi(service)?;
    }
    // The storefront's document is merged from the others, which it reads when it is compiled.
    let mut build = cargo::command("build");
    build.args(["--workspace", "--bins", "--exclude", "xtask"]);
    step.run(&mut build, "gen-build")?;
    openapi(Service::Storefront)?;
    step.say("web client");
    web::install(progress)?;
    let mut types = Command::new("npm");
    types.args(["run", "gen"]).current_dir(web::directory());
    step.run(&mut types, "gen-web")?;
    step.done("all files made");
    Ok(())
}

fn openapi(service: Service) -> Result<()> {
    let document = output_of(service.name(), &["openapi"])?;
    write(&format!("services/{service}/openapi.json"), &document)
}

/// The offline data of sqlx: what Postgres says of each query in the code.
fn queries(step: &crate::progress::Step<'_>) -> Result<()> {
    let database = Database::start()?;
    let directory = paths::repository().join(QUERIES);
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    fs::create_dir_all(&directory)?;
    let mut check = cargo::command("check");
    for service in Service::ALL.into_iter().filter(|s| s.has_schema()) {
        check.args(["-p", service.name()]);
        // The macros run only where cargo sees a change.
        let root = format!("services/{service}/src/lib.rs");
        let root = paths::repository().join(root);
        let source = fs::read(&root).with_context(|| format!("cannot read {}", root.display()))?;
        fs::write(&root, source)?;
    }
    check
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", &directory)
        .env("DATABASE_URL", database.url());
    step.run(&mut check, "gen-queries")
}

fn output_of(program: &str, arguments: &[&str]) -> Result<String> {
    // Not `cargo run`: built alone a program has other features of its dependencies, which change
    // the order of what it prints.
    let mut command = Command::new(images::built(images::Profile::Dev, program)?);
    let output = command
        .args(arguments)
        .output()
        .with_context(|| format!("cannot start {program}"))?;
    if !output.status.success() {
        bail!(
            "{program} {} failed: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("{program} wrote no UTF-8"))
}

fn write(path: &str, content: &str) -> Result<()> {
    let path = paths::repository().join(path);
    if fs::read_to_string(&path).is_ok_and(|found| found == content) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// Path relative to the repository and content of every generated file there is.
type Files = BTreeMap<PathBuf, Vec<u8>>;

fn snapshot() -> Result<Files> {
    let mut names: Vec<PathBuf> = [
        CRD,
        CRD_IN_CHART,
        CONDITIONS,
        FIELDS,
        ORDER_STATES,
        TOPOLOGY,
        WEB_SCHEMA,
        WEB_LIMITS,
    ]
    .iter()
    .map(PathBuf::from)
    .collect();
    for service in Service::ALL {
        names.push(format!("services/{service}/openapi.json").into());
    }
    let queries = paths::repository().join(QUERIES);
    if queries.is_dir() {
        for entry in fs::read_dir(queries)? {
            names.push(Path::new(QUERIES).join(entry?.file_name()));
        }
    }
    let mut files = Files::new();
    for name in names {
        if let Ok(content) = fs::read(paths::repository().join(&name)) {
            files.insert(name, content);
        }
    }
    Ok(files)
}

fn restore(before: &Files, after: &Files) -> Result<()> {
    for name in after.keys().filter(|name| !before.contains_key(*name)) {
        fs::remove_file(paths::repository().join(name))?;
    }
    for (name, content) in before {
        if after.get(name) != Some(content) {
            fs::write(paths::repository().join(name), content)?;
        }
    }
    Ok(())
}
