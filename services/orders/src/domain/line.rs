//! Lines of a checkout and an order: what the cart holds, at the catalog's prices.

use contracts::{
    Currency, Money, VariantId,
    catalog::{Image, Options, ShortLine, StockLine, Variant},
    discount::QuotedCode,
    quote::{PricedLine, QuoteRequest, Totals},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    discount::Offer,
    quote::{QuoteError, quote},
    tax::TaxRule,
};

/// A line with copies of all that it shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OrderLine)]
#[allow(clippy::struct_field_names)]
pub struct Line {
    pub variant_id: VariantId,
    pub sku: String,
    pub slug: String,
    pub title: String,
    #[schema(inline)]
    pub options: Options,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    pub qty: u32,
    /// Price of one piece, before tax.
    pub unit: Money,
    /// `unit` times `qty`.
    pub line_total: Money,
    /// The line's share of the discount; left out where nothing is taken off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Money>,
    /// The line's share of the tax; null while the destination is not known.
    #[schema(required)]
    pub tax: Option<Money>,
}

/// Where an order goes, as far as it is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Destination<'a> {
    pub country: Option<&'a str>,
    pub rate: Option<&'a str>,
}

/// Why a cart has no lines to order.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinesError {
    /// These are no longer sold.
    #[error("{} of the lines are no longer sold", .0.len())]
    Gone(Vec<ShortLine>),
    #[error(transparent)]
    Quote(#[from] QuoteError),
}

/// The lines of a cart at the prices of `variants`, without shares of tax yet.
pub fn lines(cart: &[StockLine], variants: &[Variant]) -> Result<Vec<Line>, LinesError> {
    let mut gone = Vec::new();
    let mut lines = Vec::with_capacity(cart.len());
    for wanted in cart {
        let variant = variants
            .iter()
            .find(|variant| variant.id == wanted.variant_id);
        match variant {
            Some(variant) if variant.active => lines.push(Line {
                variant_id: variant.id,
                sku: variant.sku.clone(),
                slug: variant.slug.clone(),
                title: variant.title.clone(),
                options: variant.options.clone(),
                image: variant.image.clone(),
                qty: wanted.qty,
                unit: variant.price,
                line_total: variant.price.times(wanted.qty).map_err(QuoteError::from)?,
                discount: None,
                tax: None,
            }),
            other => gone.push(ShortLine {
                variant_id: wanted.variant_id,
                sku: other.map_or_else(String::new, |variant| variant.sku.clone()),
                title: other.map_or_else(
                    || "An article that is no longer sold".to_owned(),
                    |variant| variant.title.clone(),
                ),
                requested: wanted.qty,
                left: 0,
            }),
        }
    }
    if gone.is_empty() {
        Ok(lines)
    } else {
        Err(LinesError::Gone(gone))
    }
}

/// What lines come to.
#[derive(Clone, Debug)]
pub struct Priced {
    pub totals: Totals,
    /// What became of the code.
    pub code: Option<QuotedCode>,
}

/// Fills in the lines' shares of discount and tax for a destination and gives the totals.
pub fn price(
    lines: &mut [Line],
    currency: Currency,
    to: Destination<'_>,
    rules: &[TaxRule],
    offer: Option<&Offer>,
) -> Result<Priced, QuoteError> {
    let request = QuoteRequest {
        currency,
        lines: lines
            .iter()
            .map(|line| PricedLine {
                variant_id: line.variant_id,
                qty: line.qty,
                unit: line.unit,
            })
            .collect(),
        country: to.country.map(str::to_owned),
        rate: to.rate.map(str::to_owned),
        code: offer.map(|offer| offer.code.clone()),
        cart_id: None,
    };
    let quoted = quote(&request, rules, offer)?;
    for (line, share) in lines.iter_mut().zip(quoted.lines) {
        line.line_total = share.line_total;
        line.discount = Some(share.discount).filter(|discount| discount.minor() > 0);
        line.tax = share.tax;
    }
    Ok(Priced {
        totals: quoted.totals,
        code: quoted.code,
    })
}

/// What is to be reserved for these lines.
pub fn stock(lines: &[Line]) -> Vec<StockLine> {
    lines
        .iter()
        .map(|line| StockLine {
            variant_id: line.variant_id,
            qty: line.qty,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use contracts::ProductId;
    use uuid::Uuid;

    use super::*;
    use crate::domain::tax::Levy;

    fn variant(number: u128, minor: i64, active: bool) -> Variant {
        Variant {
            id: Uuid::from_u128(number).into(),
            product_id: ProductId::from(Uuid::nil()),
            sku: format!("SKU-{number}"),
            slug: "mug".to_owned(),
            title: "Mug".to_owned(),
            options: Options::new(),
            image: None,
            price: Money::new(minor, Currency::EUR),
            weight_grams: 300,
            available: 5,
            max_qty: 10,
            active,
        }
    }

    fn wanted(number: u128, qty: u32) -> StockLine {
        StockLine {
            variant_id: Uuid::from_u128(number).into(),
            qty,
        }
    }

    #[test]
    fn lines_are_copies_at_the_catalogs_price() {
        let mut lines = lines(&[wanted(1, 3)], &[variant(1, 250, true)]).expect("sold");
        assert_eq!(lines[0].line_total, Money::new(750, Currency::EUR));
        assert_eq!(stock(&lines), [wanted(1, 3)]);
        let rules = [TaxRule {
            country: None,
            levy: Levy::Percent {
                basis_points: 1_000,
            },
        }];
        let to = Destination {
            country: Some("DE"),
            rate: None,
        };
        let priced = price(&mut lines, Currency::EUR, to, &rules, None).expect("a quote");
        assert_eq!(priced.totals.tax, Some(Money::new(75, Currency::EUR)));
        assert_eq!(lines[0].tax, priced.totals.tax);
    }

    #[test]
    fn what_is_no_longer_sold_is_named() {
        let error = lines(
            &[wanted(1, 1), wanted(2, 2), wanted(3, 1)],
            &[variant(1, 1, true), variant(2, 1, false)],
        )
        .expect_err("two are gone");
        let LinesError::Gone(gone) = error else {
            panic!("{error}")
        };
        assert_eq!(gone.len(), 2);
        assert_eq!(
            (gone[0].sku.as_str(), gone[0].requested, gone[0].left),
            ("SKU-2", 2, 0)
        );
        assert_eq!(gone[1].variant_id, wanted(3, 1).variant_id);
    }
}
