//! Shapes that several endpoints share.

use contracts::{
    Money, ProductId,
    catalog::{Image, StockLevel},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{domain::shelf, store};

/// Lists and products may be kept by nobody without asking: their stock changes.
pub const REVALIDATE: &str = "no-cache";

/// A category by address.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CategoryRef {
    /// In addresses, for example `kitchen`.
    pub path: String,
    pub title: String,
}

/// A product in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Card {
    pub id: ProductId,
    /// In addresses.
    pub slug: String,
    pub title: String,
    pub category: CategoryRef,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// Of the cheapest variant.
    pub price: Money,
    /// The price before a reduction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<Money>,
    /// Of the variant that has most.
    pub stock: StockLevel,
}

impl From<store::Card> for Card {
    fn from(card: store::Card) -> Self {
        Self {
            id: card.id.into(),
            slug: card.slug,
            title: card.title,
            category: CategoryRef {
                path: card.category_path,
                title: card.category_title,
            },
            image: card.image,
            price: card.price,
            compare_at: card.compare_at,
            stock: shelf::level(card.available),
        }
    }
}
