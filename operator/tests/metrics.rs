//! What a running operator tells of itself, and that the chart's dashboard and alerts ask for
//! nothing else.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::float_cmp,
    reason = "counts are whole numbers, which a float holds exactly"
)]

mod kit;

use std::collections::BTreeSet;

use kit::{Cluster, Operator, chart, eventually, kubelet::Kubelet, scrape::Scrape};
use localmart_api::{
    Phase,
    conditions::{ConditionType, Reason},
};
use promql_parser::{
    label::METRIC_NAME,
    parser::{self, VectorSelector},
    util::{ExprVisitor, walk_expr},
};
use serde_json::Value;

/// Labels that the scrape adds.
const TARGET: [&str; 1] = ["pod"];

#[tokio::test]
async fn every_metric_that_the_chart_names_is_there() {
    let space = Cluster::connect().await.space("metrics").await;
    let kubelet = Kubelet::start(&space);
    kubelet.hold("migrate");
    let operator = Operator::start(&space).await;
    space.apply("good", "{}").await.unwrap();
    space.phase("good", Phase::Migrating).await;
    space.apply("bad", "{version: 9.9.9}").await.unwrap();
    space
        .condition("bad", ConditionType::Reconciled, Reason::UnknownVersion)
        .await;
    eventually("the failure is counted", async || {
        let scrape = Scrape::of(&operator).await;
        (scrape.sum("localmart_operator_objects_in_backoff") > 0.0)
            .then_some(())
            .ok_or(scrape.text)
    })
    .await;
    let waiting = Scrape::of(&operator).await;
    kubelet.release("migrate");
    space.phase("good", Phase::Ready).await;
    let scrape = eventually("no pass is under way", async || {
        let scrape = Scrape::of(&operator).await;
        (scrape.sum("localmart_operator_reconcile_running") == 0.0)
            .then_some(scrape.clone())
            .ok_or(scrape.text)
    })
    .await;

    check_values(&waiting, &scrape, &operator);
    let documented: BTreeSet<&str> = scrape
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("# HELP ")?.split(' ').next())
        .collect();
    let typed = scrape.text.matches("# TYPE ").count();
    assert_eq!(documented.len(), typed, "{}", scrape.text);

    let mut names = waiting.names();
    names.extend(scrape.names());
    let queries = queries();
    for query in &queries {
        check_query(query, &names, &waiting, &scrape);
    }
    println!("{} metrics, {} queries", documented.len(), queries.len());
}

/// The numbers are those of what happened.
fn check_values(waiting: &Scrape, scrape: &Scrape, operator: &Operator) {
    let sum = |name: &str| scrape.sum(&format!("localmart_operator_{name}"));
    let labelled = |scrape: &Scrape, name: &str, label: &str, value: &str| {
        let samples = scrape.of_name(&format!("localmart_operator_{name}"));
        let found = samples.iter().find(|sample| sample.labels[label] == value);
        found.map(|sample| sample.value)
    };
    assert_eq!(labelled(scrape, "localmarts", "phase", "Ready"), Some(1.0));
    assert_eq!(
        labelled(scrape, "localmarts", "phase", "Degraded"),
        Some(1.0)
    );
    assert!(labelled(waiting, "gate_waiting_seconds", "wave", "services").is_some());
    assert!(labelled(scrape, "gate_waiting_seconds", "wave", "services").is_none());
    assert!(labelled(scrape, "gate_wait_seconds_count", "wave", "services") == Some(1.0));
    assert!(labelled(scrape, "reconcile_errors_total", "reason", "UnknownVersion") >= Some(1.0));
    assert_eq!(sum("leading"), 1.0);
    assert_eq!(
        sum("reconcile_total"),
        sum("reconcile_duration_seconds_count")
    );
    assert!(sum("oldest_success_timestamp_seconds") <= sum("last_success_timestamp_seconds"));
    let mut writes = operator.proxy.writes();
    writes.retain(|write| write.status.is_success());
    let count = u32::try_from(writes.len()).unwrap();
    assert_eq!(sum("writes_total"), f64::from(count), "{writes:#?}");
    assert_eq!(sum("reconcile_writes_sum"), sum("writes_total"));
}

/// Every query of the dashboard and the alert rules, as the chart renders them.
fn queries() -> Vec<String> {
    let on = ["dashboards", "alerts", "serviceMonitor"].map(|name| format!("{name}.enabled"));
    let on: Vec<_> = on.iter().map(|name| (name.as_str(), "true")).collect();
    let documents = chart::template("operator", "somewhere", &on);
    let of_kind = |kind: &str, name: &str| {
        documents
            .iter()
            .find(|document| document["kind"] == kind && document["metadata"]["name"] == name)
            .unwrap_or_else(|| panic!("the chart has no {kind} {name}"))
    };
    assert_eq!(
        of_kind("ServiceMonitor", "operator")["spec"]["endpoints"][0]["port"],
        "admin"
    );
    let dashboard = of_kind("ConfigMap", "operator-dashboard");
    assert_eq!(dashboard["metadata"]["labels"]["grafana_dashboard"], "1");
    let text = dashboard["data"]["localmart-operator.json"]
        .as_str()
        .unwrap();
    let dashboard: Value = serde_json::from_str(text).unwrap();
    let mut queries = Vec::new();
    collect(&dashboard["panels"], &mut queries);
    let shown = queries.len();
    collect(
        &of_kind("PrometheusRule", "operator")["spec"]["groups"],
        &mut queries,
    );
    assert!(shown > 10 && queries.len() > shown + 5, "{queries:#?}");
    queries
}

fn collect(value: &Value, queries: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                match (name.as_str(), value) {
                    ("expr", Value::String(query)) => queries.push(query.clone()),
                    _ => collect(value, queries),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, queries)),
        _ => {}
    }
}

struct Selectors(Vec<VectorSelector>);

impl ExprVisitor for Selectors {
    type Error = ();

    fn pre_visit(&mut self, expression: &parser::Expr) -> Result<bool, ()> {
        if let parser::Expr::VectorSelector(selector) = expression {
            self.0.push(selector.clone());
        }
        if let parser::Expr::MatrixSelector(range) = expression {
            self.0.push(range.vs.clone());
        }
        Ok(true)
    }
}

/// Every metric and label that a query names is one that the operator has.
fn check_query(query: &str, names: &BTreeSet<&str>, waiting: &Scrape, scrape: &Scrape) {
    let expression = parser::parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let mut selectors = Selectors(Vec::new());
    walk_expr(&mut selectors, &expression).unwrap();
    assert!(!selectors.0.is_empty(), "{query} asks for nothing");
    let mut labels: BTreeSet<&str> = TARGET.into();
    for selector in &selectors.0 {
        let name = selector.name.as_deref().unwrap();
        assert!(names.contains(name), "no metric {name}: {query}");
        let samples = waiting.of_name(name).iter().chain(scrape.of_name(name));
        labels.extend(samples.flat_map(|sample| sample.labels.keys().map(String::as_str)));
        for matcher in &selector.matchers.matchers {
            let known = matcher.name == METRIC_NAME || labels.contains(matcher.name.as_str());
            assert!(known, "no label {}: {query}", matcher.name);
        }
    }
    let Some((_, grouped)) = query.split_once(" by (") else {
        return;
    };
    let grouped = grouped.split_once(')').unwrap().0;
    for label in grouped.split(',').map(str::trim) {
        assert!(labels.contains(label), "no label {label}: {query}");
    }
}
