//! `GET /api/v1/products/{slug}`: one product with all there is to see.

use axum::{extract::State, response::Response};
use chassis::{Caller, Problem, extract::Path, funnel, problem::Document};
use contracts::{
    Money, VariantId,
    catalog::{Image, Options, StockLevel},
};
use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    App,
    ready::Ready,
    wire::{Card, REVALIDATE},
};
use crate::{domain::shelf, store};

/// A product.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Product {
    #[serde(flatten)]
    pub card: Card,
    pub paragraphs: Vec<String>,
    /// In the order of display.
    pub specs: Vec<Spec>,
    pub images: Vec<Image>,
    /// What a customer chooses, in order.
    pub options: Vec<ProductOption>,
    /// In the order of the options' values.
    pub variants: Vec<Variant>,
}

/// A fact.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Spec {
    pub name: String,
    pub value: String,
}

/// A choice.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProductOption {
    pub name: String,
    /// In order.
    pub values: Vec<String>,
}

/// What is put into a basket.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Variant {
    pub id: VariantId,
    /// Stock keeping unit, unique in the shop.
    pub sku: String,
    /// One value for each option.
    #[schema(value_type = BTreeMap<String, String>)]
    pub options: Options,
    pub price: Money,
    /// The price before a reduction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<Money>,
    pub stock: StockLevel,
    /// Pieces left, told when they are few.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<u32>,
    /// Most that can be chosen now; 0 when there is none.
    pub max_qty: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
}

/// Shows a product
#[utoipa::path(
    get,
    path = "/api/v1/products/{slug}",
    tag = "catalog",
    params(("slug" = String, Path, description = "The product's name in addresses")),
    responses(
        (status = 200, body = Product),
        (status = 304, description = "The ETag in If-None-Match is still the one"),
        (status = 404, description = "not_found", body = Document),
        (status = 503, description = "unavailable", body = Document),
    )
)]
pub(super) async fn show_product(
    State(app): State<App>,
    caller: Caller,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let make = async {
        let product = app.shelf.product(&slug).await?;
        let product =
            product.ok_or_else(|| Problem::not_found(format_args!("product {slug:?}")))?;
        for variant in &product.variants {
            app.cache.shown_with(variant.id.into(), &slug).await;
        }
        let body = Product::from(product);
        Ready::json(&body, &body)
    };
    let ready = app.cache.product(slug.clone(), make).await?;
    funnel::reached(funnel::Step::Detail, &caller.subject);
    Ok(ready.respond(&headers, REVALIDATE))
}

impl From<store::Product> for Product {
    fn from(product: store::Product) -> Self {
        let spec = |(name, value)| Spec { name, value };
        let option = |(name, values)| ProductOption { name, values };
        Self {
            card: product.card.into(),
            paragraphs: product.paragraphs,
            specs: product.specs.into_iter().map(spec).collect(),
            images: product.images,
            options: product.options.into_iter().map(option).collect(),
            variants: product.variants.into_iter().map(Variant::from).collect(),
        }
    }
}

impl From<store::ProductVariant> for Variant {
    fn from(variant: store::ProductVariant) -> Self {
        Self {
            id: variant.id.into(),
            sku: variant.sku,
            options: variant.options,
            price: variant.price,
            compare_at: variant.compare_at,
            stock: shelf::level(variant.available),
            left: shelf::left(variant.available),
            max_qty: shelf::choosable(variant.available, variant.limit),
            image: variant.image,
        }
    }
}
