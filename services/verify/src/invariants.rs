//! What must hold at any moment after quiet: SQL that prints violations.

use std::time::{Duration, Instant};

use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use topology::Service;

/// One of the twelve of the design.
#[derive(Clone, Copy, Debug)]
pub struct Invariant {
    pub number: u8,
    pub name: &'static str,
    /// Each gives one text column, a row for each violation. None where no look at the database
    /// alone can tell: [`crate::crash`] flushes Redis and looks at all the others then.
    pub statements: &'static [&'static str],
}

const fn invariant(
    number: u8,
    name: &'static str,
    statements: &'static [&'static str],
) -> Invariant {
    Invariant {
        number,
        name,
        statements,
    }
}

/// All twelve.
pub const ALL: [Invariant; 12] = [
    invariant(1, "no oversell", &[include_str!("invariants/oversell.sql")]),
    invariant(2, "stock", &[include_str!("invariants/stock.sql")]),
    invariant(3, "reserved", &[include_str!("invariants/reserved.sql")]),
    invariant(
        4,
        "order total",
        &[include_str!("invariants/order_total.sql")],
    ),
    invariant(
        5,
        "one charge",
        &[include_str!("invariants/one_charge.sql")],
    ),
    // What clients were told is compared by `lost`.
    invariant(
        6,
        "no order lost",
        &[include_str!("invariants/acknowledged.sql")],
    ),
    invariant(
        7,
        "no phantom money",
        &[include_str!("invariants/no_phantom_money.sql")],
    ),
    invariant(
        8,
        "state and history",
        &[
            include_str!("invariants/state_and_history.sql"),
            include_str!("invariants/fulfilment.sql"),
            include_str!("invariants/discount_codes.sql"),
        ],
    ),
    invariant(9, "outbox", &[include_str!("invariants/outbox.sql")]),
    invariant(
        10,
        "once",
        &[
            include_str!("invariants/once.sql"),
            include_str!("invariants/webhooks.sql"),
        ],
    ),
    invariant(
        11,
        "requests settle",
        &[include_str!("invariants/requests_settle.sql")],
    ),
    invariant(12, "Redis is disposable", &[]),
];

/// Refuses a database in which the services cannot be compared.
pub async fn sees_every_schema(pool: &PgPool) -> anyhow::Result<()> {
    let (database, schemas): (String, Vec<String>) = sqlx::query_as(
        "SELECT current_database()::text, array(SELECT nspname::text FROM pg_namespace)",
    )
    .fetch_one(pool)
    .await?;
    let missing = Service::ALL.into_iter().find(|service| {
        service.has_schema() && schemas.iter().all(|schema| schema != service.name())
    });
    if let Some(service) = missing {
        anyhow::bail!(
            "the database {database} has no schema {service}: an invariant compares what several \
             services say in one query, so this needs all schemas in one database. Give the URL of \
             that database; a shop with spec.postgres.layout PerService has none and cannot be \
             verified from the inside"
        );
    }
    Ok(())
}

/// Pause between two looks at what is under way.
const PAUSE: Duration = Duration::from_millis(20);

/// What is still under way, if anything.
async fn unrest(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    let unrest = include_str!("invariants/unrest.sql");
    let rows: Vec<String> = sqlx::query_scalar(unrest).fetch_all(connection).await?;
    Ok(rows.into_iter().next())
}

/// Waits until nothing is under way, and gives the snapshot in which nothing is: a moment later a
/// reservation may lapse, and the shop is at work again. Gives what still is under way when
/// `patience` is over.
async fn at_rest(
    pool: &PgPool,
    patience: Duration,
) -> Result<Result<Transaction<'static, Postgres>, String>, sqlx::Error> {
    let began = Instant::now();
    loop {
        let mut snapshot = pool
            .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        match unrest(&mut snapshot).await? {
            None => return Ok(Ok(snapshot)),
            Some(unrest) if began.elapsed() >= patience => return Ok(Err(unrest)),
            Some(_) => snapshot.rollback().await?,
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Waits until nothing is under way; gives what still is when `patience` is over.
pub async fn quiet(pool: &PgPool, patience: Duration) -> Result<Option<String>, sqlx::Error> {
    Ok(at_rest(pool, patience).await?.err())
}

/// Everything that must not be, each with the name of its invariant.
pub async fn violations(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let mut violations = Vec::new();
    for Invariant {
        number,
        name,
        statements,
    } in ALL
    {
        for &sql in statements {
            let found: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *connection).await?;
            let named = found
                .into_iter()
                .map(|row| format!("{number} {name}: {row}"));
            violations.extend(named);
        }
    }
    Ok(violations)
}

/// The orders of which a client was told that the shop does not have as placed.
async fn lost(connection: &mut PgConnection, told: &[String]) -> Result<Vec<String>, sqlx::Error> {
    let lost: Vec<String> = sqlx::query_scalar(
        "SELECT t.number FROM unnest($1::text[]) AS t (number) \
         WHERE NOT EXISTS (SELECT FROM orders.sales_order o \
                           WHERE o.number = t.number AND o.placed_at IS NOT NULL)",
    )
    .bind(told)
    .fetch_all(connection)
    .await?;
    Ok(lost
        .into_iter()
        .map(|number| format!("6 no order lost: a client was told of {number}"))
        .collect())
}

/// Waits for quiet, then gives everything that must not be, what does not come to rest among it.
pub async fn after_quiet(
    pool: &PgPool,
    patience: Duration,
    told: &[String],
) -> Result<Vec<String>, sqlx::Error> {
    match at_rest(pool, patience).await? {
        Ok(mut snapshot) => {
            let mut found = violations(&mut snapshot).await?;
            found.extend(lost(&mut snapshot, told).await?);
            Ok(found)
        }
        Err(unrest) => Ok(vec![format!("no quiet within {patience:?}: {unrest}")]),
    }
}
