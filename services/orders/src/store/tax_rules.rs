//! The tax rules, read at most every few seconds.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chassis::Problem;
use sqlx::PgPool;
use tokio::time::Instant;

use crate::domain::tax::{Levy, TaxRule};

/// Age at which the rules are read again.
const FRESH: Duration = Duration::from_secs(5);

/// The rules, with what was read last. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TaxRules {
    pool: PgPool,
    read: Arc<Mutex<Option<Read>>>,
}

type Rules = Arc<[TaxRule]>;
/// When the rules were read, and what they were.
type Read = (Instant, Rules);

impl TaxRules {
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            read: Arc::default(),
        }
    }

    /// The rules as they were at most five seconds ago.
    pub async fn current(&self) -> Result<Rules, Problem> {
        let known = self
            .read
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some((at, rules)) = known
            && at.elapsed() < FRESH
        {
            return Ok(rules);
        }
        let rows = sqlx::query!("SELECT country, basis_points, flat_minor FROM orders.tax_rule")
            .fetch_all(&self.pool)
            .await?;
        let rules: Rules = rows
            .into_iter()
            .map(|row| {
                let country = row.country.map(|code| code.parse()).transpose();
                let levy = match (row.basis_points, row.flat_minor) {
                    (Some(points), _) => Levy::Percent {
                        basis_points: u32::try_from(points).map_err(Problem::internal)?,
                    },
                    (None, minor) => Levy::Flat {
                        minor: minor.unwrap_or(0),
                    },
                };
                Ok(TaxRule {
                    country: country.map_err(Problem::internal)?,
                    levy,
                })
            })
            .collect::<Result<_, Problem>>()?;
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), Arc::clone(&rules)));
        Ok(rules)
    }
}
