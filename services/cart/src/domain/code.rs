//! The discount code of a cart as customers see it.

use contracts::{DiscountCode, quote::Quote};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Cart;

/// A discount code of a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CartDiscountCode)]
pub(crate) struct CodeView {
    pub(super) code: DiscountCode,
    /// For people.
    title: String,
    /// Whether the totals contain it.
    pub(super) applied: bool,
    /// Why not, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

/// The cart's code as orders sees it; orders does not say while it cannot be asked.
pub(super) fn show_code(cart: &Cart, quote: Option<&Quote>) -> Option<CodeView> {
    let code = cart.code()?;
    let told = quote.and_then(|quote| quote.code.clone());
    let told = told.filter(|told| told.code == code);
    Some(match told {
        Some(told) => CodeView {
            code,
            title: told.title,
            applied: told.applied,
            reason: told.reason,
        },
        None => CodeView {
            title: code.to_string(),
            code,
            applied: false,
            reason: Some("The code cannot be checked at the moment. Try again.".to_owned()),
        },
    })
}

#[cfg(test)]
mod tests {
    use contracts::{discount::QuotedCode, quote::Totals};

    use super::{
        super::{
            cart::tests::{LAMP, MUG, cart},
            view::{
                NoticeCode, present,
                tests::{codes, prices, variant},
            },
        },
        *,
    };

    #[test]
    fn a_code_is_shown_with_what_became_of_it() {
        let mut cart = cart();
        cart.discount_code = Some("WELCOME10".to_owned());
        let code: DiscountCode = "WELCOME10".parse().unwrap();
        let mut quote = Quote {
            totals: Totals::UNKNOWN,
            lines: Vec::new(),
            code: Some(QuotedCode {
                code: code.clone(),
                title: "Ten percent".to_owned(),
                applied: true,
                reason: None,
                reason_code: None,
            }),
        };
        let all = prices([variant(MUG, 900, 50, true), variant(LAMP, 5000, 50, true)]);
        let view = present(&cart, &all, Some(&quote));
        assert!(view.discount_codes[0].applied);
        assert!(view.notices.is_empty(), "{:?}", view.notices);

        if let Some(told) = &mut quote.code {
            told.applied = false;
            told.reason = Some("It has expired.".to_owned());
        }
        let view = present(&cart, &all, Some(&quote));
        assert!(!view.discount_codes[0].applied);
        assert_eq!(codes(&view), [NoticeCode::CodeNotApplied]);
        assert_eq!(view.notices[0].detail, "It has expired.");

        let view = present(&cart, &all, None);
        assert_eq!(view.discount_codes[0].code, code);
        assert_eq!(codes(&view), [NoticeCode::TotalsUnknown]);
    }
}
