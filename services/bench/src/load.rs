//! The two ways to ask.
//!
//! *Closed loop*: so many shoppers, each asks again as soon as it has its answer. That finds the
//! most there can be; its latencies say little, because a slow server is simply asked less.
//!
//! *Open loop*: requests fall due at a fixed rate, whether or not earlier ones are answered, and
//! each latency counts from the moment at which its request fell due, not from when it was sent.
//! Otherwise those that waited for a stalled server would not show, which Gil Tene calls
//! coordinated omission; the rule is that of his load generator,
//! <https://github.com/giltene/wrk2>.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use futures::future::try_join_all;
use hdrhistogram::Histogram;
use tokio::sync::Semaphore;

/// Somebody who asks the shop for one thing again and again.
pub trait Shopper {
    /// Does it once. `false` when nothing is left that could be asked for.
    async fn once(&mut self, steps: &Steps) -> Result<bool>;
}

/// Durations in microseconds, exact to three digits.
pub type Latency = Histogram<u64>;

/// How long the parts took of which one thing consists.
#[derive(Debug, Default)]
pub struct Steps(RefCell<BTreeMap<&'static str, Latency>>);

impl Steps {
    pub fn record(&self, step: &'static str, took: Duration) -> Result<()> {
        let mut steps = self.0.borrow_mut();
        if !steps.contains_key(step) {
            steps.insert(step, Histogram::new(3)?);
        }
        if let Some(latency) = steps.get_mut(step) {
            latency.record(micros(took))?;
        }
        Ok(())
    }
}

/// What was done in one go.
#[derive(Debug)]
pub struct Load {
    pub count: u32,
    pub elapsed: Duration,
    pub latency: Latency,
    pub steps: BTreeMap<&'static str, Latency>,
}

impl Load {
    /// Things a second.
    pub fn rate(&self) -> f64 {
        f64::from(self.count) / self.elapsed.as_secs_f64()
    }
}

/// Asks without a pause for `time`.
pub async fn closed<S: Shopper>(shoppers: &mut [S], time: Duration) -> Result<Load> {
    let latency = RefCell::new(Latency::new(3)?);
    let steps = Steps::default();
    let began = Instant::now();
    try_join_all(shoppers.iter_mut().map(async |shopper| {
        while began.elapsed() < time {
            let sent = Instant::now();
            if !shopper.once(&steps).await? {
                break;
            }
            latency.borrow_mut().record(micros(sent.elapsed()))?;
        }
        anyhow::Ok(())
    }))
    .await?;
    finish(began, latency, steps)
}

/// Asks `rate` times a second for `time`; what is late is still asked, and counts as late.
pub async fn open<S: Shopper>(shoppers: &mut [S], rate: f64, time: Duration) -> Result<Load> {
    let interval = Duration::from_secs_f64(1.0 / rate);
    let count = u32::try_from(time.as_micros() / interval.as_micros().max(1))?.max(1);
    let latency = RefCell::new(Latency::new(3)?);
    let steps = Steps::default();
    let began = Instant::now();
    let due = Due::begin(began, interval, count, shoppers.len());
    let next = Cell::new(0_u32);
    try_join_all(shoppers.iter_mut().map(async |shopper| {
        loop {
            due.permits.acquire().await?.forget();
            let number = next.replace(next.get() + 1);
            if number >= count {
                return anyhow::Ok(());
            }
            ensure!(shopper.once(&steps).await?, "nothing left to ask for");
            let intended = began + interval * number;
            latency.borrow_mut().record(micros(intended.elapsed()))?;
        }
    }))
    .await?;
    drop(due);
    finish(began, latency, steps)
}

fn finish(began: Instant, latency: RefCell<Latency>, steps: Steps) -> Result<Load> {
    let elapsed = began.elapsed();
    let latency = latency.into_inner();
    let count = u32::try_from(latency.len())?;
    ensure!(count > 0, "nothing was done in {elapsed:?}");
    Ok(Load {
        count,
        elapsed,
        latency,
        steps: steps.0.into_inner(),
    })
}

/// Lets requests go when they fall due. A thread of its own, because tokio's timers have a
/// resolution of one millisecond.
struct Due {
    permits: Arc<Semaphore>,
    stop: Arc<AtomicBool>,
    clock: Option<thread::JoinHandle<()>>,
}

impl Due {
    /// One permit each `interval`, `count` times; then one for each shopper, to see that it is over.
    fn begin(began: Instant, interval: Duration, count: u32, shoppers: usize) -> Self {
        let permits = Arc::new(Semaphore::new(0));
        let stop = Arc::new(AtomicBool::new(false));
        let (give, stopped) = (Arc::clone(&permits), Arc::clone(&stop));
        let clock = thread::spawn(move || {
            for number in 0..count {
                let at = began + interval * number;
                while let Some(left) = at.checked_duration_since(Instant::now()) {
                    if stopped.load(Ordering::Relaxed) {
                        return;
                    }
                    thread::park_timeout(left);
                }
                give.add_permits(1);
            }
            give.add_permits(shoppers);
        });
        Self {
            permits,
            stop,
            clock: Some(clock),
        }
    }
}

impl Drop for Due {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(clock) = self.clock.take() {
            clock.thread().unpark();
            // It only counts; there is nothing in it that could panic.
            let _ = clock.join();
        }
    }
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stalls once for 200 ms and is quick otherwise.
    struct Stalls {
        asked: u32,
    }

    impl Shopper for Stalls {
        async fn once(&mut self, steps: &Steps) -> Result<bool> {
            self.asked += 1;
            if self.asked == 20 {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            steps.record("part", Duration::from_micros(7))?;
            Ok(self.asked < 10_000)
        }
    }

    /// 100 requests a second: 20 of them fall due during the stall, and the first of those waits
    /// for nearly all of it.
    #[tokio::test]
    async fn what_waits_behind_a_stall_counts_as_late() {
        let rate = 100.0;
        let load = open(&mut [Stalls { asked: 0 }], rate, Duration::from_secs(1)).await;
        let load = load.expect("a load");
        assert_eq!(load.count, 100);
        assert_eq!(load.steps["part"].len(), 100);
        let late = load.latency.count_between(100_000, u64::MAX);
        assert!(late >= 8, "{late} of 100 were late by 100 ms or more");
    }

    #[tokio::test]
    async fn a_closed_loop_ends_when_nothing_is_left() {
        let mut shoppers = [Stalls { asked: 9_990 }, Stalls { asked: 9_990 }];
        let load = closed(&mut shoppers, Duration::from_mins(1)).await;
        assert_eq!(load.expect("a load").count, 18);
    }
}
