//! The quote: what a list of priced lines comes to. The only place where totals are computed.

use chassis::Problem;
use contracts::{
    Money, MoneyError,
    quote::{Quote, QuoteRequest, QuotedLine, Totals},
};

use super::{
    country::{Country, UnknownCountry},
    delivery::{self, Rate},
    discount::{Effect, Offer},
    tax::{TaxRule, tax},
};

/// Most lines in one quote.
pub const MAX_LINES: usize = 100;

/// Why there is no quote.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    #[error("at most {MAX_LINES} lines can be quoted, not {0}")]
    TooManyLines(usize),
    #[error("line {0} has no pieces; a quantity starts at 1")]
    NoPieces(usize),
    #[error("line {0} has a negative price")]
    NegativePrice(usize),
    #[error("{0:?} is no shipping rate; take one from the checkout's shipping rates")]
    UnknownRate(String),
    #[error(
        "the shipping rate {rate:?} does not go to {country}; take one from the checkout's shipping rates"
    )]
    RateDoesNotReach { rate: String, country: Country },
    #[error(transparent)]
    Country(#[from] UnknownCountry),
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl From<QuoteError> for Problem {
    fn from(error: QuoteError) -> Self {
        let pointer = match &error {
            QuoteError::TooManyLines(_) | QuoteError::Money(_) => "/lines".to_owned(),
            QuoteError::NoPieces(line) => format!("/lines/{line}/qty"),
            QuoteError::NegativePrice(line) => format!("/lines/{line}/unit"),
            QuoteError::UnknownRate(_) | QuoteError::RateDoesNotReach { .. } => "/rate".to_owned(),
            QuoteError::Country(_) => "/country".to_owned(),
        };
        Self::invalid(pointer, "invalid_value", format!("{error}."))
    }
}

/// Computes the totals of `request` under `rules`; `offer` is what is known of its code. Prices
/// are before tax; tax is on the goods after discount; delivery includes it.
pub fn quote(
    request: &QuoteRequest,
    rules: &[TaxRule],
    offer: Option<&Offer>,
) -> Result<Quote, QuoteError> {
    if request.lines.len() > MAX_LINES {
        return Err(QuoteError::TooManyLines(request.lines.len()));
    }
    let line_totals = line_totals(request)?;
    let items = Money::sum(request.currency, line_totals.iter().copied())?;
    let (effect, code) = offer.map(|offer| offer.judge(items)).unzip();
    let effect = effect.flatten();
    let discount = match effect {
        Some(effect) => effect.discount(items)?,
        None => Money::zero(request.currency),
    };
    let goods = items.minus(discount)?;
    let discounts = discount.spread(&weights(&line_totals))?;
    let nets = nets(&line_totals, &discounts)?;

    let country: Option<Country> = request.country.as_deref().map(str::parse).transpose()?;
    let rate = request
        .rate
        .as_deref()
        .map(|id| known_rate(id, country))
        .transpose()?;

    let tax = country
        .map(|country| tax(rules, country, goods))
        .transpose()?;
    let taxes = spread_over(tax, &nets)?;
    let delivery = if effect == Some(Effect::FreeShipping) {
        // Whichever rate will be chosen.
        Some(Money::zero(request.currency))
    } else {
        rate.map(|rate| rate.price(goods))
    };
    let grand = match (delivery, tax) {
        (Some(delivery), Some(tax)) => Some(goods.plus(delivery)?.plus(tax)?),
        _ => None,
    };

    let shares = line_totals.into_iter().zip(discounts).zip(taxes);
    let lines = request.lines.iter().zip(shares);
    Ok(Quote {
        totals: Totals {
            items: Some(items),
            discount: Some(discount),
            delivery,
            tax,
            grand,
        },
        lines: lines
            .map(|(line, ((line_total, discount), tax))| QuotedLine {
                variant_id: line.variant_id,
                line_total,
                discount,
                tax,
            })
            .collect(),
        code,
    })
}

/// What each line costs after its share of the discount.
fn nets(line_totals: &[Money], discounts: &[Money]) -> Result<Vec<Money>, MoneyError> {
    let lines = line_totals.iter().zip(discounts);
    lines
        .map(|(total, &discount)| total.minus(discount))
        .collect()
}

fn weights(amounts: &[Money]) -> Vec<u64> {
    let minor = amounts.iter().map(|amount| amount.minor().unsigned_abs());
    minor.collect()
}

fn line_totals(request: &QuoteRequest) -> Result<Vec<Money>, QuoteError> {
    let totals = request.lines.iter().enumerate().map(|(index, line)| {
        if line.qty == 0 {
            return Err(QuoteError::NoPieces(index));
        }
        if line.unit.minor() < 0 {
            return Err(QuoteError::NegativePrice(index));
        }
        Ok(line.unit.times(line.qty)?)
    });
    totals.collect()
}

fn known_rate(id: &str, country: Option<Country>) -> Result<&'static Rate, QuoteError> {
    let rate = delivery::rate(id).ok_or_else(|| QuoteError::UnknownRate(id.to_owned()))?;
    match country {
        Some(country) if !rate.reaches(country) => Err(QuoteError::RateDoesNotReach {
            rate: id.to_owned(),
            country,
        }),
        _ => Ok(rate),
    }
}

/// Each line's share of the tax, by what it costs after discount.
fn spread_over(tax: Option<Money>, nets: &[Money]) -> Result<Vec<Option<Money>>, QuoteError> {
    let Some(tax) = tax else {
        return Ok(vec![None; nets.len()]);
    };
    let mut weights = weights(nets);
    if weights.iter().all(|&weight| weight == 0) {
        // A flat tax on goods that cost nothing is shared evenly.
        weights.fill(1);
    }
    Ok(tax.spread(&weights)?.into_iter().map(Some).collect())
}

#[cfg(test)]
mod discounted;

#[cfg(test)]
mod tests {
    use contracts::{Currency, VariantId, quote::PricedLine};
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::domain::tax::Levy;

    pub(super) fn euro(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    pub(super) fn request(
        lines: &[(i64, u32)],
        country: Option<&str>,
        rate: Option<&str>,
    ) -> QuoteRequest {
        let lines = lines.iter().map(|&(minor, qty)| PricedLine {
            variant_id: VariantId::from(Uuid::nil()),
            qty,
            unit: euro(minor),
        });
        QuoteRequest {
            currency: Currency::EUR,
            lines: lines.collect(),
            country: country.map(str::to_owned),
            rate: rate.map(str::to_owned),
            code: None,
            cart_id: None,
        }
    }

    pub(super) fn percent(country: &str, basis_points: u32) -> TaxRule {
        TaxRule {
            country: Some(country.parse().expect("a country")),
            levy: Levy::Percent { basis_points },
        }
    }

    #[test]
    fn amounts_stay_unknown_until_they_can_be_known() {
        let quote = quote(&request(&[(1_000, 2)], None, None), &[], None).expect("a quote");
        assert_eq!(quote.totals.items, Some(euro(2_000)));
        assert_eq!(quote.totals.discount, Some(euro(0)));
        assert_eq!(quote.totals.delivery, None);
        assert_eq!(quote.totals.tax, None);
        assert_eq!(quote.totals.grand, None);
        assert_eq!(quote.lines[0].tax, None);
    }

    #[test]
    fn tax_is_computed_once_and_spread_over_the_lines() {
        let rules = [percent("DE", 1_900)];
        let asked = request(
            &[(333, 1), (333, 1), (334, 1)],
            Some("DE"),
            Some("standard"),
        );
        let quote = quote(&asked, &rules, None).expect("a quote");
        assert_eq!(quote.totals.tax, Some(euro(190)));
        let taxes: Vec<_> = quote
            .lines
            .iter()
            .map(|line| line.tax.map(Money::minor))
            .collect();
        assert_eq!(taxes, [Some(63), Some(63), Some(64)]);
        assert_eq!(quote.totals.grand, Some(euro(1_000 + 490 + 190)));
    }

    #[test]
    fn a_flat_rule_gives_the_golden_totals() {
        let flat = [TaxRule {
            country: None,
            levy: Levy::Flat { minor: 1_500 },
        }];
        for (items, goods_and_tax) in [(15_000, 16_500), (36_000, 37_500)] {
            let asked = request(&[(items, 1)], Some("DE"), Some("standard"));
            let totals = quote(&asked, &flat, None).expect("a quote").totals;
            // Above the threshold, so standard delivery is free.
            assert_eq!(totals.grand, Some(euro(goods_and_tax)));
        }
    }

    #[test]
    fn a_countrys_own_rule_comes_before_the_general_one() {
        let rules = [
            TaxRule {
                country: None,
                levy: Levy::Percent { basis_points: 500 },
            },
            percent("FR", 2_000),
        ];
        let tax = |code| {
            quote(&request(&[(1_000, 1)], Some(code), None), &rules, None)
                .expect("a quote")
                .totals
                .tax
        };
        assert_eq!(tax("FR"), Some(euro(200)));
        assert_eq!(tax("CH"), Some(euro(50)));
        let none =
            quote(&request(&[(1_000, 1)], Some("CH"), None), &rules[1..], None).expect("a quote");
        assert_eq!(none.totals.tax, Some(euro(0)));
    }

    #[test]
    fn bad_requests_are_named() {
        let error = |asked: &QuoteRequest| quote(asked, &[], None).expect_err("refused");
        assert_eq!(
            error(&request(&[(1, 0)], None, None)),
            QuoteError::NoPieces(0)
        );
        assert_eq!(
            error(&request(&[(1, 1), (-1, 1)], None, None)),
            QuoteError::NegativePrice(1)
        );
        assert_eq!(
            error(&request(&[(1, 1); 101], None, None)),
            QuoteError::TooManyLines(101)
        );
        assert_eq!(
            error(&request(&[], None, Some("pigeon"))),
            QuoteError::UnknownRate("pigeon".to_owned())
        );
        assert!(matches!(
            error(&request(&[], Some("XX"), None)),
            QuoteError::Country(_)
        ));
        assert!(matches!(
            error(&request(&[], Some("US"), Some("standard"))),
            QuoteError::RateDoesNotReach { .. }
        ));
        assert_eq!(
            error(&request(&[(i64::MAX, 2)], None, None)),
            QuoteError::Money(MoneyError::Overflow)
        );
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_total(
            lines in prop::collection::vec((0_i64..10_000_000, 1_u32..100), 1..50),
            basis_points in 0_u32..3_000,
            flat in 0_i64..100_000,
            use_flat in any::<bool>(),
        ) {
            let levy = if use_flat { Levy::Flat { minor: flat } } else { Levy::Percent { basis_points } };
            let rules = [TaxRule { country: None, levy }];
            let quote = quote(&request(&lines, Some("DE"), Some("express")), &rules, None).expect("a quote");
            let minor = |money: Option<Money>| money.map_or(0, Money::minor);
            let totals = quote.totals;
            prop_assert_eq!(
                minor(totals.grand),
                minor(totals.items) - minor(totals.discount) + minor(totals.delivery) + minor(totals.tax)
            );
            let of_lines: i64 = quote.lines.iter().map(|line| line.line_total.minor()).sum();
            prop_assert_eq!(of_lines, minor(totals.items));
            let of_taxes: i64 = quote.lines.iter().map(|line| minor(line.tax)).sum();
            prop_assert_eq!(of_taxes, minor(totals.tax));
        }
    }
}
