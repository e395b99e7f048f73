//! Things to sell.

use sqlx::PgPool;
use uuid::Uuid;

use super::Shop;

impl Shop {
    /// Puts a new article on sale: `price` minor units each, `pieces` on the shelf. Gives the id of
    /// its only variant.
    pub(crate) async fn article(&self, price: i64, pieces: i32) -> Uuid {
        let variant = Uuid::now_v7();
        if let Err(error) = put_on_sale(&self.pool, variant, price, pieces).await {
            panic!("an article cannot be put on sale: {error}");
        }
        variant
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

async fn put_on_sale(
    pool: &PgPool,
    variant: Uuid,
    price: i64,
    pieces: i32,
) -> Result<(), sqlx::Error> {
    let mut tx = pool.begin().await?;
    sqlx::query(
        "INSERT INTO catalog.category (path, title, position) VALUES ('kitchen', 'Kitchen', 1) \
         ON CONFLICT DO NOTHING",
    )
    .execute(&mut *tx)
    .await?;
    let name = variant.simple().to_string();
    sqlx::query(
        "INSERT INTO catalog.product (id, slug, title, description, category, status) \
         VALUES ($1, $2, 'Mug', 'A mug.', 'kitchen', 'active')",
    )
    .bind(variant)
    .bind(&name)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO catalog.variant (id, product_id, sku, position, price_minor, currency, weight_grams, max_qty) \
         VALUES ($1, $1, $2, 1, $3, 'EUR', 300, 99)",
    )
    .bind(variant)
    .bind(name.to_uppercase())
    .bind(price)
    .execute(&mut *tx)
    .await?;
    sqlx::query("INSERT INTO catalog.stock_level (variant_id, on_hand) VALUES ($1, $2)")
        .bind(variant)
        .bind(pieces)
        .execute(&mut *tx)
        .await?;
    if pieces > 0 {
        sqlx::query(
            "INSERT INTO catalog.stock_ledger (variant_id, kind, qty, reason) \
             VALUES ($1, 'receive', $2, 'first delivery')",
        )
        .bind(variant)
        .bind(pieces)
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await
}
