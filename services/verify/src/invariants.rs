//! What must hold at any moment after quiet: SQL that prints violations.

use std::time::{Duration, Instant};

use sqlx::PgPool;

/// Names and statements; each gives one text column, a row for each violation.
pub const ALL: [(&str, &str); 7] = [
    ("stock", include_str!("invariants/stock.sql")),
    ("order_total", include_str!("invariants/order_total.sql")),
    ("one_charge", include_str!("invariants/one_charge.sql")),
    (
        "no_phantom_money",
        include_str!("invariants/no_phantom_money.sql"),
    ),
    (
        "state_and_history",
        include_str!("invariants/state_and_history.sql"),
    ),
    ("outbox", include_str!("invariants/outbox.sql")),
    (
        "requests_settle",
        include_str!("invariants/requests_settle.sql"),
    ),
];

/// Pause between two looks at what is under way.
const PAUSE: Duration = Duration::from_millis(20);

/// What is still under way, if anything.
pub async fn unrest(pool: &PgPool) -> Result<Option<String>, sqlx::Error> {
    let unrest = include_str!("invariants/unrest.sql");
    let rows: Vec<String> = sqlx::query_scalar(unrest).fetch_all(pool).await?;
    Ok(rows.into_iter().next())
}

/// Waits until nothing is under way; gives what still is when `patience` is over.
pub async fn quiet(pool: &PgPool, patience: Duration) -> Result<Option<String>, sqlx::Error> {
    let began = Instant::now();
    loop {
        let seen = unrest(pool).await?;
        if seen.is_none() || began.elapsed() >= patience {
            return Ok(seen);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Everything that must not be, each with the name of its invariant.
pub async fn violations(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let mut violations = Vec::new();
    for (name, sql) in ALL {
        let found: Vec<String> = sqlx::query_scalar(sql).fetch_all(pool).await?;
        violations.extend(found.into_iter().map(|row| format!("{name}: {row}")));
    }
    Ok(violations)
}
