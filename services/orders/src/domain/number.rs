//! Order numbers: short enough to read out, random enough not to be guessed in turn.

use std::{fmt, str::FromStr};

/// Crockford's base 32: no I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const PREFIX: &str = "LM-";
const DIGITS: usize = 6;

/// A number such as `LM-7K3Q9X`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderNumber(String);

impl OrderNumber {
    /// The number made of the low 30 bits of `entropy`.
    pub fn from_entropy(entropy: u32) -> Self {
        let digits = (0..DIGITS).rev().map(|place| {
            let digit = (entropy >> (5 * place)) & 31;
            char::from(ALPHABET[usize::try_from(digit).unwrap_or_default()])
        });
        Self(PREFIX.chars().chain(digits).collect())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text that cannot be an order number.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an order number looks like LM-7K3Q9X")]
pub struct NotANumber;

impl FromStr for OrderNumber {
    type Err = NotANumber;

    /// Reads what a person may type: small letters, O for 0, I or L for 1.
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let upper = text.trim().to_ascii_uppercase();
        let digits = upper.strip_prefix(PREFIX).ok_or(NotANumber)?;
        let digits: String = digits
            .chars()
            .map(|digit| match digit {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        let known = digits.bytes().all(|digit| ALPHABET.contains(&digit));
        if known && digits.len() == DIGITS {
            Ok(Self(format!("{PREFIX}{digits}")))
        } else {
            Err(NotANumber)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_made_of_all_thirty_bits() {
        assert_eq!(OrderNumber::from_entropy(0).as_str(), "LM-000000");
        assert_eq!(OrderNumber::from_entropy(u32::MAX).as_str(), "LM-ZZZZZZ");
        assert_eq!(
            OrderNumber::from_entropy(0b00001_00010_00011_00100_00101_00110).as_str(),
            "LM-123456"
        );
    }

    #[test]
    fn a_typed_number_is_understood() {
        assert_eq!(
            "lm-7k3q9x"
                .parse::<OrderNumber>()
                .map(|n| n.to_string())
                .as_deref(),
            Ok("LM-7K3Q9X")
        );
        assert_eq!(
            "LM-OIL234"
                .parse::<OrderNumber>()
                .map(|n| n.to_string())
                .as_deref(),
            Ok("LM-011234")
        );
        for wrong in [
            "",
            "LM-",
            "LM-12345",
            "LM-1234567",
            "7K3Q9X",
            "LM-12345U",
            "LM-1234é",
        ] {
            assert_eq!(wrong.parse::<OrderNumber>(), Err(NotANumber), "{wrong}");
        }
    }
}
