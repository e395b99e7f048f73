//! Things to sell, put into the catalogue's tables: no public request can make an article of which
//! there is exactly one piece.

use sqlx::PgPool;
use uuid::Uuid;

/// Minor units that an article costs where the price does not matter.
pub const PRICE: i64 = 1_000;

/// Puts a new article on sale: `price` minor units each, `pieces` on the shelf. Gives the id of
/// its only variant. Needs a login that may write the tables of `catalog`.
pub async fn article(pool: &PgPool, price: i64, pieces: i32) -> Result<Uuid, sqlx::Error> {
    let variant = Uuid::now_v7();
    let name = variant.simple().to_string();
    let mut tx = pool.begin().await?;
    sqlx::query(
        "INSERT INTO catalog.category (path, title, position) VALUES ('verify', 'Verify', 1000) \
         ON CONFLICT DO NOTHING",
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO catalog.product (id, slug, title, description, category, status) \
         VALUES ($1, $2, 'Mug', 'A mug.', 'verify', 'active')",
    )
    .bind(variant)
    .bind(&name)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO catalog.variant \
         (id, product_id, sku, position, price_minor, currency, weight_grams, max_qty) \
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
    tx.commit().await?;
    Ok(variant)
}
