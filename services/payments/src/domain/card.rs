//! Cards: only test cards are taken, and nothing of their number is kept but the last four digits.

use chassis::{FieldErrors, Problem};
use chrono::{DateTime, Datelike, Utc};
use contracts::payments::Card;

/// Numbers begin with this; no card scheme issues it, so nobody can enter a live card.
const PREFIX: &str = "9999";
const DIGITS: usize = 16;
/// Brand of every test card.
pub const BRAND: &str = "Test card";

/// What the provider does with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    Approve,
    Decline,
    InsufficientFunds,
    /// Authorises, but the answer comes after every deadline.
    TimeoutThenSuccess,
    /// Authorises after two seconds.
    Slow,
    /// The bank asks the holder first (3-D Secure), who passes or fails at will.
    Challenge,
    /// Authorises, and orders is told twice.
    WebhookTwice,
    /// Authorises, and orders is told before the answer goes out.
    WebhookBeforeReply,
}

/// The test cards.
const CARDS: [(&str, Behaviour); 8] = [
    ("9999000010000002", Behaviour::Approve),
    ("9999000020000000", Behaviour::Decline),
    ("9999000030000008", Behaviour::InsufficientFunds),
    ("9999000040000006", Behaviour::Challenge),
    ("9999000050000003", Behaviour::TimeoutThenSuccess),
    ("9999000060000001", Behaviour::WebhookTwice),
    ("9999000070000009", Behaviour::WebhookBeforeReply),
    ("9999000080000007", Behaviour::Slow),
];

/// The names of behaviours in SQL.
const NAMES: [(Behaviour, &str); 8] = [
    (Behaviour::Approve, "approve"),
    (Behaviour::Decline, "decline"),
    (Behaviour::InsufficientFunds, "insufficient_funds"),
    (Behaviour::TimeoutThenSuccess, "timeout_then_success"),
    (Behaviour::Slow, "slow"),
    (Behaviour::Challenge, "challenge"),
    (Behaviour::WebhookTwice, "webhook_twice"),
    (Behaviour::WebhookBeforeReply, "webhook_before_reply"),
];

impl Behaviour {
    /// The name in SQL.
    pub fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(behaviour, _)| *behaviour == self)
            .map_or("", |(_, name)| name)
    }

    /// The behaviour with this name. Tokens of a release that did not do everything are declined.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "not_available_yet" {
            return Some(Self::Decline);
        }
        NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(behaviour, _)| *behaviour)
    }

    /// Why the card is declined, if it is.
    pub fn decline_reason(self) -> Option<&'static str> {
        match self {
            Self::Approve
            | Self::TimeoutThenSuccess
            | Self::Slow
            | Self::Challenge
            | Self::WebhookTwice
            | Self::WebhookBeforeReply => None,
            Self::Decline => Some("declined"),
            Self::InsufficientFunds => Some("insufficient_funds"),
        }
    }
}

/// What is kept of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedCard {
    pub behaviour: Behaviour,
    pub last4: String,
}

/// Checks a card at time `now`. Errors point at the wrong part and never repeat the number.
pub fn accept(card: &Card, now: DateTime<Utc>) -> Result<AcceptedCard, Problem> {
    let mut errors = FieldErrors::default();
    let behaviour = match behaviour_of(&card.number) {
        Ok(behaviour) => Some(behaviour),
        Err((code, detail)) => {
            errors.push("/card/number", code, detail);
            None
        }
    };
    check_expiry(&card.expiry, now, &mut errors);
    let cvc_fits =
        (3..=4).contains(&card.cvc.len()) && card.cvc.bytes().all(|b| b.is_ascii_digit());
    errors.check(
        cvc_fits,
        "/card/cvc",
        "invalid_value",
        "The security code has three or four digits.",
    );
    let holder = card.holder.trim();
    errors.check(
        (1..=100).contains(&holder.chars().count()) && !holder.chars().any(char::is_control),
        "/card/holder",
        "invalid_value",
        "The name on the card has 1 to 100 characters.",
    );
    errors.finish()?;
    let behaviour =
        behaviour.ok_or_else(|| Problem::internal("a card without errors has a behaviour"))?;
    let digits = digits_of(&card.number);
    Ok(AcceptedCard {
        behaviour,
        last4: digits[DIGITS - 4..].to_owned(),
    })
}

fn digits_of(number: &str) -> String {
    number.chars().filter(|c| *c != ' ').collect()
}

fn behaviour_of(number: &str) -> Result<Behaviour, (&'static str, &'static str)> {
    let digits = digits_of(number);
    if !digits.starts_with(PREFIX) {
        return Err((
            "not_a_test_card",
            "Only test cards are taken here: their numbers start with 9999. Never enter a live card.",
        ));
    }
    if digits.len() != DIGITS || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(("invalid_value", "A card number has 16 digits."));
    }
    if !passes_luhn(&digits) {
        return Err((
            "check_digit",
            "The card number has a typing error: its check digit does not fit.",
        ));
    }
    CARDS
        .iter()
        .find(|(known, _)| *known == digits)
        .map(|(_, behaviour)| *behaviour)
        .ok_or((
            "not_a_test_card",
            "That is none of the test cards; 9999 0000 1000 0002 is one that is approved.",
        ))
}

/// ISO/IEC 7812-1 annex B: every second digit from the right is doubled, the sum of all digits is
/// a multiple of ten.
fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .zip([false, true].into_iter().cycle())
        .map(|(byte, double)| {
            let digit = u32::from(byte - b'0');
            match (double, digit) {
                (false, digit) => digit,
                (true, 0..=4) => digit * 2,
                (true, _) => digit * 2 - 9,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

fn check_expiry(expiry: &str, now: DateTime<Utc>, errors: &mut FieldErrors) {
    let Some((month, year)) = parse_expiry(expiry) else {
        errors.push(
            "/card/expiry",
            "invalid_value",
            "Write the expiry as MM/YY, for example 12/30.",
        );
        return;
    };
    let this_month = (now.year(), now.month());
    errors.check(
        (year, month) >= this_month,
        "/card/expiry",
        "expired",
        "The card has expired; take another one or check the date.",
    );
}

/// Month and four-digit year; a card is valid to the end of its month.
fn parse_expiry(expiry: &str) -> Option<(u32, i32)> {
    let (month, year) = expiry.split_once('/')?;
    let two_digits = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    if !two_digits(month) || !two_digits(year) {
        return None;
    }
    let month = month
        .parse()
        .ok()
        .filter(|month| (1..=12).contains(month))?;
    Some((month, 2000 + year.parse::<i32>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-23T12:00:00Z".parse().expect("a time")
    }

    fn card(number: &str) -> Card {
        Card {
            number: number.to_owned(),
            expiry: "12/30".to_owned(),
            cvc: "123".to_owned(),
            holder: "Ada Byron".to_owned(),
        }
    }

    fn codes(card: &Card) -> Vec<(String, String)> {
        let problem = accept(card, now()).expect_err("refused");
        problem
            .document()
            .errors
            .into_iter()
            .map(|e| (e.pointer, e.code))
            .collect()
    }

    #[test]
    fn every_test_card_is_taken_with_or_without_blanks() {
        for (number, behaviour) in CARDS {
            let accepted = accept(&card(number), now()).expect(number);
            assert_eq!(
                accepted,
                AcceptedCard {
                    behaviour,
                    last4: number[12..].to_owned()
                }
            );
            assert_eq!(Behaviour::from_name(behaviour.name()), Some(behaviour));
        }
        assert!(accept(&card("9999 0000 1000 0002"), now()).is_ok());
    }

    #[test]
    fn other_numbers_are_refused_with_the_reason_and_never_repeated() {
        for (number, code) in [
            ("4242424242424242", "not_a_test_card"),
            ("", "not_a_test_card"),
            ("9999", "invalid_value"),
            ("999900001000000x", "invalid_value"),
            ("99990000١000000", "invalid_value"),
            ("9999000010000003", "check_digit"),
            ("9999000090000005", "not_a_test_card"),
        ] {
            assert_eq!(
                codes(&card(number)),
                [("/card/number".to_owned(), code.to_owned())],
                "{number}"
            );
            let problem = accept(&card(number), now()).expect_err("refused");
            assert!(
                number.len() < 5 || !problem.to_string().contains(number),
                "{problem}"
            );
        }
    }

    #[test]
    fn a_card_is_valid_to_the_end_of_its_month() {
        let expiring = |expiry: &str| Card {
            expiry: expiry.to_owned(),
            ..card("9999000010000002")
        };
        assert!(accept(&expiring("11/26"), now()).is_ok());
        assert_eq!(codes(&expiring("10/26"))[0].1, "expired");
        for wrong in ["", "1/30", "13/30", "00/30", "12-30", "12/2030", "+1/30"] {
            assert_eq!(codes(&expiring(wrong))[0].1, "invalid_value", "{wrong}");
        }
    }

    #[test]
    fn all_wrong_parts_are_told_at_once() {
        let wrong = Card {
            number: "1".to_owned(),
            expiry: "never".to_owned(),
            cvc: "12".to_owned(),
            holder: " ".to_owned(),
        };
        let pointers: Vec<_> = codes(&wrong)
            .into_iter()
            .map(|(pointer, _)| pointer)
            .collect();
        assert_eq!(
            pointers,
            ["/card/number", "/card/expiry", "/card/cvc", "/card/holder"]
        );
    }
}
