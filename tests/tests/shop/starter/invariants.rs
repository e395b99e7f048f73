//! What must hold at any moment after quiet: SQL that prints violations.

use sqlx::PgPool;

/// Names and statements; each gives one text column, a row for each violation.
const INVARIANTS: [(&str, &str); 8] = [
    ("stock", include_str!("../../../invariants/stock.sql")),
    (
        "order_total",
        include_str!("../../../invariants/order_total.sql"),
    ),
    (
        "one_charge",
        include_str!("../../../invariants/one_charge.sql"),
    ),
    (
        "no_phantom_money",
        include_str!("../../../invariants/no_phantom_money.sql"),
    ),
    (
        "state_and_history",
        include_str!("../../../invariants/state_and_history.sql"),
    ),
    (
        "fulfilment",
        include_str!("../../../invariants/fulfilment.sql"),
    ),
    ("outbox", include_str!("../../../invariants/outbox.sql")),
    (
        "requests_settle",
        include_str!("../../../invariants/requests_settle.sql"),
    ),
    ("webhooks", include_str!("../../../invariants/webhooks.sql")),
];

/// What is still under way, if anything.
pub(super) async fn unrest(pool: &PgPool) -> Option<String> {
    first_column(pool, include_str!("../../../invariants/unrest.sql"))
        .await
        .into_iter()
        .next()
}

/// Everything that must not be.
pub(super) async fn violations(pool: &PgPool) -> Vec<String> {
    let mut violations = Vec::new();
    for (name, sql) in INVARIANTS {
        let found = first_column(pool, sql).await;
        violations.extend(found.into_iter().map(|row| format!("{name}: {row}")));
    }
    violations
}

async fn first_column(pool: &PgPool, sql: &'static str) -> Vec<String> {
    match sqlx::query_scalar(sql).fetch_all(pool).await {
        Ok(rows) => rows,
        Err(error) => panic!("{sql}: {error}"),
    }
}
