//! What was sold, counted from the events of orders.

use chassis::{Problem, events::Effect};
use contracts::events::{Envelope, Event};
use sqlx::PgConnection;
use uuid::Uuid;

/// Counts the pieces of placed orders for each product.
#[derive(Clone, Copy, Debug)]
pub struct Sales;

impl Effect for Sales {
    const EVENTS: &'static [&'static str] = &["order.placed"];

    async fn apply(&self, transaction: &mut PgConnection, event: &Envelope) -> Result<(), Problem> {
        let Event::OrderPlaced(placed) = &event.event else {
            return Ok(());
        };
        let variants: Vec<Uuid> = placed
            .lines
            .iter()
            .map(|line| line.variant_id.uuid())
            .collect();
        let pieces: Vec<i64> = placed
            .lines
            .iter()
            .map(|line| i64::from(line.qty))
            .collect();
        sqlx::query!(
            "UPDATE catalog.product p SET sold = p.sold + s.qty \
             FROM (SELECT v.product_id, sum(l.qty)::bigint AS qty \
                 FROM unnest($1::uuid[], $2::bigint[]) AS l (variant_id, qty) \
                 JOIN catalog.variant v ON v.id = l.variant_id GROUP BY v.product_id) s \
             WHERE p.id = s.product_id",
            &variants,
            &pieces
        )
        .execute(transaction)
        .await?;
        Ok(())
    }
}
