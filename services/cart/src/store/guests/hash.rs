//! The hash that holds a guest's cart: a few fields, and a few per line.

use std::collections::HashMap;

use chrono::DateTime;
use contracts::{CartId, Currency, Money, cart::CartState};

use crate::domain::{Cart, Line};

/// Fields of the hash.
pub(super) type Fields = HashMap<String, String>;

/// The hash has a field that nothing here writes that way.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cart {cart} is stored with a wrong {field}")]
pub(super) struct Malformed {
    cart: CartId,
    field: String,
}

/// The cart in a hash.
pub(super) fn read(id: CartId, fields: &Fields) -> Result<Cart, Malformed> {
    let wrong = |field: &str| Malformed {
        cart: id,
        field: field.to_owned(),
    };
    let text = |field: &str| fields.get(field).ok_or_else(|| wrong(field));
    let number = |field: &str| text(field)?.parse::<u64>().map_err(|_| wrong(field));
    let currency: Currency = text("currency")?.parse().map_err(|_| wrong("currency"))?;
    let expires_at = fields.get("expires_at").map(|seconds| {
        let seconds = seconds.parse().ok();
        seconds
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            .ok_or_else(|| wrong("expires_at"))
    });

    let mut lines = Vec::new();
    for (field, quantity) in fields {
        let Some(variant) = field.strip_prefix("qty:") else {
            continue;
        };
        let was = format!("was:{variant}");
        let details = format!("details:{variant}");
        let minor = text(&was)?.parse().map_err(|_| wrong(&was))?;
        let line = Line {
            variant_id: variant.parse().map_err(|_| wrong(field))?,
            qty: quantity.parse().map_err(|_| wrong(field))?,
            was: Money::new(minor, currency),
            details: serde_json::from_str(text(&details)?).map_err(|_| wrong(&details))?,
        };
        lines.push((number(&format!("place:{variant}"))?, line));
    }
    lines.sort_by_key(|(place, _)| *place);
    Ok(Cart {
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
        discount_code: fields.get("discount_code").cloned(),
        expires_at: expires_at.transpose()?,
        lines: lines.into_iter().map(|(_, line)| line).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::{LAMP, MUG, details};

    fn stored() -> Fields {
        let json = |title, minor| serde_json::to_string(&details(title, minor)).unwrap();
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Fields::from([
            field("owner", "guest:x"),
            field("currency", "EUR"),
            field("version", "4"),
            field("state", "open"),
            field("places", "2"),
            field("expires_at", "1800000000"),
            field(&format!("qty:{LAMP}"), "1"),
            field(&format!("place:{LAMP}"), "2"),
            field(&format!("was:{LAMP}"), "5000"),
            field(&format!("details:{LAMP}"), &json("lamp", 5000)),
            field(&format!("qty:{MUG}"), "3"),
            field(&format!("place:{MUG}"), "1"),
            field(&format!("was:{MUG}"), "900"),
            field(&format!("details:{MUG}"), &json("mug", 900)),
        ])
    }

    #[test]
    fn lines_come_in_the_order_in_which_they_were_made() {
        let cart = read(MUG.parse().unwrap(), &stored()).unwrap();
        let titles: Vec<_> = cart
            .lines
            .iter()
            .map(|line| line.details.title.as_str())
            .collect();
        assert_eq!(titles, ["mug", "lamp"]);
        assert_eq!((cart.version, cart.state), (4, CartState::Open));
        assert_eq!(cart.lines[0].qty, 3);
        assert_eq!(cart.expires_at.unwrap().timestamp(), 1_800_000_000);
    }

    #[test]
    fn a_damaged_field_is_named() {
        let mut fields = stored();
        fields.insert("version".to_owned(), "four".to_owned());
        let error = read(MUG.parse().unwrap(), &fields).unwrap_err();
        assert!(error.to_string().ends_with("wrong version"), "{error}");
        fields = stored();
        fields.remove(&format!("was:{MUG}"));
        assert!(read(MUG.parse().unwrap(), &fields).is_err());
    }
}
