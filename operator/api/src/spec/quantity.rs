//! Kubernetes quantities: compared, and written the way the API server writes them.
//!
//! The API server stores `1000m` as `1`. The operator sends that canonical form, or it would see a
//! difference between what it wants and what is there for ever.

use std::{cmp::Ordering, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An amount such as `250m`, `64Mi` or `2`, kept in canonical form.
///
/// Precision is a thousandth, as much as CPU has. A text that is no quantity is kept as it is and
/// compares as zero: the schema's rules refuse it, and a reader must not fail on a stored object.
#[derive(Clone, Debug, Default)]
pub struct Quantity {
    text: String,
    thousandths: i128,
}

/// A text that is no quantity.
#[derive(Debug, PartialEq, Eq)]
pub struct NotAQuantity(String);

impl fmt::Display for NotAQuantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is not a quantity; write for example 250m, 2 or 64Mi",
            self.0
        )
    }
}

impl std::error::Error for NotAQuantity {}

const BINARY: [(&str, u32); 6] = [
    ("Ei", 60),
    ("Pi", 50),
    ("Ti", 40),
    ("Gi", 30),
    ("Mi", 20),
    ("Ki", 10),
];
/// Suffix and the power of ten of a thousandth that it stands for.
const DECIMAL: [(&str, u32); 8] = [
    ("E", 21),
    ("P", 18),
    ("T", 15),
    ("G", 12),
    ("M", 9),
    ("k", 6),
    ("", 3),
    ("m", 0),
];
/// What may be written and is finer than what is kept.
const FINER: [(&str, i32); 2] = [("u", -3), ("n", -6)];
/// The most that Kubernetes knows: the largest number of 64 bits.
const MOST: i128 = 9_223_372_036_854_775_807_000;

impl Quantity {
    /// The amount, rounded up to a whole number: bytes, or cores.
    pub fn ceil(&self) -> i128 {
        (self.thousandths + 999).div_euclid(1000)
    }

    /// An amount of bytes in canonical form.
    pub fn bytes(bytes: i128) -> Self {
        Self {
            text: canonical(bytes * 1000, true),
            thousandths: bytes * 1000,
        }
    }
}

impl FromStr for Quantity {
    type Err = NotAQuantity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || NotAQuantity(text.to_owned());
        let unsigned = text.strip_prefix('+').unwrap_or(text);
        let end = unsigned
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(refuse());
        }
        let fraction = fraction.trim_end_matches('0');
        let digits: i128 = format!("0{whole}{fraction}")
            .parse()
            .map_err(|_| refuse())?;
        let places = i32::try_from(fraction.len()).map_err(|_| refuse())?;

        let bits = BINARY.iter().find(|(known, _)| *known == suffix);
        let thousandths = if let Some((_, bits)) = bits {
            let scaled = digits.checked_mul(1000 << bits);
            scaled.map_or(MOST, |scaled| times_ten_to(scaled, -places))
        } else {
            times_ten_to(
                digits,
                power_of_ten(suffix)
                    .ok_or_else(refuse)?
                    .saturating_sub(places),
            )
        };
        Ok(Self {
            text: canonical(thousandths, bits.is_some()),
            thousandths,
        })
    }
}

/// The power of ten of a thousandth that a decimal suffix or an exponent stands for.
fn power_of_ten(suffix: &str) -> Option<i32> {
    if let Some((_, power)) = DECIMAL.iter().find(|(known, _)| *known == suffix) {
        return i32::try_from(*power).ok();
    }
    if let Some((_, power)) = FINER.iter().find(|(known, _)| *known == suffix) {
        return Some(*power);
    }
    let power: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    Some(power.saturating_add(3))
}

/// `digits` times this power of ten. Kubernetes rounds up what is finer than its precision, and
/// takes the most it knows for what is more.
fn times_ten_to(digits: i128, power: i32) -> i128 {
    let factor = 10_i128.checked_pow(power.unsigned_abs());
    let amount = match factor {
        _ if digits == 0 => 0,
        Some(factor) if power < 0 => digits / factor + i128::from(digits % factor != 0),
        None if power < 0 => 1,
        Some(factor) => digits.checked_mul(factor).unwrap_or(MOST),
        None => MOST,
    };
    amount.min(MOST)
}

/// The largest suffix that leaves no fraction, of the family that was written.
fn canonical(thousandths: i128, binary: bool) -> String {
    if thousandths == 0 {
        return "0".to_owned();
    }
    if binary && thousandths % 1000 == 0 {
        let whole = thousandths / 1000;
        let fitting = BINARY.iter().find(|(_, bits)| whole % (1 << bits) == 0);
        return match fitting {
            Some((suffix, bits)) => format!("{}{suffix}", whole >> bits),
            None => whole.to_string(),
        };
    }
    let (suffix, power) = DECIMAL
        .iter()
        .find(|(_, power)| thousandths % 10_i128.pow(*power) == 0)
        .unwrap_or(&("m", 0));
    format!("{}{suffix}", thousandths / 10_i128.pow(*power))
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.thousandths == other.thousandths
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.thousandths.cmp(&other.thousandths)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => text,
            serde_json::Value::Number(number) => number.to_string(),
            other => {
                return Err(de::Error::custom(format!(
                    "{other} is not a quantity; write for example 250m, 2 or 64Mi"
                )));
            }
        };
        Ok(text.parse().unwrap_or(Self {
            text,
            thousandths: 0,
        }))
    }
}

impl JsonSchema for Quantity {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quantity".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "x-kubernetes-int-or-string": true, "maxLength": 32 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_the_api_server_writes_it() {
        let cases = [
            ("1000m", "1"),
            ("0.5", "500m"),
            ("1.5", "1500m"),
            ("2", "2"),
            ("1024Mi", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("64Mi", "64Mi"),
            ("1000Ki", "1000Ki"),
            ("1500M", "1500M"),
            ("2000M", "2G"),
            ("1e3", "1k"),
            ("0", "0"),
            ("0Mi", "0"),
            ("0.0001", "1m"),
            ("134217728", "134217728"),
            ("+1", "1"),
            ("2.", "2"),
            (".5", "500m"),
            ("1e-1", "100m"),
            ("1n", "1m"),
            ("100u", "1m"),
            ("1500u", "2m"),
            ("0.1m", "1m"),
            ("1e-40", "1m"),
            ("0000000000000000000000000001", "1"),
            ("1.0000000000000000000000000000", "1"),
            ("10E", "9223372036854775807"),
            ("100Ei", "9223372036854775807"),
            ("99999999999999999999999999999999", "9223372036854775807"),
            ("1e40", "9223372036854775807"),
            ("0e40", "0"),
        ];
        for (written, stored) in cases {
            let quantity: Quantity = written.parse().unwrap();
            assert_eq!(quantity.to_string(), stored, "{written}");
            assert_eq!(
                stored.parse::<Quantity>().unwrap(),
                quantity,
                "{stored} is stable"
            );
        }
    }

    #[test]
    fn compares_across_suffixes() {
        let of = |text: &str| text.parse::<Quantity>().unwrap();
        assert!(of("1Gi") > of("1G"));
        assert!(of("999m") < of("1"));
        assert_eq!(of("1Gi").cmp(&of("1024Mi")), Ordering::Equal);
        assert_eq!(of("1Ki").ceil(), 1024);
        assert_eq!(of("1500m").ceil(), 2);
        assert_eq!(Quantity::bytes(96 << 20).to_string(), "96Mi");
    }

    #[test]
    fn refuses_what_is_none() {
        for text in ["", "abc", "1 Gi", "-", "1GiB", ".", "1e", "Mi", "--1"] {
            let error = text.parse::<Quantity>().unwrap_err();
            assert!(error.to_string().contains("64Mi"), "{text}: {error}");
        }
    }

    #[test]
    fn reads_numbers_and_never_fails_on_a_stored_object() {
        let read = |json: &str| serde_json::from_str::<Quantity>(json).unwrap().to_string();
        assert_eq!(read("2"), "2");
        assert_eq!(read("\"1024Mi\""), "1Gi");
        assert_eq!(read("\"rubbish\""), "rubbish");
    }
}
