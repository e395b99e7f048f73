//! Variants as carts and orders need them.

use std::collections::BTreeMap;

use chassis::Problem;
use contracts::{Currency, Money, VariantId, catalog::Variant};
use sqlx::types::Json;
use uuid::Uuid;

use super::shelf::{Shelf, image};

impl Shelf {
    /// The variants with these ids, on sale or not; what is no variant is left out.
    pub async fn lookup(&self, ids: &[VariantId]) -> Result<Vec<Variant>, Problem> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
        let rows = sqlx::query!(
            r#"SELECT v.id AS "id!", v.product_id AS "product_id!", v.sku AS "sku!", p.slug AS "slug!",
                      p.title AS "title!", v.options AS "options!: Json<BTreeMap<String, String>>",
                      coalesce(v.image_sha256, i.sha256) AS "image_sha256?",
                      coalesce(v.image_alt, i.alt) AS "image_alt?",
                      v.price_minor AS "price_minor!", v.currency AS "currency!",
                      v.weight_grams AS "weight_grams!", v.max_qty AS "max_qty!",
                      coalesce(l.on_hand - l.reserved, 0) AS "available!",
                      (v.active AND p.status = 'active') AS "active!"
               FROM catalog.variant v
               JOIN catalog.product p ON p.id = v.product_id
               LEFT JOIN catalog.stock_level l ON l.variant_id = v.id
               LEFT JOIN LATERAL (
                   SELECT sha256, alt FROM catalog.product_image
                   WHERE product_id = p.id ORDER BY position LIMIT 1) i ON true
               WHERE v.id = ANY($1) ORDER BY v.id"#,
            &ids
        )
        .fetch_all(&self.pool)
        .await?;
        let variants = rows.into_iter().map(|row| {
            let currency: Currency = row.currency.parse().map_err(Problem::internal)?;
            Ok(Variant {
                id: row.id.into(),
                product_id: row.product_id.into(),
                sku: row.sku,
                slug: row.slug,
                title: row.title,
                options: row.options.0,
                image: image(row.image_sha256, row.image_alt),
                price: Money::new(row.price_minor, currency),
                weight_grams: u32::try_from(row.weight_grams).unwrap_or(0),
                available: u32::try_from(row.available).unwrap_or(0),
                max_qty: u32::try_from(row.max_qty).unwrap_or(1),
                active: row.active,
            })
        });
        variants.collect()
    }
}
