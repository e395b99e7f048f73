//! A cart as it is stored: a Redis hash with a few fields per line.

use std::collections::HashMap;

use contracts::{
    CartId, Currency, Money, VariantId,
    cart::CartState,
    catalog::{Image, Options, StockLine, Variant},
};
use serde::{Deserialize, Serialize};

/// What a line looked like when it was last added to. Shown while the catalog cannot be asked.
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) variant_id: VariantId,
    pub(crate) qty: u32,
    /// Price of one piece when the line was made.
    pub(crate) was: Money,
    pub(crate) details: Details,
    /// Order in which lines were made.
    place: u64,
}

/// A cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cart {
    pub(crate) id: CartId,
    pub(crate) owner: String,
    pub(crate) currency: Currency,
    pub(crate) version: u64,
    pub(crate) state: CartState,
    pub(crate) order_number: Option<String>,
    /// In the order in which they were made.
    pub(crate) lines: Vec<Line>,
}

/// The hash has a field that nothing here writes that way.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cart {cart} is stored with a wrong {field}")]
pub(crate) struct Malformed {
    cart: CartId,
    field: String,
}

impl Cart {
    /// Reads the fields of the stored hash.
    pub(crate) fn read(id: CartId, fields: &HashMap<String, String>) -> Result<Self, Malformed> {
        let wrong = |field: &str| Malformed {
            cart: id,
            field: field.to_owned(),
        };
        let text = |field: &str| fields.get(field).ok_or_else(|| wrong(field));
        let number = |field: &str| text(field)?.parse::<u64>().map_err(|_| wrong(field));
        let currency: Currency = text("currency")?.parse().map_err(|_| wrong("currency"))?;
        let mut lines = Vec::new();
        for (field, quantity) in fields {
            let Some(variant) = field.strip_prefix("qty:") else {
                continue;
            };
            let was = format!("was:{variant}");
            let details = format!("details:{variant}");
            let minor = text(&was)?.parse().map_err(|_| wrong(&was))?;
            lines.push(Line {
                variant_id: variant.parse().map_err(|_| wrong(field))?,
                qty: quantity.parse().map_err(|_| wrong(field))?,
                was: Money::new(minor, currency),
                details: serde_json::from_str(text(&details)?).map_err(|_| wrong(&details))?,
                place: number(&format!("place:{variant}"))?,
            });
        }
        lines.sort_by_key(|line| line.place);
        Ok(Self {
            id,
            owner: text("owner")?.clone(),
            currency,
            version: number("version")?,
            state: match text("state")?.as_str() {
                "open" => CartState::Open,
                "closed" => CartState::Closed,
                _ => return Err(wrong("state")),
            },
            order_number: fields.get("order_number").cloned(),
            lines,
        })
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
pub(super) mod tests {
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

    pub(crate) fn stored() -> HashMap<String, String> {
        let json = |details: Details| serde_json::to_string(&details).unwrap();
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        HashMap::from([
            field("owner", "guest:x"),
            field("currency", "EUR"),
            field("version", "4"),
            field("state", "open"),
            field("places", "2"),
            field(&format!("qty:{LAMP}"), "1"),
            field(&format!("place:{LAMP}"), "2"),
            field(&format!("was:{LAMP}"), "5000"),
            field(&format!("details:{LAMP}"), &json(details("lamp", 5000))),
            field(&format!("qty:{MUG}"), "3"),
            field(&format!("place:{MUG}"), "1"),
            field(&format!("was:{MUG}"), "900"),
            field(&format!("details:{MUG}"), &json(details("mug", 900))),
        ])
    }

    pub(crate) fn cart() -> Cart {
        Cart::read(MUG.parse().unwrap(), &stored()).unwrap()
    }

    #[test]
    fn lines_come_in_the_order_in_which_they_were_made() {
        let cart = cart();
        let titles: Vec<_> = cart
            .lines
            .iter()
            .map(|line| line.details.title.as_str())
            .collect();
        assert_eq!(titles, ["mug", "lamp"]);
        assert_eq!((cart.version, cart.state), (4, CartState::Open));
        assert_eq!(cart.stock_lines()[0].qty, 3);
    }

    #[test]
    fn a_damaged_field_is_named() {
        let mut fields = stored();
        fields.insert("version".to_owned(), "four".to_owned());
        let error = Cart::read(MUG.parse().unwrap(), &fields).unwrap_err();
        assert!(error.to_string().ends_with("wrong version"), "{error}");
        fields = stored();
        fields.remove(&format!("was:{MUG}"));
        assert!(Cart::read(MUG.parse().unwrap(), &fields).is_err());
    }
}
