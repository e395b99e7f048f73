//! Tells orders what became of intents. Any number of replicas may do it: each webhook is leased
//! to one, sent until orders has answered, and known to orders by its id.

use std::{sync::Arc, time::Duration};

use chassis::{
    Problem,
    client::{CallError, Client},
    telemetry,
    webhook::{SIGNATURE, WebhookKey},
};
use contracts::IntentId;
use futures::future::join_all;
use sqlx::PgPool;
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::store::webhooks::{self, Claimed};

/// Deliveries taken at a time.
const BATCH: i64 = 16;
/// For which one process has a delivery to itself; longer than it takes to send all copies.
const LEASE: Duration = Duration::from_secs(5);
/// Between two looks while nobody says that there is something.
const LOOK: Duration = Duration::from_secs(1);
/// Longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// Looks between two clean-ups.
const CLEAN_UP_EVERY: u32 = 3_600;

/// Delivers webhooks. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Webhooks {
    pub pool: PgPool,
    pub orders: Client,
    pub key: WebhookKey,
    /// Rung after a transaction that has added a webhook.
    pub wake: Arc<Notify>,
}

impl Webhooks {
    /// Runs until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut round: u32 = 0;
        while !stop.is_cancelled() {
            let span = telemetry::background_span("webhooks");
            let more = match self.deliver(None).instrument(span).await {
                Ok(count) => i64::try_from(count).is_ok_and(|count| count == BATCH),
                Err(problem) => {
                    tracing::warn!(%problem, "webhooks wait for the next round");
                    false
                }
            };
            if round.is_multiple_of(CLEAN_UP_EVERY)
                && let Err(problem) = webhooks::forget(&self.pool).await
            {
                tracing::warn!(%problem, "old webhooks were not forgotten");
            }
            round = round.wrapping_add(1);
            if more {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.wake.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Delivers what there is about an intent before going on, for `patience` at most.
    pub async fn tell_first(&self, intent: IntentId, patience: Duration) -> Result<(), Problem> {
        const PAUSE: Duration = Duration::from_millis(20);
        let give_up = Instant::now() + patience;
        loop {
            self.deliver(Some(intent)).await?;
            if webhooks::all_told(&self.pool, intent).await? || Instant::now() > give_up {
                return Ok(());
            }
            // Another process is at it, or orders is away.
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Tries what is due, of one intent or of any; gives how many there were.
    async fn deliver(&self, intent: Option<IntentId>) -> Result<usize, Problem> {
        let claimed = webhooks::claim(&self.pool, intent, LEASE, BATCH).await?;
        let count = claimed.len();
        join_all(claimed.into_iter().map(|claimed| {
            let span = telemetry::resumed_span("webhook", claimed.traceparent.as_deref());
            self.attempt(claimed).instrument(span)
        }))
        .await;
        Ok(count)
    }

    async fn attempt(&self, claimed: Claimed) {
        let noted = match self.send(&claimed).await {
            Ok(()) => webhooks::delivered(&self.pool, &claimed).await,
            Err(error) => {
                let again_in = pause(claimed.tries);
                tracing::warn!(%error, event = %claimed.event, tries = claimed.tries, ?again_in, "a webhook was not delivered");
                webhooks::failed(&self.pool, &claimed, &error.to_string(), again_in).await
            }
        };
        if let Err(problem) = noted {
            // Its lease runs out, and sending it again changes nothing.
            tracing::warn!(%problem, event = %claimed.event, "what became of a webhook was not noted");
        }
    }

    async fn send(&self, claimed: &Claimed) -> Result<(), CallError> {
        for _ in 0..claimed.copies {
            self.orders
                .post("/internal/v1/payment-webhooks")
                .header(SIGNATURE, &self.key.sign(claimed.body.as_bytes()))
                .json_bytes(claimed.body.as_bytes())
                .send_for_status()
                .await?;
        }
        Ok(())
    }
}

/// Doubles from half a second on.
fn pause(tries: i32) -> Duration {
    let doublings = u32::try_from(tries.clamp(1, 12) - 1).unwrap_or(0);
    (Duration::from_millis(500) * 2_u32.pow(doublings)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_five_minutes() {
        assert_eq!(pause(1), Duration::from_millis(500));
        assert_eq!(pause(4), Duration::from_secs(4));
        assert_eq!(pause(10_000), LONGEST_PAUSE);
    }
}
