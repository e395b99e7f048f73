//! Processes are killed, connections cut and answers repeated at every step of a purchase; then
//! nothing may be missing and nothing too much.

mod scenarios;

use std::{collections::HashSet, time::Duration};

use anyhow::{Result, ensure};
use tokio::time::timeout;

use crate::{
    buyer::{APPROVED, Buyer},
    goods, invariants, races,
    report::Table,
    shop::{Moment, Shop, Step},
};

/// Time in which a step is reached.
const REACH: Duration = Duration::from_secs(5);
/// Time in which a disturbed purchase comes to its end.
const PATIENCE: Duration = Duration::from_secs(30);
/// Purchases that are looked at before the first is disturbed.
const DRY_RUNS: usize = 3;
/// The key of the one request to complete; the web shop keeps it over all tries, too.
const KEY: &str = "insist";

/// The table and every violation.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub table: Table,
    pub violations: Vec<String>,
}

/// One row of the table.
#[derive(Debug, Default)]
struct Row {
    hit: usize,
    orders: Vec<String>,
    violations: Vec<String>,
}

/// Disturbs every step `rounds` times at each moment; or only every `sample`th step, for a short
/// look. Then come the scenarios that belong to no step.
pub async fn run(
    shop: &Shop,
    rounds: usize,
    sample: Option<usize>,
    tell: &(dyn Fn(&str) + Sync),
) -> Result<Outcome> {
    races::see_planted_fault(&shop.track).await?;
    tell("the planted fault was seen");
    let steps = steps(shop).await?;
    tell(&format!("a purchase has {} steps", steps.len()));
    let mut table = Table::new(&["step", "what", "rounds", "hit", "orders", "violations"]);
    let mut violations = Vec::new();
    let mut enter = |name: String, what: String, row: Row| {
        let counts = [rounds, row.hit, row.orders.len(), row.violations.len()];
        let mut cells = vec![name, what];
        cells.extend(counts.iter().map(ToString::to_string));
        tell(&cells.join(" | "));
        table.row(cells);
        violations.extend(row.violations);
    };
    for step in steps.iter().step_by(sample.unwrap_or(1)) {
        for &moment in moments(step) {
            let row = disturb(shop, step, moment, rounds).await?;
            enter(step.to_string(), moment.to_string(), row);
        }
    }
    for scenario in scenarios::ALL {
        let row = scenarios::run(shop, scenario, rounds).await?;
        enter(scenario.place().to_owned(), scenario.what().to_owned(), row);
    }
    Ok(Outcome { table, violations })
}

/// What is done to a step: its process is killed; commits are cut off; payments answers twice or
/// not at all.
fn moments(step: &Step) -> &'static [Moment] {
    if step.what == "COMMIT" {
        &[Moment::Before, Moment::After, Moment::Cut]
    } else if step.what.starts_with("payments: ") {
        &[
            Moment::Before,
            Moment::After,
            Moment::Twice,
            Moment::Refused,
        ]
    } else {
        &[Moment::Before, Moment::After]
    }
}

/// The steps that every purchase takes, in their order.
async fn steps(shop: &Shop) -> Result<Vec<Step>> {
    let mut steps: Vec<Step> = Vec::new();
    for run in 0..DRY_RUNS {
        let variant = goods::article(&shop.track.pool, goods::PRICE, 5).await?;
        let (buyer, checkout) = shop.track.outside.at_the_till(variant).await?;
        shop.steps.count();
        let bought = buy(&buyer, &checkout).await;
        invariants::quiet(&shop.track.pool, PATIENCE).await?;
        let seen = shop.steps.stop();
        ensure!(bought.is_some(), "an undisturbed purchase failed");
        if run == 0 {
            steps = seen;
        } else {
            let seen: HashSet<Step> = seen.into_iter().collect();
            steps.retain(|step| seen.contains(step));
        }
    }
    ensure!(!steps.is_empty(), "a purchase has no steps");
    Ok(steps)
}

/// Gives a card and agrees to the total; the order's number, unless something went wrong.
async fn buy(buyer: &Buyer, checkout: &str) -> Option<String> {
    let paid = buyer.pay(checkout, APPROVED).await.ok()?;
    let total = paid.expect(200).ok()?["totals"]["grand"].clone();
    let placed = buyer.complete(checkout, KEY, &total).await.ok()?;
    let placed = placed.expect(201).ok()?;
    placed["number"].as_str().map(str::to_owned)
}

async fn disturb(shop: &Shop, step: &Step, moment: Moment, rounds: usize) -> Result<Row> {
    let mut row = Row::default();
    for _ in 0..rounds {
        let variant = goods::article(&shop.track.pool, goods::PRICE, 5).await?;
        let (buyer, checkout) = shop.track.outside.at_the_till(variant).await?;
        let reached = shop.steps.arm(step.clone(), moment);
        let buying = {
            let (buyer, checkout) = (buyer.clone(), checkout.clone());
            tokio::spawn(async move { buy(&buyer, &checkout).await })
        };
        let hit = matches!(timeout(REACH, reached).await, Ok(Ok(())));
        shop.steps.stop();
        row.hit += usize::from(hit);
        if hit && matches!(moment, Moment::Before | Moment::After) {
            shop.kill(step.process)?;
            shop.begin(step.process).await?;
        }
        let told = buying.await?;
        finish(&buyer, &checkout, told, &mut row).await;
        invariants::quiet(&shop.track.pool, PATIENCE).await?;
    }
    close(shop, &format!("{step} {moment}"), rounds, row).await
}

/// Goes on until there is an order, and compares it with what was said before.
async fn finish(buyer: &Buyer, checkout: &str, told: Option<String>, row: &mut Row) {
    match buyer.insist(checkout, APPROVED, PATIENCE).await {
        Ok(number) => {
            if told.as_ref().is_some_and(|told| *told != number) {
                row.violations
                    .push(format!("{checkout} was told {told:?} and {number}"));
            }
            row.orders.push(number);
        }
        Err(error) => {
            row.violations.push(format!("{error:#}"));
            row.orders.extend(told);
        }
    }
}

/// Looks at everything after the rounds of a row.
async fn close(shop: &Shop, place: &str, rounds: usize, mut row: Row) -> Result<Row> {
    let found = invariants::after_quiet(&shop.track.pool, PATIENCE, &row.orders).await?;
    row.violations.extend(found);
    if row.hit == 0 {
        row.violations.push("the step was never reached".to_owned());
    }
    if row.orders.len() < rounds {
        let orders = row.orders.len();
        row.violations
            .push(format!("{orders} orders instead of {rounds}"));
    }
    for violation in &mut row.violations {
        *violation = format!("{place}: {violation}");
    }
    Ok(row)
}
