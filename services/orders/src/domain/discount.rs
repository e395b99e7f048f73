//! Discount codes: what one takes off, and when it counts.

use chrono::{DateTime, Utc};
use contracts::{
    DiscountCode, Money, MoneyError,
    discount::{CodeRefusal, QuotedCode},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A discount code as those who run the shop made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Coupon {
    pub code: DiscountCode,
    /// For customers.
    pub title: String,
    pub effect: Effect,
    /// From when on it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<DateTime<Utc>>,
    /// From when on it no longer counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<DateTime<Utc>>,
    /// Least worth of the goods, before discount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_items: Option<Money>,
    /// Orders that may use it; any number without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_uses: Option<u32>,
    /// Orders that use it now: being paid for, or placed and not cancelled.
    pub used: u32,
    /// Whether it is switched on.
    pub active: bool,
}

/// What a code does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = DiscountEffect)]
pub enum Effect {
    /// Hundredths of a percent off the goods, 1 to 10000.
    Percent {
        #[schema(minimum = 1, maximum = 10_000)]
        basis_points: u32,
    },
    /// An amount off the goods; never more than they cost.
    Fixed { amount: Money },
    /// Delivery costs nothing.
    FreeShipping,
}

impl Effect {
    /// What is taken off goods that cost `items`.
    pub fn discount(self, items: Money) -> Result<Money, MoneyError> {
        match self {
            Self::Percent { basis_points } => items.portion(basis_points),
            Self::Fixed { amount } => {
                let left = items.minus(amount)?;
                Ok(if left.minor() < 0 { items } else { amount })
            }
            Self::FreeShipping => Ok(Money::zero(items.currency())),
        }
    }
}

/// A code that a customer has given, and what is known of it.
#[derive(Clone, Debug)]
pub struct Offer {
    pub code: DiscountCode,
    /// `None`: there is no such code.
    pub coupon: Option<Coupon>,
    /// Uses that the order of the customer's own cart has: they count as free, or whoever begins
    /// again after a change would stand in their own way.
    pub own_uses: u32,
    /// The database's clock.
    pub at: DateTime<Utc>,
}

impl Offer {
    /// The effect on goods that cost `items`, and what the customer is told.
    pub fn judge(&self, items: Money) -> (Option<Effect>, QuotedCode) {
        let (effect, refusal) = match self.effect(items) {
            Ok(effect) => (Some(effect), None),
            Err(refusal) => (None, Some(refusal)),
        };
        let told = QuotedCode {
            code: self.code.clone(),
            title: self
                .coupon
                .as_ref()
                .map_or_else(|| self.code.to_string(), |coupon| coupon.title.clone()),
            applied: effect.is_some(),
            reason: refusal.map(|refusal| self.words(refusal, items)),
            reason_code: refusal,
        };
        (effect, told)
    }

    fn effect(&self, items: Money) -> Result<Effect, CodeRefusal> {
        let coupon = self.coupon.as_ref().filter(|coupon| coupon.active);
        let coupon = coupon.ok_or(CodeRefusal::Unknown)?;
        let by_others = coupon.used.saturating_sub(self.own_uses);
        if coupon.starts_at.is_some_and(|from| self.at < from) {
            Err(CodeRefusal::NotStarted)
        } else if coupon.ends_at.is_some_and(|until| self.at >= until) {
            Err(CodeRefusal::Expired)
        } else if coupon.max_uses.is_some_and(|most| by_others >= most) {
            Err(CodeRefusal::UsedUp)
        } else if coupon
            .min_items
            .is_some_and(|least| items.minor() < least.minor())
        {
            Err(CodeRefusal::MinimumNotReached)
        } else {
            Ok(coupon.effect)
        }
    }

    /// What is wrong, why, and what to do.
    fn words(&self, refusal: CodeRefusal, items: Money) -> String {
        let code = &self.code;
        let coupon = self.coupon.as_ref();
        let day = |at: Option<DateTime<Utc>>| {
            at.map_or_else(String::new, |at| {
                at.format("%-d %B %Y, %H:%M UTC").to_string()
            })
        };
        match refusal {
            CodeRefusal::Unknown => {
                format!("There is no discount code {code}. Check how it is written, or remove it.")
            }
            CodeRefusal::NotStarted => format!(
                "The discount code {code} counts from {} on. Use it then, or remove it.",
                day(coupon.and_then(|coupon| coupon.starts_at))
            ),
            CodeRefusal::Expired => format!(
                "The discount code {code} expired on {}. Remove it, or use another one.",
                day(coupon.and_then(|coupon| coupon.ends_at))
            ),
            CodeRefusal::UsedUp => format!(
                "The discount code {code} has been used as often as it may be. Remove it, or use \
                 another one."
            ),
            CodeRefusal::MinimumNotReached => {
                let least = coupon.and_then(|coupon| coupon.min_items).unwrap_or(items);
                let missing = Money::new(least.minor() - items.minor(), items.currency());
                format!(
                    "The discount code {code} counts from {} of goods on; {} are missing. Add \
                     something, or remove the code.",
                    least.in_words(),
                    missing.in_words()
                )
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use chrono::TimeDelta;
    use contracts::Currency;

    use super::*;

    fn euro(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    /// An offer of a code without limits.
    pub(in crate::domain) fn offer(effect: Effect) -> Offer {
        let code: DiscountCode = "TEST".parse().expect("a code");
        Offer {
            code: code.clone(),
            coupon: Some(Coupon {
                code,
                title: "A test".to_owned(),
                effect,
                starts_at: None,
                ends_at: None,
                min_items: None,
                max_uses: None,
                used: 0,
                active: true,
            }),
            own_uses: 0,
            at: DateTime::UNIX_EPOCH,
        }
    }

    fn refused(change: impl FnOnce(&mut Offer, &mut Coupon)) -> Option<CodeRefusal> {
        let mut offer = offer(Effect::FreeShipping);
        let mut coupon = offer.coupon.take().expect("a coupon");
        change(&mut offer, &mut coupon);
        offer.coupon = Some(coupon);
        let (effect, told) = offer.judge(euro(1_000));
        assert_eq!(effect.is_some(), told.applied);
        assert_eq!(told.reason.is_some(), told.reason_code.is_some());
        assert_eq!(told.applied, told.reason.is_none());
        told.reason_code
    }

    #[test]
    fn a_fixed_amount_never_exceeds_the_goods() {
        let five = Effect::Fixed { amount: euro(500) };
        assert_eq!(five.discount(euro(2_000)), Ok(euro(500)));
        assert_eq!(five.discount(euro(500)), Ok(euro(500)));
        assert_eq!(five.discount(euro(499)), Ok(euro(499)));
        assert_eq!(five.discount(euro(0)), Ok(euro(0)));
    }

    #[test]
    fn every_reason_is_told() {
        let now = DateTime::UNIX_EPOCH;
        let second = TimeDelta::seconds(1);
        assert_eq!(refused(|_, _| ()), None);
        assert_eq!(
            refused(|_, coupon| coupon.active = false),
            Some(CodeRefusal::Unknown)
        );
        assert_eq!(
            refused(|_, coupon| coupon.starts_at = Some(now + second)),
            Some(CodeRefusal::NotStarted)
        );
        assert_eq!(refused(|_, coupon| coupon.starts_at = Some(now)), None);
        assert_eq!(
            refused(|_, coupon| coupon.ends_at = Some(now)),
            Some(CodeRefusal::Expired)
        );
        assert_eq!(
            refused(|_, coupon| coupon.ends_at = Some(now + second)),
            None
        );
        assert_eq!(
            refused(|_, coupon| (coupon.max_uses, coupon.used) = (Some(2), 2)),
            Some(CodeRefusal::UsedUp)
        );
        assert_eq!(
            refused(|_, coupon| (coupon.max_uses, coupon.used) = (Some(2), 1)),
            None
        );
        assert_eq!(
            refused(|_, coupon| coupon.min_items = Some(euro(1_001))),
            Some(CodeRefusal::MinimumNotReached)
        );
        assert_eq!(
            refused(|_, coupon| coupon.min_items = Some(euro(1_000))),
            None
        );
    }

    #[test]
    fn a_use_of_ones_own_stands_in_nobodys_way() {
        assert_eq!(
            refused(|offer, coupon| {
                (coupon.max_uses, coupon.used) = (Some(1), 1);
                offer.own_uses = 1;
            }),
            None
        );
    }

    #[test]
    fn what_is_missing_to_the_minimum_is_named() {
        let mut offer = offer(Effect::FreeShipping);
        if let Some(coupon) = &mut offer.coupon {
            coupon.min_items = Some(euro(2_500));
        }
        let (_, told) = offer.judge(euro(2_099));
        let reason = told.reason.expect("a reason");
        assert!(
            reason.contains("25.00 EUR") && reason.contains("4.01 EUR"),
            "{reason}"
        );
    }

    #[test]
    fn an_unknown_code_is_its_own_title() {
        let mut offer = offer(Effect::FreeShipping);
        offer.coupon = None;
        let (effect, told) = offer.judge(euro(1));
        assert_eq!((effect, told.title.as_str()), (None, "TEST"));
        assert_eq!(told.reason_code, Some(CodeRefusal::Unknown));
    }

    #[test]
    fn an_effect_has_its_kind_and_nothing_else() {
        let percent: Effect =
            serde_json::from_str(r#"{"kind":"percent","basis_points":1000}"#).expect("an effect");
        assert_eq!(
            percent,
            Effect::Percent {
                basis_points: 1_000
            }
        );
        for wrong in [
            r#"{"kind":"percent"}"#,
            r#"{"kind":"percent","basis_points":1,"amount":2}"#,
            r#"{"kind":"gift"}"#,
        ] {
            assert!(serde_json::from_str::<Effect>(wrong).is_err(), "{wrong}");
        }
    }
}
