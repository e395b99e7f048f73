//! A campaign over the spec: for every field of the CRD's own schema values that work, values at
//! the edge and values that are wrong.
//!
//! The schema is walked ([`schema`]), and of each field cases are made ([`cases`]) with the help of
//! a small table of what a schema cannot say ([`table`], `values.yaml`). The API server alone has to
//! take what works and to refuse what does not in words that name the field ([`dry`]); each field
//! has to do something ([`effect`]); and in a cluster with the operator a shop has to get to a value
//! and back, to the same objects as a new shop ([`live`]). The operator is also tried with planted
//! bugs, and each must be found.
//!
//! By default a sample is tried in the cluster. `LOCALMART_CAMPAIGN` is `full`, or how many batches,
//! of which none begins after `LOCALMART_CAMPAIGN_MINUTES`; `LOCALMART_CAMPAIGN_SEED` is the seed that the report names; `LOCALMART_CAMPAIGN_ONLY` is a part
//! of the path of the only fields to be tried.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "what was tried is the result")]

mod cases;
mod dry;
mod effect;
#[path = "../kit/mod.rs"]
mod kit;
mod live;
mod place;
mod report;
mod schema;
mod stand;
mod table;

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use cases::{Case, Maker};
use effect::Renderer;
use kit::{Cluster, chart};
use live::Live;
use localmart_operator::planted::Bug;
use report::Report;
use schema::Field;
use serde_json::Value;
use table::Table;

/// Batches that are tried in a cluster when nothing else is asked for.
const SAMPLE: usize = 4;

/// Where things are read from once.
struct Material {
    table: Table,
    fields: Vec<Field>,
    schema: Value,
}

impl Material {
    fn read() -> Self {
        Self {
            table: Table::read(),
            fields: schema::fields(),
            schema: schema::spec(),
        }
    }

    fn maker(&self) -> Maker<'_> {
        Maker {
            table: &self.table,
            fields: &self.fields,
            schema: &self.schema,
        }
    }
}

/// How many batches, and the seed.
fn settings() -> (usize, u64) {
    let batches = match std::env::var("LOCALMART_CAMPAIGN").ok().as_deref() {
        None | Some("") => SAMPLE,
        Some("full") => usize::MAX,
        Some(number) => number
            .parse()
            .expect("LOCALMART_CAMPAIGN is `full` or how many batches"),
    };
    let seed = std::env::var("LOCALMART_CAMPAIGN_SEED").ok();
    let seed = seed.map_or_else(rand::random, |seed| {
        seed.parse().expect("LOCALMART_CAMPAIGN_SEED is a number")
    });
    (batches, seed)
}

/// Every write that the chart grants, Leases and Events excepted.
fn granted() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let texts = |list: &Value| {
        let texts = list.as_array().into_iter().flatten();
        texts
            .filter_map(|text| text.as_str().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    for document in chart::template("operator", "shops", &[]) {
        for rule in document["rules"].as_array().into_iter().flatten() {
            for group in texts(&rule["apiGroups"]) {
                for resource in texts(&rule["resources"]) {
                    let target = if group.is_empty() {
                        resource
                    } else {
                        format!("{group}/{resource}")
                    };
                    for verb in texts(&rule["verbs"]) {
                        found.insert(format!("{verb} {target}"));
                    }
                }
            }
        }
    }
    let reads = ["get ", "list ", "watch "];
    found.retain(|right| {
        let reads = reads.iter().any(|verb| right.starts_with(verb));
        !reads && !right.ends_with("/leases") && !right.ends_with("/events")
    });
    found
}

#[tokio::test]
async fn every_field_can_be_set_and_set_back() {
    let material = Material::read();
    let maker = material.maker();
    let cases = maker
        .all()
        .unwrap_or_else(|missing| panic!("{}", missing.join("\n")));
    let (number, seed) = settings();
    let only = std::env::var("LOCALMART_CAMPAIGN_ONLY").unwrap_or_default();
    let asked = |case: &&Case| case.path.to_string().contains(&only);
    let cases: Vec<_> = cases.iter().filter(asked).cloned().collect();

    let cluster = Cluster::connect().await;
    let report = &Report::new(&material.fields, granted());
    dry::run(&cluster, &maker, &cases, report, only.is_empty()).await;
    report.say("the API server was asked");
    let renderer = Renderer::new(None);
    for field in material.fields.iter().filter(|field| field.is_leaf()) {
        let of_field: Vec<_> = cases
            .iter()
            .filter(|case| case.path == field.path)
            .cloned()
            .collect();
        if let (Some(case), Err(message)) =
            (of_field.first(), renderer.check(&maker, field, &of_field))
        {
            report.fail_in(case, &message);
        }
    }
    report.say("every field was looked at");
    let works: Vec<_> = cases
        .iter()
        .filter(|case| dry::goes_live(case))
        .cloned()
        .collect();
    let mut batches = live::batches(&works, seed);
    report.say(&format!(
        "{} values in {} batches",
        works.len(),
        batches.len()
    ));
    batches.truncate(number);
    let minutes = std::env::var("LOCALMART_CAMPAIGN_MINUTES").ok();
    let until = minutes.map(|minutes| {
        let minutes = minutes
            .parse()
            .expect("LOCALMART_CAMPAIGN_MINUTES is a number");
        Instant::now() + Duration::from_mins(minutes)
    });
    let live = Live {
        cluster: &cluster,
        maker: &maker,
        report,
        bug: None,
        until,
    };
    live.run(batches).await;

    println!("\nseed {seed}\n{}", report.table());
    let failures = report.failures();
    assert!(failures.is_empty(), "seed {seed}: {failures:#?}");
}

/// A new field of the spec cannot be forgotten.
#[test]
fn a_field_without_a_value_is_named() {
    let mut material = Material::read();
    material.table.fields.remove("storefront.title");
    let missing = material.maker().all().unwrap_err();
    let told = "field spec.storefront.title has no value: add it to \
                operator/tests/campaign/values.yaml";
    assert_eq!(missing, [told]);
}

/// The field and a part of the value in which each planted bug shows.
fn exposing(bug: Bug) -> (&'static str, &'static str) {
    match bug {
        Bug::FieldKept => ("ingress.annotations{}", "yes"),
        Bug::ObjectKept => ("networkPolicy", "Disabled"),
        Bug::FieldIgnored => ("storefront.title", "Corner Shop"),
        Bug::SpellingKept => ("services.cart.podTemplate", "sizeLimit"),
        other => unreachable!("no value brings {} to light", other.name()),
    }
}

/// A campaign that cannot find a bug proves nothing.
#[tokio::test]
async fn planted_bugs_are_caught() {
    let material = Material::read();
    let maker = &material.maker();
    let cases = &maker
        .all()
        .unwrap_or_else(|missing| panic!("{}", missing.join("\n")));
    let cluster = &Cluster::connect().await;
    let report = &Report::new(&material.fields, granted());
    let find = |bug: Bug| {
        let (path, value) = exposing(bug);
        let mut of_field = cases.iter().filter(|case| case.path.to_string() == path);
        let case = of_field.find(|case| case.value.to_string().contains(value));
        let case = case.unwrap_or_else(|| panic!("spec.{path} has no value {value}"));
        case.clone()
    };
    let found = &Bug::OF_CAMPAIGN.map(find);
    // Without a bug, all of these values pass.
    let mut trials = vec![(None, &found[..])];
    for (bug, case) in Bug::OF_CAMPAIGN.into_iter().zip(found) {
        trials.push((Some(bug), std::slice::from_ref(case)));
    }
    let trials = trials.into_iter().map(|(bug, batch)| async move {
        let names: Vec<_> = batch.iter().map(Case::name).collect();
        match (bug, attempt(cluster, maker, report, bug, batch).await) {
            (None, Ok(())) => {}
            (None, Err(message)) => panic!("{names:?}, without a bug: {message}"),
            (Some(bug), Ok(())) => panic!("{} is not found by {names:?}", bug.name()),
            (Some(bug), Err(message)) => {
                println!("caught {}, by {names:?}: {message}", bug.name());
            }
        }
    });
    futures::future::join_all(trials).await;
    let number = Bug::OF_CAMPAIGN.len();
    println!("planted bugs caught: {number} of {number}");
}

/// Values of different blocks, in all the ways.
async fn attempt(
    cluster: &Cluster,
    maker: &Maker<'_>,
    report: &Report,
    bug: Option<Bug>,
    batch: &[Case],
) -> Result<(), String> {
    let (renderer, cases) = (Renderer::new(bug), maker.all().unwrap_or_default());
    for case in batch {
        let field = maker.fields.iter().find(|field| field.path == case.path);
        renderer.check(maker, field.unwrap(), &cases)?;
    }
    let live = Live {
        cluster,
        maker,
        report,
        bug,
        until: None,
    };
    let (stand, portrait) = live.begin().await?;
    let result = live.trial(&stand, batch, &portrait).await;
    stand.end(report).await;
    result
}
