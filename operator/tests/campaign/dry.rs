//! Every value against the API server alone: what works is taken, what does not is refused in words
//! that name the field, and the stored object stays as it is.

use std::collections::BTreeSet;

use futures::{StreamExt, stream};
use kube::core::Status;
use localmart_api::LocalMart;
use serde_json::{Value, json};

use crate::{
    cases::{BASE, Case, Class, Expect, Maker},
    kit::{Cluster, Space},
    report::Report,
    schema,
    table::Change,
};

/// Requests at once.
const AT_ONCE: usize = 6;
/// The shop that is there.
const LIVE: &str = "live";
/// A name under which nothing is.
const NEW: &str = "new";

/// Tries every case by dry run, and every change that is refused. The `whole` has to break every rule.
pub async fn run(
    cluster: &Cluster,
    maker: &Maker<'_>,
    cases: &[Case],
    report: &Report,
    whole: bool,
) {
    let space = &cluster.space("campaign").await;
    space.apply(LIVE, BASE).await.unwrap();
    let before = stored(space, LIVE).await;
    let messages: Vec<_> = stream::iter(cases)
        .map(|case| async move {
            let spec = maker.spec([case]).to_string();
            // What can be given only to a new shop is tried on one.
            let name = if matches!(case.expect, Expect::Stays(_)) {
                NEW
            } else {
                LIVE
            };
            let result = check(case, space.dry_run(name, &spec).await);
            report.tried(case, &result);
            result.unwrap_or_default()
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    if stored(space, LIVE).await != before {
        report.fail("a dry run changed the stored object".to_owned());
    }
    let mut messages: BTreeSet<String> = messages.into_iter().collect();
    for (at, change) in maker.table.changes.iter().enumerate() {
        messages.insert(refused_change(space, &format!("change-{at}"), change, report).await);
    }
    let name = space.dry_run("1-shop", BASE).await;
    messages.insert(name.map_err(|status| status.message).unwrap_err());

    let rules = schema::rules();
    let met = |rule: &&schema::Rule| {
        let path = match rule.path.as_str() {
            "" => String::new(),
            path => format!("spec.{}", path.replace("[]", "[0]").replace("{}", "")),
        };
        messages
            .iter()
            .any(|text| text.contains(&rule.message) && text.contains(&path))
    };
    let (met, unmet): (Vec<_>, Vec<_>) = rules.iter().partition(met);
    report.rules(met.len(), rules.len());
    for rule in unmet.into_iter().filter(|_| whole) {
        report.fail(format!(
            "no value breaks the rule of spec.{} that says {:?}: add one to `illegal` or `changes` \
             of operator/tests/campaign/values.yaml",
            rule.path, rule.message
        ));
    }
}

/// The words of the refusal, if there was to be one.
fn check(case: &Case, answer: Result<LocalMart, Box<Status>>) -> Result<String, String> {
    match (&case.expect, answer) {
        (Expect::Refused(_), Ok(_)) => Err("the API server takes it".to_owned()),
        (Expect::Refused(words), Err(status)) => {
            let said =
                |word: &&String| status.message.to_lowercase().contains(&word.to_lowercase());
            match words.iter().find(|word| !said(word)) {
                Some(word) => Err(format!(
                    "the refusal has no {word:?}: {}",
                    short(&status.message)
                )),
                None => Ok(status.message.clone()),
            }
        }
        (_, Ok(_)) => Ok(String::new()),
        (_, Err(status)) => Err(format!("refused: {}", short(&status.message))),
    }
}

async fn refused_change(space: &Space, name: &str, change: &Change, report: &Report) -> String {
    space.apply(name, &change.from.to_string()).await.unwrap();
    let before = stored(space, name).await;
    let what = format!("from {} to {}", change.from, change.to);
    let message = match space.apply(name, &change.to.to_string()).await {
        Ok(_) => {
            report.fail(format!("{what}: the API server takes it"));
            String::new()
        }
        Err(status) => status.message,
    };
    if !message.contains(&change.words) {
        report.fail(format!(
            "{what}: the refusal has no {:?}: {message}",
            change.words
        ));
    }
    if stored(space, name).await != before {
        report.fail(format!(
            "{what}: refused, and yet the stored object changed"
        ));
    }
    message
}

async fn stored(space: &Space, name: &str) -> Value {
    json!(space.shop(name).await)
}

fn short(text: &str) -> String {
    text.chars().take(400).collect()
}

/// Whether a case has to be tried in a cluster with the operator.
pub fn goes_live(case: &Case) -> bool {
    case.class != Class::Illegal
}
