//! A cart as it is stored, wherever that is.

use chrono::{DateTime, Utc};
use contracts::{
    CartId, Currency, DiscountCode, Money, VariantId,
    cart::CartState,
    catalog::{Image, Options, StockLine, Variant},
};
use serde::{Deserialize, Serialize};

/// What a line looked like when the customer last changed it. Shown while the catalog cannot be
/// asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Details {
    pub(crate) sku: String,
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) options: Options,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) image: Option<Image>,
    pub(crate) unit: Money,
    pub(crate) max_qty: u32,
}

impl From<&Variant> for Details {
    fn from(variant: &Variant) -> Self {
        Self {
            sku: variant.sku.clone(),
            slug: variant.slug.clone(),
            title: variant.title.clone(),
            options: variant.options.clone(),
            image: variant.image.clone(),
            unit: variant.price,
            max_qty: variant.max_qty,
        }
    }
}

/// A line of a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) variant_id: VariantId,
    pub(crate) qty: u32,
    /// Price of one piece when the customer last added to the line or changed its quantity.
    pub(crate) was: Money,
    pub(crate) details: Details,
}

/// A cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cart {
    pub(crate) id: CartId,
    pub(crate) owner: String,
    pub(crate) currency: Currency,
    /// Grows with each change of a quantity or the code.
    pub(crate) version: u64,
    pub(crate) state: CartState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) order_number: Option<String>,
    /// In upper case; whether it counts is for orders to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) discount_code: Option<String>,
    /// When it is forgotten unless it changes before; `None` for a cart that is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// In the order in which they were made.
    pub(crate) lines: Vec<Line>,
}

impl Cart {
    /// A cart without lines.
    pub(crate) fn begun(id: CartId, owner: &str, currency: Currency) -> Self {
        Self {
            id,
            owner: owner.to_owned(),
            currency,
            version: 1,
            state: CartState::Open,
            order_number: None,
            discount_code: None,
            expires_at: None,
            lines: Vec::new(),
        }
    }

    /// The discount code that the customer has given.
    pub(crate) fn code(&self) -> Option<DiscountCode> {
        self.discount_code.as_deref()?.parse().ok()
    }

    /// Variants and quantities.
    pub(crate) fn stock_lines(&self) -> Vec<StockLine> {
        let line = |line: &Line| StockLine {
            variant_id: line.variant_id,
            qty: line.qty,
        };
        self.lines.iter().map(line).collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const MUG: &str = "01890000-0000-7000-8000-000000000001";
    pub(crate) const LAMP: &str = "01890000-0000-7000-8000-000000000002";

    pub(crate) fn details(title: &str, minor: i64) -> Details {
        Details {
            sku: title.to_uppercase(),
            slug: title.to_owned(),
            title: title.to_owned(),
            options: Options::new(),
            image: None,
            unit: Money::new(minor, Currency::EUR),
            max_qty: 10,
        }
    }

    /// Three mugs and a lamp.
    pub(crate) fn cart() -> Cart {
        let line = |id: &str, qty, title, minor| Line {
            variant_id: id.parse().unwrap(),
            qty,
            was: Money::new(minor, Currency::EUR),
            details: details(title, minor),
        };
        Cart {
            version: 4,
            lines: vec![line(MUG, 3, "mug", 900), line(LAMP, 1, "lamp", 5000)],
            ..Cart::begun(MUG.parse().unwrap(), "guest:x", Currency::EUR)
        }
    }

    #[test]
    fn orders_are_told_variants_and_quantities() {
        let lines = cart().stock_lines();
        assert_eq!((lines[0].qty, lines[1].qty), (3, 1));
        assert_eq!(lines[0].variant_id.to_string(), MUG);
    }
}
