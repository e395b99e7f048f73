//! What is measured, in which order, how often.
//!
//! Repetitions are interleaved: each of them goes through all workloads of a shop, so that two
//! figures that are compared come from the same minutes.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use chassis::Service;

use crate::{
    budgets,
    cores::{Cores, Placement},
    goods,
    profile::{self, Profile},
    shop::{Part, Shop},
    usage::Memory,
    workloads::{Sample, Way, Workload},
};

/// How much is done.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub repetitions: usize,
    pub closed: Duration,
    pub open: Duration,
    /// Before the first repetition, not counted.
    warm: Duration,
    /// Products that are added for searches.
    pub products: usize,
    /// Time in which nothing is asked, before idle memory is read.
    idle: Duration,
    /// Time for a profile of what misses a budget; none where that is no measurement.
    profile: Option<Duration>,
}

impl Plan {
    /// For the report; about ten minutes.
    pub fn full() -> Self {
        Self {
            repetitions: 5,
            closed: Duration::from_secs(4),
            open: Duration::from_secs(4),
            warm: Duration::from_secs(2),
            products: goods::FULL,
            idle: Duration::from_secs(3),
            profile: Some(Duration::from_secs(4)),
        }
    }

    /// Shows that everything works; its figures are none.
    pub fn quick() -> Self {
        Self {
            repetitions: 1,
            closed: Duration::from_millis(300),
            open: Duration::from_millis(300),
            warm: Duration::from_millis(100),
            products: 2_000,
            idle: Duration::ZERO,
            profile: None,
        }
    }
}

/// All samples of one workload.
#[derive(Debug, Default)]
pub struct Samples {
    pub closed: Vec<Sample>,
    pub open: Vec<Sample>,
    /// Of the open loop.
    pub rate: f64,
    pub profile: Option<Profile>,
}

/// Everything that was measured.
#[derive(Debug, Default)]
pub struct Results {
    pub samples: BTreeMap<Workload, Samples>,
    /// Time from starting a program to `/readyz`, of each repetition.
    pub ready: BTreeMap<Service, Vec<Duration>>,
    /// After the start, before the first request.
    pub idle: BTreeMap<Part, Memory>,
    /// After all workloads.
    pub loaded: BTreeMap<Part, Memory>,
    pub took: Duration,
}

/// Measures `workloads`.
pub async fn run(
    programs: &Path,
    cores: Cores,
    plan: &Plan,
    workloads: &[Workload],
    tell: &dyn Fn(&str),
) -> Result<Results> {
    let began = Instant::now();
    let mut results = Results::default();
    for placement in [Placement::Apart, Placement::Together] {
        let here: Vec<_> = Workload::ALL
            .into_iter()
            .filter(|workload| workloads.contains(workload) && workload.placement() == placement)
            .collect();
        if here.is_empty() {
            continue;
        }
        tell("starting a shop");
        let mut shop = Shop::start(programs, cores, placement)?;
        goods::fill_shelves(&shop.pool).await?;
        if results.ready.is_empty() {
            start_again(&mut shop, plan, &mut results, tell).await?;
        }
        let (searches, others): (Vec<_>, Vec<_>) = here
            .iter()
            .partition(|workload| workload.breadth().is_some());
        group(&shop, plan, &others, &mut results, tell).await?;
        if !searches.is_empty() {
            tell(&format!("adding {} products", plan.products));
            goods::add(&shop.pool, plan.products).await?;
            group(&shop, plan, &searches, &mut results, tell).await?;
        }
        for (part, memory) in shop.memory()? {
            let most = results.loaded.entry(part).or_default();
            most.peak = most.peak.max(memory.peak);
            most.now = most.now.max(memory.now);
        }
    }
    results.took = began.elapsed();
    Ok(results)
}

/// Starts each service several times over, then lets the shop stand still.
async fn start_again(
    shop: &mut Shop,
    plan: &Plan,
    results: &mut Results,
    tell: &dyn Fn(&str),
) -> Result<()> {
    tell("starting each service again");
    for _ in 0..plan.repetitions {
        for service in Service::ALL {
            let took = shop.restart(service)?;
            results.ready.entry(service).or_default().push(took);
        }
    }
    tokio::time::sleep(plan.idle).await;
    results.idle = shop.memory()?;
    Ok(())
}

async fn group(
    shop: &Shop,
    plan: &Plan,
    workloads: &[Workload],
    results: &mut Results,
    tell: &dyn Fn(&str),
) -> Result<()> {
    /// Carts are prepared for this many additions a second before it is known how many there are.
    const GUESS: f64 = 2_000.0;
    let mut expected = BTreeMap::new();
    for &workload in workloads {
        tell(&format!("{}: warming up", workload.title()));
        let sample = workload.run(shop, Way::Closed(plan.warm), GUESS).await;
        let sample = sample.with_context(|| workload.title())?;
        expected.insert(workload, sample.load.rate());
    }
    for repetition in 1..=plan.repetitions {
        for &workload in workloads {
            let name = workload.title();
            let of = plan.repetitions;
            tell(&format!("{name}: closed loop, {repetition} of {of}"));
            let way = Way::Closed(plan.closed);
            let room = 1.5 * expected[&workload];
            let sample = workload.run(shop, way, room).await.context(name)?;
            let samples = results.samples.entry(workload).or_default();
            if repetition == 1 {
                let half = sample.load.rate() / 2.0;
                samples.rate = workload.open_rate().unwrap_or(half);
            }
            samples.closed.push(sample);
            tell(&format!("{name}: open loop, {repetition} of {of}"));
            let way = Way::Open {
                rate: samples.rate,
                time: plan.open,
            };
            let sample = workload.run(shop, way, samples.rate).await.context(name)?;
            samples.open.push(sample);
        }
    }
    let Some(time) = plan.profile else {
        return Ok(());
    };
    for workload in workloads {
        let missed = budgets::of(results)
            .iter()
            .any(|budget| budget.workload == Some(*workload) && budget.is_missed());
        if missed {
            tell(&format!("{}: profile", workload.title()));
            let profile = profile::record(shop, *workload, time, expected[workload]).await?;
            if let Some(samples) = results.samples.get_mut(workload) {
                samples.profile = Some(profile);
            }
        }
    }
    Ok(())
}
