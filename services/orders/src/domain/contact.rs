//! Where a parcel goes and whom to write to.

use chassis::FieldErrors;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::country::Country;

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    #[schema(max_length = 100)]
    pub name: String,
    #[schema(max_length = 120)]
    pub line1: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 120)]
    pub line2: Option<String>,
    #[schema(max_length = 16)]
    pub postcode: String,
    #[schema(max_length = 80)]
    pub city: String,
    /// ISO 3166-1 alpha-2.
    #[schema(examples("DE"))]
    pub country: String,
    /// For the carrier only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 24)]
    pub phone: Option<String>,
}

impl Address {
    /// The address with blanks around its parts removed and empty optional parts left out.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        let trim = |text: &str| text.trim().to_owned();
        let optional = |text: &Option<String>| {
            text.as_deref()
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        Self {
            name: trim(&self.name),
            line1: trim(&self.line1),
            line2: optional(&self.line2),
            postcode: trim(&self.postcode),
            city: trim(&self.city),
            country: trim(&self.country),
            phone: optional(&self.phone),
        }
    }

    /// Adds to `errors` what is wrong with the parts; `at` is the pointer of the address.
    pub fn check(&self, at: &str, errors: &mut FieldErrors) {
        let mut part = |name: &str, text: &str, max: usize| {
            let pointer = format!("{at}/{name}");
            if text.is_empty() {
                errors.push(
                    pointer,
                    "required",
                    format!("The {name} of the address is missing."),
                );
            } else if text.chars().count() > max {
                errors.push(
                    pointer,
                    "too_long",
                    format!("The {name} of the address may have at most {max} characters."),
                );
            } else if text.chars().any(char::is_control) {
                errors.push(
                    pointer,
                    "invalid_value",
                    format!("The {name} of the address contains a control character; remove it."),
                );
            }
        };
        part("name", &self.name, 100);
        part("line1", &self.line1, 120);
        part("postcode", &self.postcode, 16);
        part("city", &self.city, 80);
        if let Some(line2) = &self.line2 {
            part("line2", line2, 120);
        }
        if let Some(phone) = &self.phone {
            let dialable = |c: char| c.is_ascii_digit() || " +-/().".contains(c);
            errors.check(
                phone.len() <= 24 && phone.chars().all(dialable),
                &format!("{at}/phone"),
                "invalid_value",
                "A phone number has at most 24 digits, blanks and the signs + - / ( ) and full stop.",
            );
        }
        if let Err(error) = self.country.parse::<Country>() {
            errors.push(
                format!("{at}/country"),
                "invalid_value",
                format!("{error}."),
            );
        }
    }
}

/// Adds to `errors` why `email` is no address to write to. Whether it exists only a mail can
/// tell; this refuses what cannot be one.
pub fn check_email(email: &str, pointer: &str, errors: &mut FieldErrors) {
    let plausible = email.len() <= 254
        && email.split_once('@').is_some_and(|(local, domain)| {
            let labels = domain.split('.');
            (1..=64).contains(&local.len())
                && !domain.contains('@')
                && labels.clone().count() >= 2
                && labels
                    .clone()
                    .all(|label| !label.is_empty() && label.len() <= 63)
        })
        && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    errors.check(
        plausible,
        pointer,
        "invalid_value",
        format!("{email:?} is no e-mail address; write one such as ada@example.org."),
    );
}

#[cfg(test)]
mod tests {
    use chassis::Problem;

    use super::*;

    fn address() -> Address {
        Address {
            name: "Ada Byron".to_owned(),
            line1: "12 St James's Square".to_owned(),
            line2: None,
            postcode: "10115".to_owned(),
            city: "Berlin".to_owned(),
            country: "DE".to_owned(),
            phone: Some("+49 (30) 12-34".to_owned()),
        }
    }

    fn pointers(address: &Address) -> Vec<String> {
        let mut errors = FieldErrors::default();
        address.check("/address", &mut errors);
        match errors.finish() {
            Ok(()) => Vec::new(),
            Err(problem) => problem
                .document()
                .errors
                .into_iter()
                .map(|error| error.pointer)
                .collect(),
        }
    }

    #[test]
    fn every_wrong_part_is_named() {
        assert_eq!(pointers(&address()), Vec::<String>::new());
        let wrong = Address {
            name: String::new(),
            line1: "x".repeat(121),
            line2: Some("a\nb".to_owned()),
            postcode: String::new(),
            city: String::new(),
            country: "de".to_owned(),
            phone: Some("call me".to_owned()),
        };
        assert_eq!(
            pointers(&wrong),
            [
                "name", "line1", "postcode", "city", "line2", "phone", "country"
            ]
            .map(|part| format!("/address/{part}"))
        );
    }

    #[test]
    fn blanks_around_parts_go() {
        let typed = Address {
            city: "  Berlin ".to_owned(),
            phone: Some("  ".to_owned()),
            ..address()
        };
        let trimmed = typed.trimmed();
        assert_eq!(trimmed.city, "Berlin");
        assert_eq!(trimmed.phone, None);
    }

    #[test]
    fn what_cannot_be_an_email_is_refused() {
        let check = |email: &str| -> Result<(), Problem> {
            let mut errors = FieldErrors::default();
            check_email(email, "/email", &mut errors);
            errors.finish()
        };
        for right in ["ada@example.org", "a+b@x.y.example", "ä@ö.example"] {
            assert!(check(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "ada",
            "ada@",
            "@example.org",
            "ada@example",
            "a b@example.org",
            "a@b@c.d",
            "a@b..c",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}
