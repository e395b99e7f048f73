//! Many at once: each race is run again and again with a number of buyers, through the public API.
//!
//! A race is one file with one function, [`Round`] by round; what it must not see are violations of
//! its own, the invariants are looked at after all rounds of a row.

mod cart_changes;
mod last_unit;
mod parallel_adds;
mod same_checkout;

use std::time::Duration;

use anyhow::{Result, ensure};
use sqlx::PgPool;

use crate::{buyer::Outside, goods, invariants, planted, report::Table};

/// Time in which the shop comes to rest after the rounds of a row.
const REST: Duration = Duration::from_mins(1);

/// The shop that is raced against.
#[derive(Clone, Debug)]
pub struct Track {
    pub outside: Outside,
    /// Of a login that may write the catalogue's tables.
    pub pool: PgPool,
}

/// What came of one round.
#[derive(Clone, Debug, Default)]
pub struct Round {
    /// Numbers of the orders that the shop said are placed, each once.
    pub acknowledged: Vec<String>,
    /// Requests that were refused because others were faster.
    pub conflicts: usize,
    pub violations: Vec<String>,
}

impl Round {
    /// Notes a violation unless `holds`.
    fn check(&mut self, holds: bool, violation: impl FnOnce() -> String) {
        if !holds {
            self.violations.push(violation());
        }
    }
}

/// The races.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Race {
    LastUnit,
    CartChanges,
    SameCheckout,
    ParallelAdds,
}

impl Race {
    pub const ALL: [Self; 4] = [
        Self::LastUnit,
        Self::CartChanges,
        Self::SameCheckout,
        Self::ParallelAdds,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::LastUnit => "last unit",
            Self::CartChanges => "cart changed during checkout",
            Self::SameCheckout => "same checkout many times",
            Self::ParallelAdds => "parallel adds",
        }
    }

    async fn round(self, track: &Track, buyers: usize) -> Result<Round> {
        match self {
            Self::LastUnit => {
                let variant = goods::article(&track.pool, goods::PRICE, 1).await?;
                last_unit::round(track, buyers, variant).await
            }
            Self::CartChanges => cart_changes::round(track, buyers).await,
            Self::SameCheckout => same_checkout::round(track, buyers).await,
            Self::ParallelAdds => parallel_adds::round(track, buyers).await,
        }
    }
}

/// All rounds of all races; the table and every violation.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub table: Table,
    pub rounds: usize,
    pub violations: Vec<String>,
}

/// Runs every race `rounds` times with each number of `buyers`. `tell` hears how it goes.
pub async fn run(
    track: &Track,
    rounds: usize,
    buyers: &[usize],
    tell: &(dyn Fn(&str) + Sync),
) -> Result<Outcome> {
    see_planted_fault(track).await?;
    tell("the planted fault was seen: without its guard the last unit is sold more than once");
    let head = [
        "race",
        "buyers",
        "rounds",
        "orders",
        "conflicts",
        "violations",
    ];
    let mut table = Table::new(&head);
    let mut violations = Vec::new();
    for race in Race::ALL {
        for &count in buyers {
            let row = row(track, race, rounds, count).await?;
            let cells = [count, rounds, row.acknowledged.len(), row.conflicts];
            let mut cells: Vec<String> = cells.iter().map(ToString::to_string).collect();
            cells.insert(0, race.name().to_owned());
            cells.push(row.violations.len().to_string());
            tell(&cells.join(" | "));
            table.row(cells);
            violations.extend(row.violations);
        }
    }
    let rounds = rounds * buyers.len() * Race::ALL.len();
    Ok(Outcome {
        table,
        rounds,
        violations,
    })
}

async fn row(track: &Track, race: Race, rounds: usize, buyers: usize) -> Result<Round> {
    let mut row = Round::default();
    for number in 1..=rounds {
        let round = race.round(track, buyers).await?;
        let place = format!("{} with {buyers} buyers, round {number}", race.name());
        let violations = round.violations.into_iter();
        row.violations
            .extend(violations.map(|violation| format!("{place}: {violation}")));
        row.acknowledged.extend(round.acknowledged);
        row.conflicts += round.conflicts;
    }
    let found = invariants::after_quiet(&track.pool, REST, &row.acknowledged).await?;
    row.violations.extend(found);
    Ok(row)
}

/// Takes the guard against overselling away from one article and races for it: whoever does not see
/// a violation then would never see one.
pub(crate) async fn see_planted_fault(track: &Track) -> Result<()> {
    const BUYERS: usize = 8;
    let variant = goods::article(&track.pool, goods::PRICE, 1).await?;
    planted::remove_guard(&track.pool, variant).await?;
    let raced = last_unit::round(track, BUYERS, variant).await;
    let seen = match &raced {
        Ok(round) => invariants::after_quiet(&track.pool, REST, &round.acknowledged).await,
        Err(_) => Ok(Vec::new()),
    };
    planted::restore_guard(&track.pool).await?;
    let (raced, seen) = (raced?, seen?);
    ensure!(
        !raced.violations.is_empty() && seen.iter().any(|line| line.starts_with("1 ")),
        "the planted fault was not seen: the race said {:?}, the invariants {seen:?}",
        raced.violations
    );
    let left = invariants::after_quiet(&track.pool, REST, &raced.acknowledged).await?;
    ensure!(
        left.is_empty(),
        "the shop is not as it should be before the first race: {left:#?}"
    );
    Ok(())
}
