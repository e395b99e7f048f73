//! What the catalog answers to other services: variants and reservations of stock.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Money, OrderId, ProductId, ReturnId, VariantId};

/// What distinguishes a variant from its siblings, for example `{"colour": "green"}`.
pub type Options = BTreeMap<String, String>;

/// A picture by address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Path on the shop's own origin.
    pub url: String,
    /// What it shows, for those who do not see it.
    pub alt: String,
}

/// How much is left, told in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StockLevel {
    In,
    Low,
    Out,
}

/// `POST /internal/v1/variants/lookup`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantLookup {
    /// At most 100.
    #[schema(max_items = 100)]
    pub ids: Vec<VariantId>,
}

/// Answer of the lookup; ids that are no variant are missing from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Variants {
    pub items: Vec<Variant>,
}

/// A variant as carts and orders need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = VariantForServices)]
pub struct Variant {
    pub id: VariantId,
    pub product_id: ProductId,
    /// Stock keeping unit, unique in the shop.
    pub sku: String,
    /// The product's name in addresses.
    pub slug: String,
    pub title: String,
    #[schema(inline)]
    pub options: Options,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// For one piece, now.
    pub price: Money,
    pub weight_grams: u32,
    /// Pieces that nobody has reserved or bought.
    pub available: u32,
    /// Largest quantity of one line in a cart.
    pub max_qty: u32,
    /// Whether it is on sale; a draft or archived product's variants are not.
    pub active: bool,
}

/// `POST /internal/v1/reservations`: all lines or none. The same order id again gets the answer
/// that the first call got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reserve {
    pub order_id: OrderId,
    pub lines: Vec<StockLine>,
    /// Seconds until the reservation lapses unless committed.
    pub ttl_seconds: u32,
}

/// Some pieces of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockLine {
    pub variant_id: VariantId,
    #[schema(minimum = 1)]
    pub qty: u32,
}

/// Where a reservation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReservationState {
    Held,
    Committed,
    Released,
    Expired,
}

/// Answer of every reservation endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reservation {
    pub order_id: OrderId,
    pub state: ReservationState,
    /// When a held reservation lapses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

/// `POST /internal/v1/reservations/{order_id}/release`; no body means `restock: false`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Whether a committed reservation goes back to the shelf; without it a committed reservation
    /// cannot be released.
    #[serde(default)]
    pub restock: bool,
}

/// `POST /internal/v1/reservations/{order_id}/extend`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Extend {
    /// Seconds from now until the reservation lapses.
    pub ttl_seconds: u32,
}

/// `POST /internal/v1/returns`: pieces of a sold order go back to the shelf. The same return again
/// changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeBack {
    pub return_id: ReturnId,
    pub order_id: OrderId,
    pub lines: Vec<StockLine>,
}

/// Answer of `POST /internal/v1/returns`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TakenBack {
    pub return_id: ReturnId,
    pub order_id: OrderId,
}

/// A line that cannot be served, in the member `lines` of an `out_of_stock` problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShortLine {
    pub variant_id: VariantId,
    pub sku: String,
    pub title: String,
    pub requested: u32,
    /// Pieces that could be had.
    pub left: u32,
}
