//! Things to sell, put into the catalogue's tables: no public request can make an article of which
//! there is exactly one piece.

use sqlx::PgPool;
use uuid::Uuid;

/// Puts a new article on sale: `pieces` on the shelf, ten euros each. Gives the id of its only
/// variant. Needs a login that may write the tables of `catalog`.
pub async fn article(pool: &PgPool, pieces: i32) -> Result<Uuid, sqlx::Error> {
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
         VALUES ($1, $1, $2, 1, 1000, 'EUR', 300, 99)",
    )
    .bind(variant)
    .bind(name.to_uppercase())
    .execute(&mut *tx)
    .await?;
    sqlx::query("INSERT INTO catalog.stock_level (variant_id, on_hand) VALUES ($1, $2)")
        .bind(variant)
        .bind(pieces)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "INSERT INTO catalog.stock_ledger (variant_id, kind, qty, reason) \
         VALUES ($1, 'receive', $2, 'first delivery')",
    )
    .bind(variant)
    .bind(pieces)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(variant)
}
