//! The report, in Markdown.

use std::fmt::Write;

use chassis::Service;

use crate::{
    budgets::{self, Budget, Limit},
    figures::{Figure, number, percent},
    measure::{Plan, Results, Samples},
    shop::Part,
    workloads::Workload,
};

const HEAD: &str = include_str!("report/head.md");
const METHOD: &str = include_str!("report/method.md");

/// All of it. `source` names the commit, `machine` the machine.
pub fn render(results: &Results, plan: &Plan, source: &str, machine: &str) -> String {
    let budgets = budgets::of(results);
    let minutes = format!("{:.1}", results.took.as_secs_f64() / 60.0);
    let mut page = HEAD
        .replace("{source}", source)
        .replace("{machine}", machine)
        .replace("{minutes}", &minutes);
    page.push_str(&ratios(results));
    page.push_str(&against(&budgets));
    page.push_str(&closed(results));
    page.push_str(&open(results));
    page.push_str(&shares(results));
    page.push_str(&processes(results));
    page.push_str(&profiles(results));
    let method = METHOD
        .replace("{repetitions}", &plan.repetitions.to_string())
        .replace("{closed}", &format!("{:?}", plan.closed))
        .replace("{open}", &format!("{:?}", plan.open))
        .replace("{products}", &plan.products.to_string());
    page.push_str(&method);
    page
}

/// A table: the head's cells, then rows.
fn table(head: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut text = format!("| {} |\n|", head.join(" | "));
    for place in 0..head.len() {
        text.push_str(if place == 0 { " --- |" } else { " ---: |" });
    }
    text.push('\n');
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text.push('\n');
    text
}

fn shown(figure: Option<Figure>) -> String {
    figure.map_or("–".to_owned(), |figure| number(figure.median))
}

fn with_spread(figure: Option<Figure>) -> String {
    figure.map_or("–".to_owned(), |figure| {
        format!(
            "{} ± {}",
            number(figure.median),
            percent(figure.spread / 2.0)
        )
    })
}

/// What is left when the machine is divided out.
fn ratios(results: &Results) -> String {
    let all = |samples: &Samples| samples.cpu(None);
    let cart = |samples: &Samples| samples.cpu(Some(Part::Service(Service::Cart)));
    let of = |workload, read: &dyn Fn(&Samples) -> Option<Figure>| {
        results.samples.get(&workload).and_then(read)
    };
    let rows = [
        (
            "a product list through the storefront : at the catalog",
            of(Workload::ListStorefront, &all),
            of(Workload::List, &all),
        ),
        (
            "a product's detail : the product list",
            of(Workload::Detail, &all),
            of(Workload::List, &all),
        ),
        (
            "an addition to a cart, all of it : the cart's own share",
            of(Workload::Add, &all),
            of(Workload::Add, &cart),
        ),
        (
            "an addition through the storefront : at the cart",
            of(Workload::AddStorefront, &all),
            of(Workload::Add, &all),
        ),
        (
            "an addition of a signed-in customer : of a guest",
            of(Workload::AddSignedIn, &all),
            of(Workload::Add, &all),
        ),
        (
            "a search for a rare word : the product list that is ready",
            of(Workload::SearchRare, &all),
            of(Workload::List, &all),
        ),
        (
            "a search for a broad word : for a rare one",
            of(Workload::SearchBroad, &all),
            of(Workload::SearchRare, &all),
        ),
        (
            "a whole purchase : one addition through the storefront",
            of(Workload::Purchase, &all),
            of(Workload::AddStorefront, &all),
        ),
    ];
    let rows = rows
        .into_iter()
        .map(|(what, one, other)| {
            let ratio = one.zip(other).map(|(one, other)| one.median / other.median);
            vec![
                what.to_owned(),
                ratio.map_or("–".to_owned(), |ratio| format!("{} : 1", number(ratio))),
            ]
        })
        .collect();
    format!(
        "## Ratios\n\nOf CPU time for one request, everything but the driver. They hold on other \
         machines, too.\n\n{}",
        table(&["what", "ratio"], rows)
    )
}

fn against(budgets: &[Budget]) -> String {
    let rows = budgets
        .iter()
        .map(|budget| {
            let limit = match budget.limit {
                Limit::AtLeast(least) => format!("≥ {}", number(least)),
                Limit::AtMost(most) => format!("≤ {}", number(most)),
            };
            let verdict = match budget.measured {
                None => "not measured",
                Some(_) if budget.is_missed() => "**missed**",
                Some(_) => "met",
            };
            vec![
                budget.what.clone(),
                format!("{limit} {}", budget.unit),
                budget.measured.map_or("–".to_owned(), number),
                verdict.to_owned(),
            ]
        })
        .collect();
    format!(
        "## Budgets\n\n{}",
        table(&["what", "budget", "measured", ""], rows)
    )
}

fn closed(results: &Results) -> String {
    let rows = results.samples.iter().map(|(workload, samples)| {
        vec![
            workload.title().to_owned(),
            workload.shoppers().to_string(),
            with_spread(samples.rate()),
            shown(samples.per_core(None)),
            with_spread(samples.cpu(None)),
            samples
                .driver()
                .map_or("–".to_owned(), |share| percent(share.median)),
        ]
    });
    format!(
        "## Closed loop: the most there can be\n\n{}",
        table(
            &[
                "workload",
                "at a time",
                "per second",
                "per CPU-second of the shop",
                "CPU-s per 1,000",
                "driver's share of its core",
            ],
            rows.collect()
        )
    )
}

fn open(results: &Results) -> String {
    let rows = results.samples.iter().map(|(workload, samples)| {
        vec![
            workload.title().to_owned(),
            number(samples.rate),
            shown(samples.late(0.5)),
            shown(samples.late(0.95)),
            shown(samples.late(0.99)),
            samples.worst().map_or("–".to_owned(), number),
        ]
    });
    let mut text = format!(
        "## Open loop: how long it takes\n\nMilliseconds from the moment at which a request fell \
         due. Medians of the repetitions; the last column is the worst of all requests.\n\n{}",
        table(
            &["workload", "per second", "p50", "p95", "p99", "max"],
            rows.collect()
        )
    );
    if let Some(purchase) = results.samples.get(&Workload::Purchase) {
        let rows = purchase.steps().into_iter().map(|step| {
            let late = |quantile| shown(purchase.step(step, quantile));
            vec![
                format!("`{step}`"),
                late(0.5),
                late(0.95),
                late(0.99),
                late(1.0),
            ]
        });
        text.push_str("The steps of a purchase, each from when it was sent:\n\n");
        text.push_str(&table(
            &["step", "p50", "p95", "p99", "max"],
            rows.collect(),
        ));
    }
    text
}

fn parts() -> impl Iterator<Item = Part> {
    let services = Service::ALL.map(Part::Service);
    services.into_iter().chain([Part::Postgres, Part::Redis])
}

fn shares(results: &Results) -> String {
    let names: Vec<String> = parts().map(|part| part.to_string()).collect();
    let mut head = vec!["workload"];
    head.extend(names.iter().map(String::as_str));
    let rows = results.samples.iter().map(|(workload, samples)| {
        let mut row = vec![workload.title().to_owned()];
        row.extend(parts().map(|part| shown(samples.cpu(Some(part)))));
        row
    });
    format!(
        "## Who works: CPU-seconds for 1,000 requests\n\n{}",
        table(&head, rows.collect())
    )
}

fn processes(results: &Results) -> String {
    let mebibytes = |kibibytes: u32| number(f64::from(kibibytes) / 1024.0);
    let rows = parts().map(|part| {
        let ready = match part {
            Part::Service(service) => {
                let took = results.ready.get(&service).into_iter().flatten();
                Figure::of(took.map(|took| took.as_secs_f64() * 1_000.0))
            }
            Part::Postgres | Part::Redis => None,
        };
        let idle = results.idle.get(&part).map(|memory| mebibytes(memory.now));
        let peak = results
            .loaded
            .get(&part)
            .map(|memory| mebibytes(memory.peak));
        vec![
            part.to_string(),
            with_spread(ready),
            idle.unwrap_or("–".to_owned()),
            peak.unwrap_or("–".to_owned()),
        ]
    });
    format!(
        "## Start and memory\n\nThe time counts from starting the program to the first good answer \
         of `/readyz`. Memory is resident, in MiB: idle is after the start, the peak is the \
         process's high-water mark after all workloads. Of Postgres it is what all its processes \
         share and own, at the end.\n\n{}",
        table(&["process", "ready, ms", "idle", "peak"], rows.collect())
    )
}

fn profiles(results: &Results) -> String {
    let mut text = String::new();
    for (workload, samples) in &results.samples {
        let Some(profile) = &samples.profile else {
            continue;
        };
        let _ = write!(
            text,
            "### {}\n\n{}\n\n```text\n{}\n```\n\n",
            workload.title(),
            workload.next_step(),
            profile.0
        );
    }
    if text.is_empty() {
        return text;
    }
    format!(
        "## Why budgets are missed\n\nShares of the shop's CPU time, first by program, then by \
         function.\n\n{text}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_rule_for_each_column() {
        let rows = vec![vec!["x".to_owned(), "1".to_owned()]];
        let text = table(&["what", "much"], rows);
        assert_eq!(text, "| what | much |\n| --- | ---: |\n| x | 1 |\n\n");
    }

    #[test]
    fn nothing_measured_is_said_to_be_nothing() {
        let page = render(&Results::default(), &Plan::quick(), "abc", "a machine");
        assert!(page.contains("not measured"), "{page}");
        assert!(!page.contains('{'), "a place that is not filled in: {page}");
        assert!(!page.contains("**missed**"), "{page}");
    }
}
