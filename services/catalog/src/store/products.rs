//! One product with all there is to see.

use std::collections::BTreeMap;

use chassis::Problem;
use contracts::{
    Currency, Money,
    catalog::{Image, Options},
};
use serde::Deserialize;
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    cards::Card,
    shelf::{Shelf, image},
};

/// A product.
#[derive(Clone, Debug)]
pub struct Product {
    pub card: Card,
    pub paragraphs: Vec<String>,
    /// Name and value.
    pub specs: Vec<(String, String)>,
    pub images: Vec<Image>,
    /// Name and values.
    pub options: Vec<(String, Vec<String>)>,
    pub variants: Vec<ProductVariant>,
}

/// A variant on sale.
#[derive(Clone, Debug)]
pub struct ProductVariant {
    pub id: Uuid,
    pub sku: String,
    pub options: Options,
    pub price: Money,
    pub compare_at: Option<Money>,
    pub available: u32,
    /// Largest quantity of one line.
    pub limit: u32,
    pub image: Option<Image>,
}

#[derive(Debug, Deserialize)]
struct Spec {
    name: String,
    value: String,
}

#[derive(Debug, Deserialize)]
struct Choice {
    name: String,
    values: Vec<String>,
}

impl Shelf {
    /// A product on sale, by its name in addresses.
    pub async fn product(&self, slug: &str) -> Result<Option<Product>, Problem> {
        let row = sqlx::query!(
            r#"SELECT p.id AS "id!", p.slug AS "slug!", p.title AS "title!",
                      p.description AS "description!", p.currency AS "currency!",
                      p.price_minor AS "price_minor!", p.compare_at_minor,
                      p.specs AS "specs!: Json<Vec<Spec>>",
                      p.options AS "options!: Json<Vec<Choice>>",
                      c.path AS "category_path!", c.title AS "category_title!"
               FROM catalog.product p JOIN catalog.category c ON c.path = p.category
               WHERE p.slug = $1 AND p.status = 'active' AND p.price_minor IS NOT NULL"#,
            slug
        )
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let currency: Currency = row.currency.parse().map_err(Problem::internal)?;
        let images = self.images(row.id).await?;
        let variants = self.variants(row.id, currency).await?;
        let available = variants
            .iter()
            .map(|variant| variant.available)
            .max()
            .unwrap_or(0);
        Ok(Some(Product {
            card: Card {
                id: row.id,
                slug: row.slug,
                title: row.title,
                category_path: row.category_path,
                category_title: row.category_title,
                image: images.first().cloned(),
                price: Money::new(row.price_minor, currency),
                compare_at: row
                    .compare_at_minor
                    .map(|minor| Money::new(minor, currency)),
                available,
            },
            paragraphs: paragraphs(&row.description),
            specs: row
                .specs
                .0
                .into_iter()
                .map(|spec| (spec.name, spec.value))
                .collect(),
            images,
            options: row
                .options
                .0
                .into_iter()
                .map(|choice| (choice.name, choice.values))
                .collect(),
            variants,
        }))
    }

    async fn images(&self, product: Uuid) -> Result<Vec<Image>, Problem> {
        let rows = sqlx::query!(
            "SELECT sha256, alt FROM catalog.product_image WHERE product_id = $1 ORDER BY position",
            product
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| image(Some(row.sha256), Some(row.alt)))
            .collect())
    }

    async fn variants(
        &self,
        product: Uuid,
        currency: Currency,
    ) -> Result<Vec<ProductVariant>, Problem> {
        let rows = sqlx::query!(
            r#"SELECT v.id AS "id!", v.sku AS "sku!",
                      v.options AS "options!: Json<BTreeMap<String, String>>",
                      v.price_minor AS "price_minor!", v.compare_at_minor, v.max_qty AS "max_qty!",
                      v.image_sha256, v.image_alt,
                      coalesce(l.on_hand - l.reserved, 0) AS "available!"
               FROM catalog.variant v LEFT JOIN catalog.stock_level l ON l.variant_id = v.id
               WHERE v.product_id = $1 AND v.active ORDER BY v.position"#,
            product
        )
        .fetch_all(&self.pool)
        .await?;
        let variant = rows.into_iter().map(|row| ProductVariant {
            id: row.id,
            sku: row.sku,
            options: row.options.0,
            price: Money::new(row.price_minor, currency),
            compare_at: row
                .compare_at_minor
                .map(|minor| Money::new(minor, currency)),
            available: u32::try_from(row.available).unwrap_or(0),
            limit: u32::try_from(row.max_qty).unwrap_or(1),
            image: image(row.image_sha256, row.image_alt),
        });
        Ok(variant.collect())
    }
}

/// Texts are stored with an empty line between paragraphs.
fn paragraphs(description: &str) -> Vec<String> {
    description
        .split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::paragraphs;

    #[test]
    fn paragraphs_are_parted_by_empty_lines() {
        assert_eq!(
            paragraphs("One.\nStill one.\n\nTwo.\n\n"),
            ["One.\nStill one.", "Two."]
        );
        assert!(paragraphs("").is_empty());
    }
}
