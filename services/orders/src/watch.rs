//! Telling those who watch an order that its history has grown.
//!
//! Each replica looks at the orders that its own clients watch, all of them with one query a second,
//! whichever replica moved them. A notification by Postgres would be faster by half a second, but
//! every commit that notifies waits for every other one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chassis::{Code, Problem, telemetry};
use contracts::OrderId;
use sqlx::PgPool;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use uuid::Uuid;

use crate::store::watched;

/// Streams that one customer may have open at a replica: more tabs than anybody reads.
const OF_ONE_OWNER: usize = 8;
/// Streams of all customers at a replica.
const OF_ALL: usize = 1_024;

/// Who watches what. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<Mutex<Watchers>>);

#[derive(Debug, Default)]
struct Watchers {
    orders: HashMap<OrderId, watch::Sender<u32>>,
    owners: HashMap<String, usize>,
    all: usize,
}

/// One who watches an order, until dropped.
#[derive(Debug)]
pub struct Watcher {
    watch: Watch,
    order: OrderId,
    owner: String,
    last: watch::Receiver<u32>,
}

impl Watcher {
    /// Waits for a step after step `seen`.
    pub async fn later_than(&mut self, seen: u32) {
        // The sender lives as long as this watcher.
        let _ = self.last.wait_for(|&last| last > seen).await;
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut watchers = self.watch.lock();
        watchers.all -= 1;
        if let Some(open) = watchers.owners.get_mut(&self.owner) {
            *open -= 1;
            if *open == 0 {
                watchers.owners.remove(&self.owner);
            }
        }
        let is_last = watchers
            .orders
            .get(&self.order)
            .is_some_and(|sender| sender.receiver_count() == 1);
        if is_last {
            watchers.orders.remove(&self.order);
        }
    }
}

impl Watch {
    /// Watches an order for `owner`. `rate_limited` when they watch too much already.
    pub fn order(&self, owner: &str, order: OrderId) -> Result<Watcher, Problem> {
        let mut watchers = self.lock();
        let open = watchers.owners.get(owner).copied().unwrap_or(0);
        if open >= OF_ONE_OWNER || watchers.all >= OF_ALL {
            return Err(Problem::new(
                Code::RateLimited,
                "Too many streams are open. Close one, or ask for the order from time to time.",
            )
            .retry_after(Duration::from_secs(10)));
        }
        watchers.owners.insert(owner.to_owned(), open + 1);
        watchers.all += 1;
        let sender = watchers
            .orders
            .entry(order)
            .or_insert_with(|| watch::Sender::new(0));
        Ok(Watcher {
            last: sender.subscribe(),
            watch: self.clone(),
            order,
            owner: owner.to_owned(),
        })
    }

    /// Looks at what is watched every `pause`, until `stop`.
    pub async fn run(self, pool: PgPool, pause: Duration, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            let look = self
                .look(&pool)
                .instrument(telemetry::background_span("watch"));
            if let Err(problem) = look.await {
                tracing::warn!(%problem, "watched orders are looked at again later");
            }
        }
    }

    async fn look(&self, pool: &PgPool) -> Result<(), Problem> {
        let watched: Vec<Uuid> = self
            .lock()
            .orders
            .keys()
            .map(|order| order.uuid())
            .collect();
        if watched.is_empty() {
            return Ok(());
        }
        for (order, last) in watched::last_steps(pool, &watched).await? {
            if let Some(sender) = self.lock().orders.get(&order) {
                sender.send_if_modified(|told| std::mem::replace(told, last) != last);
            }
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Watchers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_has_so_many_streams_and_gets_closed_ones_back() {
        let watch = Watch::default();
        let order = OrderId::from(Uuid::nil());
        let mut open: Vec<Watcher> = (0..OF_ONE_OWNER)
            .map(|_| watch.order("guest:a", order).expect("one more"))
            .collect();
        let refused = watch.order("guest:a", order).expect_err("one too many");
        assert_eq!(refused.code(), Code::RateLimited);
        let other = watch.order("guest:b", order).expect("somebody else's");
        open.pop();
        open.push(
            watch
                .order("guest:a", order)
                .expect("the closed one's place"),
        );
        drop((open, other));
        let watchers = watch.lock();
        assert!(watchers.orders.is_empty() && watchers.owners.is_empty() && watchers.all == 0);
    }
}
