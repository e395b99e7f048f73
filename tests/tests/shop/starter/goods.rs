//! Things to sell.

use localmart_verify::goods;
use uuid::Uuid;

use super::Shop;

impl Shop {
    /// Puts a new article on sale: `price` minor units each, `pieces` on the shelf. Gives the id of
    /// its only variant.
    pub(crate) async fn article(&self, price: i64, pieces: i32) -> Uuid {
        goods::article(&self.pool, price, pieces)
            .await
            .expect("an article can be put on sale")
    }

    /// Sets a new price.
    pub(crate) async fn reprice(&self, variant: Uuid, price: i64) {
        sqlx::query("UPDATE catalog.variant SET price_minor = $2 WHERE id = $1")
            .bind(variant)
            .bind(price)
            .execute(&self.pool)
            .await
            .expect("a variant can be repriced");
    }

    /// Pieces of a variant on the shelf, and how many of them are promised.
    pub(crate) async fn stock(&self, variant: Uuid) -> (i32, i32) {
        sqlx::query_as("SELECT on_hand, reserved FROM catalog.stock_level WHERE variant_id = $1")
            .bind(variant)
            .fetch_one(&self.pool)
            .await
            .expect("every variant has a stock level")
    }
}
