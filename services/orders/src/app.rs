//! What handlers and background tasks work with.

use std::time::Duration;

use chassis::{Ids, Problem, webhook::WebhookKey};
use contracts::Currency;
use sqlx::{PgPool, Postgres, pool::PoolConnection};
use tokio_util::sync::CancellationToken;

use crate::{
    calls::Calls,
    store::{tax_rules::TaxRules, transition::Transitions},
    watch::Watch,
};

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    pub pool: PgPool,
    pub calls: Calls,
    /// Verifies what payments tells.
    pub webhook_key: WebhookKey,
    pub transitions: Transitions,
    pub tax_rules: TaxRules,
    pub ids: Ids,
    pub watch: Watch,
    /// Cancelled when this process stops to take requests.
    pub closing: CancellationToken,
    pub currency: Currency,
    pub timing: Timing,
}

/// How long things take and wait.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// For which stock is set aside.
    pub reservation: Duration,
    /// After which an untouched checkout lapses.
    pub checkout: Duration,
    /// That a customer waits for a purchase to complete before being told to ask later.
    pub complete: Duration,
    /// That an authorisation may take before its answer counts as lost.
    pub authorize: Duration,
    /// That an attempt of which payments knows nothing is waited for before it is settled.
    pub arrival: Duration,
    /// For which one process has a purchase, or a follow-up, to itself without saying so again.
    pub lease: Duration,
    /// Between two rounds of the reaper.
    pub reap: Duration,
    /// After which an order whose stock was asked for without an outcome is taken up, and a
    /// purchase whose customer has answered the bank and then gone away.
    pub unreserved: Duration,
    /// After delivery in which a customer may send something back.
    pub return_window: Duration,
    /// Between two looks at the orders that somebody watches.
    pub watch: Duration,
    /// Of silence on a stream until a sign of life is sent.
    pub heartbeat: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            reservation: Duration::from_mins(10),
            checkout: Duration::from_hours(24),
            complete: seconds(8),
            authorize: seconds(3),
            arrival: seconds(10),
            lease: seconds(15),
            reap: seconds(1),
            unreserved: seconds(15),
            return_window: Duration::from_hours(14 * 24),
            watch: seconds(1),
            heartbeat: seconds(15),
        }
    }
}

impl App {
    /// A connection, for reads.
    pub async fn connection(&self) -> Result<PoolConnection<Postgres>, Problem> {
        Ok(self.pool.acquire().await?)
    }
}
