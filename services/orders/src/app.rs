//! What handlers and background tasks work with.

use std::{num::NonZeroU16, time::Duration};

use chassis::{
    Ids, Problem,
    config::{ConfigError, Settings},
    webhook::WebhookKey,
};
use contracts::Currency;
use sqlx::{PgPool, Postgres, pool::PoolConnection};
use tokio_util::sync::CancellationToken;
use topology::settings;

use crate::{
    calls::Calls,
    store::{tax_rules::TaxRules, transition::Transitions},
    watch::Watch,
};

/// Of a shop that sets nothing else.
const RETURN_WINDOW_DAYS: NonZeroU16 = NonZeroU16::new(14).unwrap();

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

impl Timing {
    /// From the variables of [`topology::settings`]; all else is as it is by default.
    pub fn from_settings(from: &Settings) -> Result<Self, ConfigError> {
        let days = from.parsed_or(
            settings::RETURN_WINDOW_DAYS,
            "a number of days from 1 on",
            RETURN_WINDOW_DAYS,
        )?;
        Ok(Self {
            return_window: Duration::from_hours(24 * u64::from(days.get())),
            ..Self::default()
        })
    }
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
            return_window: Duration::from_hours(24 * u64::from(RETURN_WINDOW_DAYS.get())),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn window(days: &[&str]) -> Result<Duration, ConfigError> {
        let set = days
            .iter()
            .map(|days| (settings::RETURN_WINDOW_DAYS, *days));
        Timing::from_settings(&Settings::from_pairs(set)).map(|timing| timing.return_window)
    }

    #[test]
    fn the_time_for_returns_is_a_setting() {
        let days = |days: u64| Duration::from_hours(24 * days);
        assert_eq!(window(&[]).expect("a default"), days(14));
        assert_eq!(window(&["30"]).expect("a number"), days(30));
        for wrong in ["0", "-1", "a month", "70000"] {
            let error = window(&[wrong]).expect_err(wrong).to_string();
            assert!(error.contains("RETURN_WINDOW_DAYS"), "{error}");
            assert!(error.contains("a number of days from 1 on"), "{error}");
        }
    }
}
