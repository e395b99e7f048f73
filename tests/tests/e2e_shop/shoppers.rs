//! Shoppers who come and go while something happens to the shop, and what they were answered.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use tokio::{
    sync::oneshot,
    task::{JoinHandle, JoinSet},
};

use crate::buyer::Buyer;

/// One shopper after the other: with one purchase in three that makes 30 requests a second.
const PAUSE: Duration = Duration::from_millis(166);
/// Every so many shoppers buy; the others look.
const BUYS: usize = 3;
/// Before and after what happens.
const CALM: Duration = Duration::from_secs(10);
const PURCHASES: u64 = 20;
/// Failures that are told in full; more of them say nothing new.
const TOLD: usize = 20;

/// Shoppers at work.
pub(crate) struct Shoppers {
    stop: oneshot::Sender<()>,
    all: JoinHandle<Result<Tally>>,
}

/// What they did.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) requests: u64,
    pub(crate) purchases: u64,
    /// Seconds since the beginning, and what went wrong.
    pub(crate) failures: Vec<String>,
}

impl Shoppers {
    /// Lets them in, and waits until they have shopped in peace for a while.
    pub(crate) async fn come() -> Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let all = tokio::spawn(shop_until(stopped));
        tokio::time::sleep(CALM).await;
        ensure!(!all.is_finished(), "the shoppers are gone already");
        Ok(Self { stop, all })
    }

    /// Lets them shop in peace again, then sends them home. Fails if one of them was let down, and
    /// if so few bought that nobody could have noticed.
    pub(crate) async fn leave(self) -> Result<Tally> {
        tokio::time::sleep(CALM).await;
        let _ = self.stop.send(());
        let tally = self.all.await??;
        println!(
            "{} requests, {} purchases, {} failures",
            tally.requests,
            tally.purchases,
            tally.failures.len()
        );
        ensure!(
            tally.failures.is_empty(),
            "{} of {} requests failed, first:\n{}",
            tally.failures.len(),
            tally.requests,
            tally.failures[..tally.failures.len().min(TOLD)].join("\n")
        );
        ensure!(
            tally.purchases >= PURCHASES,
            "only {} purchases",
            tally.purchases
        );
        Ok(tally)
    }
}

async fn shop_until(mut stopped: oneshot::Receiver<()>) -> Result<Tally> {
    let began = Instant::now();
    let tally = Arc::new(Mutex::new(Tally::default()));
    let mut shoppers = JoinSet::new();
    let mut doors = tokio::time::interval(PAUSE);
    for number in 0_usize.. {
        tokio::select! {
            _ = doors.tick() => {}
            _ = &mut stopped => break,
        }
        let (buyer, tally) = (Buyer::with_taste(number)?, tally.clone());
        shoppers.spawn(async move {
            let buys = number % BUYS == 0;
            let result = if buys {
                buyer.buy_something().await.map(drop)
            } else {
                buyer.look_around().await.map(drop)
            };
            let mut tally = tally.lock().unwrap();
            tally.requests += buyer.sent();
            match result {
                Ok(()) => tally.purchases += u64::from(buys),
                Err(error) => {
                    let second = began.elapsed().as_secs_f32();
                    tally.failures.push(format!("{second:.1} s: {error:#}"));
                }
            }
        });
        while shoppers.try_join_next().is_some() {}
    }
    while let Some(done) = shoppers.join_next().await {
        done?;
    }
    let tally = std::mem::take(&mut *tally.lock().unwrap());
    Ok(tally)
}
