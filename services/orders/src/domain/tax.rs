//! Tax rules: a percentage or a flat amount, by country.

use contracts::{Money, MoneyError};

use super::country::Country;

/// How a rule computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Levy {
    /// Hundredths of a percent of the goods after discount.
    Percent { basis_points: u32 },
    /// Minor units of the shop's currency for each order that contains anything.
    Flat { minor: i64 },
}

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxRule {
    /// `None`: every country without a rule of its own.
    pub country: Option<Country>,
    pub levy: Levy,
}

/// Tax on `goods` (after discount) sent to `country`. Without a rule there is none: that is how
/// exports are treated.
pub fn tax(rules: &[TaxRule], country: Country, goods: Money) -> Result<Money, MoneyError> {
    let rule = rules
        .iter()
        .find(|rule| rule.country == Some(country))
        .or_else(|| rules.iter().find(|rule| rule.country.is_none()));
    match rule.map(|rule| rule.levy) {
        None => Ok(Money::zero(goods.currency())),
        Some(Levy::Percent { basis_points }) => goods.portion(basis_points),
        Some(Levy::Flat { minor }) => Ok(Money::new(minor, goods.currency())),
    }
}
