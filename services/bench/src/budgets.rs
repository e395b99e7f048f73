//! What the shop has promised to cost at most, and what it costs.

use chassis::Service;

use crate::{
    figures::Figure,
    measure::{Results, Samples},
    shop::Part,
    workloads::{COMPLETE, Workload},
};

/// Which side of a budget is good.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

/// A budget with what was measured.
#[derive(Clone, Debug)]
pub struct Budget {
    pub what: String,
    pub limit: Limit,
    pub unit: &'static str,
    /// `None` where the workload was not run.
    pub measured: Option<f64>,
    /// The one whose profile explains a miss.
    pub workload: Option<Workload>,
}

impl Budget {
    pub fn is_missed(&self) -> bool {
        match (self.limit, self.measured) {
            (_, None) => false,
            (Limit::AtLeast(least), Some(measured)) => measured < least,
            (Limit::AtMost(most), Some(measured)) => measured > most,
        }
    }
}

/// Every budget that can be measured without a cluster and a browser.
pub fn of(results: &Results) -> Vec<Budget> {
    let mut budgets = Vec::new();
    let mut add = |workload: Workload, what: &str, limit, unit, figure: Read| {
        let measured = results.samples.get(&workload).and_then(figure);
        budgets.push(Budget {
            what: what.to_owned(),
            limit,
            unit,
            measured: measured.map(|figure| figure.median),
            workload: Some(workload),
        });
    };
    add(
        Workload::List,
        "cached product list at the catalog's port",
        Limit::AtLeast(22_000.0),
        "per core-second",
        |samples| samples.per_core(Some(Part::Service(Service::Catalog))),
    );
    add(
        Workload::ListStorefront,
        "the same through the storefront, all-in",
        Limit::AtLeast(9_000.0),
        "per core-second",
        |samples| samples.per_core(None),
    );
    add(
        Workload::Add,
        "guest add to cart",
        Limit::AtLeast(8_000.0),
        "per core-second of cart",
        |samples| samples.per_core(Some(Part::Service(Service::Cart))),
    );
    add(
        Workload::Add,
        "guest add to cart, p99 at half of its rate, open loop",
        Limit::AtMost(5.0),
        "ms",
        |samples| samples.late(0.99),
    );
    add(
        Workload::AddSignedIn,
        "signed-in add to cart, all-in",
        Limit::AtLeast(1_500.0),
        "per second on two cores",
        Samples::rate,
    );
    add(
        Workload::AddSignedIn,
        "signed-in add to cart, p99 at half of its rate, open loop",
        Limit::AtMost(5.0),
        "ms",
        |samples| samples.late(0.99),
    );
    add(
        Workload::Purchase,
        "whole purchase, everything but the driver",
        Limit::AtMost(10.0),
        "CPU-s per 1,000",
        |samples| samples.cpu(None),
    );
    add(
        Workload::Purchase,
        "whole purchase, closed loop",
        Limit::AtLeast(150.0),
        "per second on two cores",
        Samples::rate,
    );
    add(
        Workload::Purchase,
        "`complete`, p95 at 30 purchases a second, open loop",
        Limit::AtMost(50.0),
        "ms",
        |samples| samples.step(COMPLETE, 0.95),
    );
    for (workload, what) in [
        (Workload::SearchRare, "search, rare word"),
        (Workload::SearchMiddling, "search, middling word"),
        (Workload::SearchBroad, "search, broad word"),
    ] {
        add(
            workload,
            what,
            Limit::AtMost(2.0),
            "CPU-s per 1,000",
            |samples| samples.cpu(None),
        );
    }
    budgets.extend(of_processes(results));
    budgets
}

type Read = fn(&Samples) -> Option<Figure>;

fn of_processes(results: &Results) -> Vec<Budget> {
    let mut budgets = Vec::new();
    for service in Service::ALL {
        let idle = results.idle.get(&Part::Service(service));
        budgets.push(Budget {
            what: format!("memory of {service}, idle"),
            limit: Limit::AtMost(20.0),
            unit: "MiB",
            measured: idle.map(|memory| f64::from(memory.now) / 1024.0),
            workload: None,
        });
    }
    for service in Service::ALL {
        let ready = results.ready.get(&service).into_iter().flatten();
        let ready = Figure::of(ready.map(|took| took.as_secs_f64() * 1_000.0));
        budgets.push(Budget {
            what: format!("{service} ready after it was started"),
            limit: Limit::AtMost(60.0),
            unit: "ms",
            measured: ready.map(|figure| figure.median),
            workload: None,
        });
    }
    budgets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_missed_on_its_wrong_side_only() {
        let budget = |limit, measured| Budget {
            what: String::new(),
            limit,
            unit: "",
            measured,
            workload: None,
        };
        assert!(budget(Limit::AtLeast(2.0), Some(1.9)).is_missed());
        assert!(!budget(Limit::AtLeast(2.0), Some(2.0)).is_missed());
        assert!(budget(Limit::AtMost(2.0), Some(2.1)).is_missed());
        assert!(!budget(Limit::AtMost(2.0), Some(2.0)).is_missed());
        assert!(!budget(Limit::AtMost(2.0), None).is_missed());
        assert!(of(&Results::default()).iter().all(|b| b.measured.is_none()));
    }
}
