//! Writes the sample discount codes, with the rights of orders.

use anyhow::{Context, Result};
use sqlx::Connection;
use topology::Service;

use crate::{
    sample::{CODES, Code, Effect},
    server::Server,
};

/// Adds what is missing; gives how many that were.
pub(super) async fn run(server: &Server) -> Result<usize> {
    let mut connection = server.connect_as(Service::Orders).await?;
    let mut transaction = connection.begin().await?;
    let mut added = 0;
    for code in &CODES {
        let Code {
            code,
            title,
            effect,
            min_items,
            max_uses,
        } = *code;
        let (kind, basis_points, amount) = match effect {
            Effect::Percent(basis_points) => ("percent", Some(basis_points), None),
            Effect::Fixed(amount) => ("fixed", None, Some(amount)),
            Effect::FreeShipping => ("free_shipping", None, None),
        };
        let inserted = sqlx::query(
            "INSERT INTO orders.coupon \
               (code, title, kind, basis_points, amount_minor, min_items_minor, max_uses) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .bind(code)
        .bind(title)
        .bind(kind)
        .bind(basis_points)
        .bind(amount)
        .bind(min_items)
        .bind(max_uses)
        .execute(&mut *transaction)
        .await
        .with_context(|| format!("the sample discount code {code}"))?;
        added += usize::from(inserted.rows_affected() == 1);
    }
    transaction.commit().await?;
    Ok(added)
}
