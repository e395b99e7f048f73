//! Faults at every write, watch event and read between the operator and a real API server, over
//! the whole life of a shop: whatever goes wrong, the shop ends as if nothing had.
//!
//! First the life is led undisturbed, twice, and everything that passes is numbered ([`kit::fault`]).
//! Then it is led again and again, in a namespace and with an operator process of its own, and in
//! each workload one thing goes wrong ([`plans`]). After it the shop must settle in the same end
//! state and then cost no write, Secrets and volumes must be the same, no task may have been
//! recorded as complete before its Job was, and what somebody else made must be theirs
//! ([`oracle`]). The operator is also tried with planted bugs, and each must be found.
//!
//! By default a sample is tried. `LOCALMART_FAULTS` is `full`, or how many plans per workload;
//! `LOCALMART_FAULTS_SEED` is the seed that the report names, to try the same sample again.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "what was tried is the result")]

mod journey;
#[path = "../kit/mod.rs"]
mod kit;
mod oracle;
mod plans;
mod report;
mod workloads;

use std::{
    collections::{BTreeSet, VecDeque},
    panic::AssertUnwindSafe,
    sync::Mutex,
};

use futures::FutureExt;
use journey::{Journey, Outcome, Portrait, disturbs};
use kit::{
    Cluster,
    fault::{Class, Event, Fault, Plan},
    operator::Options,
};
use localmart_operator::planted::Bug;
use plans::Extent;
use report::{Report, Row};
use workloads::{WORKLOADS, Workload};

/// Shops at once: most of a life is waiting for controllers.
const AT_ONCE: usize = 6;
/// Plans per workload when nothing else is asked for.
const SAMPLE: usize = 4;
/// Seconds until a shop at rest is looked at again, where a fault may need that.
const RECHECK: u32 = 2;

/// Runs one workload; a panic is a message like any other.
async fn lead(
    journey: &Journey,
    workload: &Workload,
    plan: Option<Plan>,
    calm: Option<&Portrait>,
) -> Result<Outcome, String> {
    let run = AssertUnwindSafe(journey.run(workload, plan, calm));
    run.catch_unwind().await.unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().cloned();
        let text = text.or_else(|| {
            payload
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
        });
        Err(text.unwrap_or_else(|| "a panic without words".to_owned()))
    })
}

/// The first `number` workloads without a fault.
async fn undisturbed(cluster: &Cluster, number: usize) -> Vec<Outcome> {
    let journey = Journey::start(cluster, Options::default()).await;
    let mut outcomes = Vec::new();
    for workload in &WORKLOADS[..number] {
        let outcome = lead(&journey, workload, None, None).await;
        outcomes.push(outcome.unwrap_or_else(|error| panic!("{}: {error}", workload.name)));
    }
    journey.end().await;
    outcomes
}

/// Plans that are still to be tried, by workload. Those that need the operator to look again by
/// itself get one that does so soon; the others must come out right without that.
struct Queue(Mutex<Vec<[VecDeque<Plan>; 2]>>);

impl Queue {
    fn take(&self, workload: usize, soon: bool) -> Option<Plan> {
        self.0.lock().unwrap()[workload][usize::from(soon)].pop_front()
    }

    /// The last workload that has a plan left, and which kind of operator has most to do.
    fn left(&self) -> Option<bool> {
        let plans = self.0.lock().unwrap();
        let longest = |soon: usize| plans.iter().map(|both| both[soon].len()).max();
        let (patient, soon) = (longest(0)?, longest(1)?);
        (patient + soon > 0).then_some(soon > patient)
    }

    fn has(&self, from: usize, soon: bool) -> bool {
        let plans = self.0.lock().unwrap();
        plans[from..]
            .iter()
            .any(|both| !both[usize::from(soon)].is_empty())
    }
}

/// Leads shops through their lives until no plan is left.
async fn work(cluster: &Cluster, queue: &Queue, calm: &[Portrait], report: &Report) {
    while let Some(soon) = queue.left() {
        let options = Options {
            recheck: soon.then_some(RECHECK),
            ..Options::default()
        };
        let journey = Journey::start(cluster, options).await;
        for (at, workload) in WORKLOADS.iter().enumerate() {
            if !queue.has(at, soon) {
                break;
            }
            let plan = queue.take(at, soon);
            let outcome = lead(&journey, workload, plan.clone(), Some(&calm[at])).await;
            let result = outcome.map(|outcome| outcome.struck);
            report.note(at, plan.as_ref(), &result);
            if result.is_err() {
                println!("{}", journey.log());
            }
            let another = plan.is_some_and(|plan| disturbs(plan.fault));
            if result.is_err() || another {
                break;
            }
        }
        journey.end().await;
    }
}

fn settings() -> (Extent, u64) {
    let extent = match std::env::var("LOCALMART_FAULTS").ok().as_deref() {
        None | Some("") => Extent::Sample(SAMPLE),
        Some("full") => Extent::Full,
        Some(number) => Extent::Sample(
            number
                .parse()
                .expect("LOCALMART_FAULTS is `full` or how many plans are tried per workload"),
        ),
    };
    let seed = std::env::var("LOCALMART_FAULTS_SEED").ok();
    let seed = seed.map_or_else(rand::random, |seed| {
        seed.parse().expect("LOCALMART_FAULTS_SEED is a number")
    });
    (extent, seed)
}

#[tokio::test]
async fn whatever_goes_wrong_the_shop_ends_the_same() {
    let cluster = Cluster::connect().await;
    let (extent, seed) = settings();
    let lives = futures::join!(
        undisturbed(&cluster, WORKLOADS.len()),
        undisturbed(&cluster, WORKLOADS.len())
    );
    let (mut rows, mut queue, mut calm) = (Vec::new(), Vec::new(), Vec::new());
    for ((first, second), workload) in lives.0.into_iter().zip(lives.1).zip(WORKLOADS) {
        let name = workload.name;
        assert_eq!(
            first.portrait, second.portrait,
            "{name}: two undisturbed runs"
        );
        // What only one of them had comes by chance.
        let met: BTreeSet<Event> = first.met.intersection(&second.met).cloned().collect();
        let mut plans = plans::of(&met, extent, seed);
        let count = |class| met.iter().filter(|event| event.class == class).count();
        println!(
            "{name}: {} writes, {} watch events, {} changed reads; {} plans",
            count(Class::Write),
            count(Class::Frame),
            count(Class::Read),
            plans.len()
        );
        rows.push(Row::new(met));
        let soon = plans
            .extract_if(.., |plan| plans::needs_recheck(plan.fault))
            .collect();
        queue.push([plans.into(), soon]);
        calm.push(first.portrait);
    }
    let report = Report::new(rows);
    for (at, plans) in queue.iter().enumerate() {
        report.planned(at, plans.iter().map(VecDeque::len).sum());
    }
    let queue = Queue(Mutex::new(queue));
    let workers = (0..AT_ONCE).map(|_| work(&cluster, &queue, &calm, &report));
    futures::future::join_all(workers).await;

    println!("\nseed {seed}\n{}", report.table());
    let failures = report.failures();
    assert!(failures.is_empty(), "seed {seed}: {failures:#?}");
}

/// A workload and a fault in which each planted bug shows.
fn exposing(bug: Bug) -> (&'static str, Class, &'static str, Fault) {
    match bug {
        Bug::DeleteWithoutUid => (
            "prune",
            Class::Write,
            "delete networking.k8s.io/networkpolicies ",
            Fault::Stranger,
        ),
        Bug::AppliedWithoutUid => (
            "scale",
            Class::Write,
            "patch apps/deployments ",
            Fault::Stranger,
        ),
        Bug::SecretMadeAgain => (
            "create",
            Class::Read,
            "get secrets shop-database",
            Fault::Stale,
        ),
        Bug::CompletedTooEarly => (
            "create",
            Class::Write,
            "patch batch/jobs ",
            Fault::CrashAfter,
        ),
        other => unreachable!("no fault brings {} to light", other.name()),
    }
}

/// A search that cannot find a bug proves nothing.
#[tokio::test]
async fn planted_bugs_are_caught() {
    let cluster = Cluster::connect().await;
    let end = |name: &str| 1 + WORKLOADS.iter().position(|w| w.name == name).unwrap();
    let furthest = Bug::OF_FAULTS
        .map(|bug| end(exposing(bug).0))
        .into_iter()
        .max();
    let calm = undisturbed(&cluster, furthest.unwrap()).await;
    let trials = Bug::OF_FAULTS.map(|bug| {
        let (cluster, calm) = (&cluster, &calm);
        async move {
            let (workload, class, what, fault) = exposing(bug);
            let last = end(workload) - 1;
            let mut met = calm[last].met.iter();
            let event = met.find(|event| event.class == class && event.what.starts_with(what));
            let event = event.unwrap_or_else(|| panic!("{workload} has no {class:?} {what}"));
            let plan = Plan {
                event: Some(event.clone()),
                fault,
            };
            for planted in [None, Some(bug)] {
                let options = Options {
                    recheck: Some(RECHECK),
                    bug: planted.map(Bug::name),
                    ..Options::default()
                };
                let journey = Journey::start(cluster, options).await;
                if bug == Bug::CompletedTooEarly {
                    journey.hold();
                }
                let mut found = None;
                for (at, workload) in WORKLOADS[..=last].iter().enumerate() {
                    let plan = (at == last).then(|| plan.clone());
                    let portrait = &calm[at].portrait;
                    let outcome = lead(&journey, workload, plan, Some(portrait)).await;
                    if let Err(message) = outcome {
                        found = Some(format!("{}: {message}", workload.name));
                        break;
                    }
                }
                journey.end().await;
                match (planted, found) {
                    (None, None) => {}
                    (None, Some(message)) => panic!("{plan}, without a bug: {message}"),
                    (Some(bug), None) => panic!("{} is not found by: {plan}", bug.name()),
                    (Some(bug), Some(message)) => {
                        println!("caught {}, by {plan}: {message}", bug.name());
                    }
                }
            }
        }
    });
    futures::future::join_all(trials).await;
    println!(
        "planted bugs caught: {} of {}",
        Bug::OF_FAULTS.len(),
        Bug::OF_FAULTS.len()
    );
}
