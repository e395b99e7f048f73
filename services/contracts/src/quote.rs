//! Orders' quote: the only place where totals are computed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    CartId, Currency, Money, VariantId,
    discount::{DiscountCode, QuotedCode},
};

/// `POST /internal/v1/quote`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteRequest {
    pub currency: Currency,
    pub lines: Vec<PricedLine>,
    /// Destination, ISO 3166-1 alpha-2; tax is unknown without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Id of a shipping rate; delivery is unknown without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<String>,
    /// A discount code that the customer has given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<DiscountCode>,
    /// The cart that is quoted: a use of the code that its own order holds counts as free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cart_id: Option<CartId>,
}

/// A line with the price of one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PricedLine {
    pub variant_id: VariantId,
    pub qty: u32,
    pub unit: Money,
}

/// Sums of a cart, checkout or order. An amount that is not known yet is null, never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Totals {
    /// Sum of the lines before discount.
    #[schema(required)]
    pub items: Option<Money>,
    /// What is taken off, as a positive amount.
    #[schema(required)]
    pub discount: Option<Money>,
    #[schema(required)]
    pub delivery: Option<Money>,
    /// Comes on top of items, discount and delivery.
    #[schema(required)]
    pub tax: Option<Money>,
    /// `items - discount + delivery + tax`, known when all of them are.
    #[schema(required)]
    pub grand: Option<Money>,
}

impl Totals {
    /// Nothing known: what a cart shows while orders cannot be reached.
    pub const UNKNOWN: Self = Self {
        items: None,
        discount: None,
        delivery: None,
        tax: None,
        grand: None,
    };
}

/// Answer to a quote request: totals and what each line contributes, in the order of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Quote {
    pub totals: Totals,
    pub lines: Vec<QuotedLine>,
    /// What became of the request's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<QuotedCode>,
}

/// A line's share. Shares add up to the totals exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuotedLine {
    pub variant_id: VariantId,
    /// `unit` times `qty`.
    pub line_total: Money,
    pub discount: Money,
    /// Null without a destination.
    #[schema(required)]
    pub tax: Option<Money>,
}
