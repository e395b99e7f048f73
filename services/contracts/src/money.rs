//! Money: whole minor units (cents) of one currency. Arithmetic is checked and exact.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// ISO 4217 code: three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[A-Z]{3}$", examples("EUR"))]
pub struct Currency([u8; 3]);

impl Currency {
    /// Euro.
    pub const EUR: Self = Self(*b"EUR");

    /// The code as text.
    pub fn as_str(&self) -> &str {
        // The constructor admits ASCII capitals only.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Decimals of its main unit (ISO 4217, list one): 2 where it does not say otherwise.
    pub fn decimals(&self) -> usize {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG"
            | b"RWF" | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Text that is no currency code.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no currency; write an ISO 4217 code of three capital letters, for example EUR")]
pub struct UnknownCurrency(pub String);

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        <[u8; 3]>::try_from(text.as_bytes())
            .ok()
            .filter(|code| code.iter().all(u8::is_ascii_uppercase))
            .map(Self)
            .ok_or_else(|| UnknownCurrency(text.to_owned()))
    }
}

impl TryFrom<String> for Currency {
    type Error = UnknownCurrency;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

/// Why a calculation with money has no answer.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("{left} and {right} cannot be added or compared")]
    CurrencyMismatch { left: Currency, right: Currency },
    #[error("the amount is larger than can be represented")]
    Overflow,
    #[error("an amount can only be spread over parts of which one weighs more than nothing")]
    NothingToSpreadOver,
}

/// An amount: `minor` units (for example cents) of `currency`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units, for example cents; whole numbers only.
    #[schema(examples(12345))]
    minor: i64,
    currency: Currency,
}

impl Money {
    /// `minor` units of `currency`.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in `currency`.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Minor units, for example cents.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Sum of two amounts of one currency.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.with(self.minor.checked_add(other.minor))
    }

    /// Difference of two amounts of one currency; may be negative.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.with(self.minor.checked_sub(other.minor))
    }

    /// The amount `count` times.
    pub fn times(self, count: u32) -> Result<Self, MoneyError> {
        self.with(self.minor.checked_mul(i64::from(count)))
    }

    /// Sum of many amounts; `currency` decides what an empty sum is in.
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyError> {
        amounts
            .into_iter()
            .try_fold(Self::zero(currency), Self::plus)
    }

    /// `basis_points` hundredths of a percent of the amount, rounded half away from zero.
    pub fn portion(self, basis_points: u32) -> Result<Self, MoneyError> {
        const WHOLE: i128 = 10_000;
        let exact = i128::from(self.minor) * i128::from(basis_points);
        let rounded = (exact.abs() + WHOLE / 2) / WHOLE * exact.signum();
        self.with(i64::try_from(rounded).ok())
    }

    /// Splits the amount in proportion to `weights` so that the parts add up to it exactly: every
    /// part is rounded down and the units left over go to the largest remainders, the earlier
    /// part first among equals (Hamilton's method).
    pub fn spread(self, weights: &[u64]) -> Result<Vec<Self>, MoneyError> {
        let total_weight: i128 = weights.iter().copied().map(i128::from).sum();
        if total_weight == 0 {
            return if self.minor == 0 {
                Ok(vec![self; weights.len()])
            } else {
                Err(MoneyError::NothingToSpreadOver)
            };
        }
        let amount = i128::from(self.minor).abs();
        let shares = weights.iter().map(|&weight| {
            let exact = amount * i128::from(weight);
            (exact / total_weight, exact % total_weight)
        });
        let (mut parts, remainders): (Vec<i128>, Vec<i128>) = shares.unzip();
        let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
        by_remainder.sort_by_key(|&index| std::cmp::Reverse(remainders[index]));
        let mut left_over = amount - parts.iter().sum::<i128>();
        for index in by_remainder {
            if left_over == 0 {
                break;
            }
            parts[index] += 1;
            left_over -= 1;
        }
        let sign = i128::from(self.minor.signum());
        parts
            .into_iter()
            .map(|part| self.with(i64::try_from(part * sign).ok()))
            .collect()
    }

    /// The amount for people, in the main unit: `25.00 EUR`.
    pub fn in_words(self) -> String {
        let decimals = self.currency.decimals();
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = format!("{:0>1$}", self.minor.unsigned_abs(), decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let point = if decimals > 0 { "." } else { "" };
        format!("{sign}{whole}{point}{fraction} {}", self.currency)
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::CurrencyMismatch {
                left: self.currency,
                right: other.currency,
            })
        }
    }

    fn with(self, minor: Option<i64>) -> Result<Self, MoneyError> {
        minor
            .map(|minor| Self::new(minor, self.currency))
            .ok_or(MoneyError::Overflow)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} (minor units)", self.minor, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn euro(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    #[test]
    fn a_currency_is_three_capitals() {
        assert_eq!(
            "CHF".parse::<Currency>().map(|c| c.to_string()).as_deref(),
            Ok("CHF")
        );
        for wrong in ["", "eur", "EURO", "E1R", "€UR"] {
            assert!(wrong.parse::<Currency>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_wire_form_is_minor_and_currency_and_nothing_else() {
        let json = serde_json::to_string(&euro(12_345)).expect("money is serialisable");
        assert_eq!(json, r#"{"minor":12345,"currency":"EUR"}"#);
        for wrong in [
            r#"{"minor":1.5,"currency":"EUR"}"#,
            r#"{"minor":1,"currency":"eur"}"#,
            r#"{"minor":1,"currency":"EUR","scale":2}"#,
        ] {
            assert!(serde_json::from_str::<Money>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn currencies_do_not_mix_and_nothing_wraps() {
        let franc = Money::new(1, "CHF".parse().expect("a currency"));
        assert!(matches!(
            euro(1).plus(franc),
            Err(MoneyError::CurrencyMismatch { .. })
        ));
        assert_eq!(euro(i64::MAX).plus(euro(1)), Err(MoneyError::Overflow));
        assert_eq!(euro(i64::MIN).minus(euro(1)), Err(MoneyError::Overflow));
        assert_eq!(euro(i64::MAX).times(2), Err(MoneyError::Overflow));
        assert_eq!(euro(i64::MAX).portion(20_000), Err(MoneyError::Overflow));
    }

    #[test]
    fn people_read_the_main_unit() {
        for (minor, currency, words) in [
            (2_500, "EUR", "25.00 EUR"),
            (-7, "EUR", "-0.07 EUR"),
            (0, "EUR", "0.00 EUR"),
            (1_234, "JPY", "1234 JPY"),
            (1_234, "KWD", "1.234 KWD"),
        ] {
            let money = Money::new(minor, currency.parse().expect("a currency"));
            assert_eq!(money.in_words(), words);
        }
    }

    #[test]
    fn a_portion_is_rounded_half_away_from_zero() {
        assert_eq!(euro(1050).portion(1000), Ok(euro(105)));
        assert_eq!(euro(5).portion(1000), Ok(euro(1)));
        assert_eq!(euro(4).portion(1000), Ok(euro(0)));
        assert_eq!(euro(-5).portion(1000), Ok(euro(-1)));
    }

    #[test]
    fn units_left_over_go_to_the_largest_remainders() {
        assert_eq!(
            euro(100).spread(&[1, 1, 1]),
            Ok(vec![euro(34), euro(33), euro(33)])
        );
        assert_eq!(
            euro(10).spread(&[1, 2, 4]),
            Ok(vec![euro(1), euro(3), euro(6)])
        );
        assert_eq!(euro(-100).spread(&[1, 2]), Ok(vec![euro(-33), euro(-67)]));
        assert_eq!(euro(0).spread(&[0, 0]), Ok(vec![euro(0), euro(0)]));
        assert_eq!(euro(1).spread(&[0]), Err(MoneyError::NothingToSpreadOver));
        assert_eq!(euro(1).spread(&[]), Err(MoneyError::NothingToSpreadOver));
    }

    proptest! {
        #[test]
        fn parts_add_up_and_keep_proportion(
            minor in any::<i64>(),
            // Small enough that the exact shares below fit into 128 bits.
            weights in prop::collection::vec(0..u64::from(u32::MAX), 1..40),
        ) {
            prop_assume!(weights.iter().any(|&weight| weight > 0));
            let parts = euro(minor).spread(&weights).expect("there is weight");
            let total: i128 = parts.iter().map(|part| i128::from(part.minor())).sum();
            prop_assert_eq!(total, i128::from(minor));

            let whole: i128 = weights.iter().copied().map(i128::from).sum();
            for (part, &weight) in parts.iter().zip(&weights) {
                // Less than one unit away from the exact share, never on the other side of zero.
                let error = i128::from(part.minor()) * whole - i128::from(minor) * i128::from(weight);
                prop_assert!(error.abs() < whole);
                prop_assert!(i128::from(part.minor()) * i128::from(minor.signum()) >= 0);
            }
            for (part, weight) in parts.iter().zip(&weights) {
                for (other, other_weight) in parts.iter().zip(&weights) {
                    if weight > other_weight {
                        prop_assert!(part.minor().unsigned_abs() >= other.minor().unsigned_abs());
                    }
                }
            }
        }

        #[test]
        fn adding_and_taking_away_cancel(left in any::<i32>(), right in any::<i32>()) {
            let (left, right) = (euro(left.into()), euro(right.into()));
            let sum = left.plus(right).expect("small numbers");
            prop_assert_eq!(sum.minus(right), Ok(left));
        }
    }
}
