//! Writes the sample catalogue and the sample discount codes. What is there already is left as it is, so repeating it adds
//! nothing and undoes no edit.

mod codes;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::{Connection, PgConnection};
use topology::Service;
use uuid::{Builder, Uuid};

use crate::{
    bootstrap::LOCK,
    sample::{self, Picture, Product, Variant},
    server::Server,
};

/// Ids are the same on every machine: they count from 2026-01-01, in milliseconds since 1970.
const EPOCH: u64 = 1_767_225_600_000;
const DAY: u64 = 24 * 60 * 60 * 1000;

/// Adds what is missing; prices are in `currency`.
pub async fn run(server: &Server, currency: &str) -> Result<String> {
    let catalogue = sample::catalogue();
    let mut connection = server.connect_as(Service::Catalog).await?;
    let mut transaction = connection.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .execute(&mut *transaction)
        .await?;
    for (position, category) in (0_i32..).zip(&catalogue.categories) {
        sqlx::query(
            "INSERT INTO catalog.category (path, title, position) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING",
        )
        .bind(category.path)
        .bind(category.title)
        .bind(position)
        .execute(&mut *transaction)
        .await?;
    }
    let mut added = 0;
    for product in &catalogue.products {
        let fresh = add_product(&mut transaction, product, currency)
            .await
            .with_context(|| format!("the sample product {}", product.slug))?;
        added += usize::from(fresh);
    }
    transaction.commit().await?;
    let total = catalogue.products.len();
    let codes = codes::run(server).await?;
    let all = sample::CODES.len();
    Ok(format!(
        "seed: {added} of {total} sample products and {codes} of {all} discount codes were missing \
         and are added"
    ))
}

/// Whether the product was missing.
async fn add_product(
    connection: &mut PgConnection,
    product: &Product,
    currency: &str,
) -> Result<bool> {
    let id = id(product.slug, product.age_days);
    let inserted = sqlx::query(
        "INSERT INTO catalog.product \
           (id, slug, title, description, specs, options, category, status, published_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'active', now() - make_interval(days => $8)) \
         ON CONFLICT DO NOTHING",
    )
    .bind(id)
    .bind(product.slug)
    .bind(product.title)
    .bind(product.paragraphs.join("\n\n"))
    .bind(specs(product))
    .bind(options(product))
    .bind(product.category)
    .bind(i32::try_from(product.age_days)?)
    .execute(&mut *connection)
    .await?;
    if inserted.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("INSERT INTO catalog.product_category (product_id, category) VALUES ($1, $2)")
        .bind(id)
        .bind(product.category)
        .execute(&mut *connection)
        .await?;
    for (position, picture) in (0_i32..).zip(&product.pictures) {
        add_asset(connection, picture).await?;
        sqlx::query(
            "INSERT INTO catalog.product_image (product_id, position, sha256, alt) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(id)
        .bind(position)
        .bind(&picture.sha256)
        .bind(&picture.alt)
        .execute(&mut *connection)
        .await?;
    }
    for (position, variant) in (0_i32..).zip(&product.variants) {
        add_variant(connection, product, id, position, variant, currency)
            .await
            .with_context(|| format!("the variant {}", variant.sku))?;
    }
    Ok(true)
}

async fn add_variant(
    connection: &mut PgConnection,
    product: &Product,
    product_id: Uuid,
    position: i32,
    variant: &Variant,
    currency: &str,
) -> Result<()> {
    let id = id(&variant.sku, product.age_days);
    add_asset(connection, &variant.picture).await?;
    sqlx::query(
        "INSERT INTO catalog.variant \
           (id, product_id, sku, position, options, price_minor, compare_at_minor, currency, \
            weight_grams, image_sha256, image_alt) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(id)
    .bind(product_id)
    .bind(&variant.sku)
    .bind(position)
    .bind(json!(variant.options))
    .bind(variant.price)
    .bind(variant.compare_at)
    .bind(currency)
    .bind(i32::try_from(variant.weight_grams)?)
    .bind(&variant.picture.sha256)
    .bind(&variant.picture.alt)
    .execute(&mut *connection)
    .await?;
    let on_hand = i32::try_from(variant.on_hand)?;
    sqlx::query("INSERT INTO catalog.stock_level (variant_id, on_hand) VALUES ($1, $2)")
        .bind(id)
        .bind(on_hand)
        .execute(&mut *connection)
        .await?;
    // The ledger adds up to what is on hand from the first piece on.
    if on_hand > 0 {
        sqlx::query(
            "INSERT INTO catalog.stock_ledger (variant_id, kind, qty, reason) \
             VALUES ($1, 'receive', $2, 'opening stock')",
        )
        .bind(id)
        .bind(on_hand)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Variants of one colour share a picture.
async fn add_asset(connection: &mut PgConnection, picture: &Picture) -> Result<()> {
    sqlx::query(
        "INSERT INTO catalog.asset (sha256, media_type, bytes) VALUES ($1, 'image/svg+xml', $2) \
         ON CONFLICT DO NOTHING",
    )
    .bind(&picture.sha256)
    .bind(picture.svg.as_bytes())
    .execute(connection)
    .await?;
    Ok(())
}

fn specs(product: &Product) -> Value {
    product
        .specs
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect()
}

fn options(product: &Product) -> Value {
    product
        .options
        .iter()
        .map(|(name, values)| json!({"name": name, "values": values}))
        .collect()
}

/// A version 7 UUID from a name that is unique in the shop.
fn id(name: &str, age_days: u32) -> Uuid {
    let digest = Sha256::digest(name);
    let mut entropy = [0; 10];
    entropy.copy_from_slice(&digest[..10]);
    let millis = EPOCH - u64::from(age_days) * DAY;
    Builder::from_unix_timestamp_millis(millis, &entropy).into_uuid()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_distinct_and_stay_the_same() {
        let catalogue = sample::catalogue();
        let mut seen = HashSet::new();
        for product in &catalogue.products {
            assert!(
                seen.insert(id(product.slug, product.age_days)),
                "{}",
                product.slug
            );
            for variant in &product.variants {
                assert!(
                    seen.insert(id(&variant.sku, product.age_days)),
                    "{}",
                    variant.sku
                );
            }
        }
        assert_eq!(id("stoneware-mug", 3), id("stoneware-mug", 3));
        assert_eq!(id("stoneware-mug", 3).get_version_num(), 7);
    }
}
