//! Closing a signed-in customer's cart.

use chassis::{Problem, run_tx};
use contracts::{CartId, cart::CloseCart};

use super::UserCarts;
use crate::store::Closing;

impl UserCarts {
    /// Its discount code stays with what was ordered.
    pub(in crate::store) async fn close(
        &self,
        id: CartId,
        order: &CloseCart,
        new: CartId,
    ) -> Result<Closing, Problem> {
        let (variants, quantities): (Vec<_>, Vec<_>) = order
            .lines
            .iter()
            .map(|line| (line.variant_id.uuid(), i64::from(line.qty)))
            .unzip();
        run_tx!(&self.pool, "close a cart", async |tx| {
            let head = sqlx::query!(
                "SELECT state, order_id, order_number, moved_to FROM cart.cart \
                 WHERE id = $1 FOR UPDATE",
                id.uuid(),
            )
            .fetch_optional(&mut *tx)
            .await?;
            let Some(head) = head else {
                return Ok(Closing::Missing);
            };
            if head.state != "open" {
                return Ok(if head.order_id == Some(order.order_id.uuid()) {
                    Closing::Closed {
                        moved_to: head.moved_to.map(Into::into),
                    }
                } else {
                    Closing::OtherOrder {
                        number: head.order_number.unwrap_or_default(),
                    }
                });
            }
            sqlx::query!(
                "UPDATE cart.cart SET state = 'closed', order_id = $2, order_number = $3, \
                     version = version + 1, updated_at = now(), closed_at = now() WHERE id = $1",
                id.uuid(),
                order.order_id.uuid(),
                &order.order_number,
            )
            .execute(&mut *tx)
            .await?;
            // The lock of the cart's row holds its lines still.
            let later = sqlx::query!(
                r#"SELECT line.variant_id, line.qty - coalesce(ordered.qty, 0)::integer AS "qty!"
                   FROM cart.line
                   LEFT JOIN unnest($2::uuid[], $3::bigint[]) AS ordered (variant_id, qty)
                       ON ordered.variant_id = line.variant_id
                   WHERE line.cart_id = $1 AND line.qty > coalesce(ordered.qty, 0)
                   ORDER BY line.place"#,
                id.uuid(),
                &variants,
                &quantities,
            )
            .fetch_all(&mut *tx)
            .await?;
            if later.is_empty() {
                return Ok(Closing::Closed { moved_to: None });
            }
            sqlx::query!(
                "INSERT INTO cart.cart (id, owner, currency) \
                 SELECT $2, owner, currency FROM cart.cart WHERE id = $1",
                id.uuid(),
                new.uuid(),
            )
            .execute(&mut *tx)
            .await?;
            let (variants, quantities): (Vec<_>, Vec<_>) =
                later.iter().map(|line| (line.variant_id, line.qty)).unzip();
            sqlx::query!(
                "INSERT INTO cart.line (cart_id, variant_id, qty, was_minor, details) \
                 SELECT $2, line.variant_id, later.qty, line.was_minor, line.details \
                 FROM cart.line JOIN unnest($3::uuid[], $4::integer[]) AS later (variant_id, qty) \
                     ON later.variant_id = line.variant_id \
                 WHERE line.cart_id = $1 ORDER BY line.place",
                id.uuid(),
                new.uuid(),
                &variants,
                &quantities,
            )
            .execute(&mut *tx)
            .await?;
            sqlx::query!(
                "UPDATE cart.cart SET moved_to = $2 WHERE id = $1",
                id.uuid(),
                new.uuid(),
            )
            .execute(&mut *tx)
            .await?;
            Ok(Closing::Closed {
                moved_to: Some(new),
            })
        })
    }
}
