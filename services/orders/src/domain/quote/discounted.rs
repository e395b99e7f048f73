//! The quote with a discount code.

use contracts::{Money, quote::Quote};
use proptest::prelude::*;

use super::{
    quote,
    tests::{euro, percent, request},
};
use crate::domain::{
    discount::{Effect, tests::offer},
    tax::{Levy, TaxRule},
};

fn minor(money: Option<Money>) -> i64 {
    money.map_or(0, Money::minor)
}

fn quoted(lines: &[(i64, u32)], effect: Effect) -> Quote {
    let rules = [percent("DE", 1_900)];
    let asked = request(lines, Some("DE"), Some("standard"));
    quote(&asked, &rules, Some(&offer(effect))).expect("a quote")
}

#[test]
fn tax_is_on_the_goods_after_discount_and_each_line_has_its_shares() {
    let tenth = Effect::Percent {
        basis_points: 1_000,
    };
    let quote = quoted(&[(333, 1), (333, 1), (334, 1)], tenth);
    assert_eq!(quote.totals.discount, Some(euro(100)));
    assert_eq!(quote.totals.tax, Some(euro(171)));
    assert_eq!(quote.totals.grand, Some(euro(1_000 - 100 + 490 + 171)));
    let discounts: Vec<i64> = quote
        .lines
        .iter()
        .map(|line| line.discount.minor())
        .collect();
    assert_eq!(discounts, [33, 33, 34]);
    assert!(quote.code.is_some_and(|code| code.applied));
}

#[test]
fn goods_that_become_cheaper_than_the_threshold_pay_for_delivery() {
    let five = Effect::Fixed { amount: euro(500) };
    assert_eq!(
        quoted(&[(10_000, 1)], five).totals.delivery,
        Some(euro(490))
    );
    assert_eq!(quoted(&[(10_500, 1)], five).totals.delivery, Some(euro(0)));
}

#[test]
fn free_delivery_is_known_before_a_rate_is_chosen() {
    let rules = [percent("DE", 1_900)];
    let offer = offer(Effect::FreeShipping);
    let free = |rate| {
        let asked = request(&[(1_000, 1)], Some("DE"), rate);
        quote(&asked, &rules, Some(&offer)).expect("a quote").totals
    };
    assert_eq!(free(None).delivery, Some(euro(0)));
    assert_eq!(free(None).grand, Some(euro(1_190)));
    assert_eq!(free(Some("express")).delivery, Some(euro(0)));
    assert_eq!(free(Some("express")).discount, Some(euro(0)));
    assert_eq!(free(Some("express")).grand, Some(euro(1_190)));
}

#[test]
fn a_code_that_does_not_count_changes_nothing() {
    let mut offer = offer(Effect::FreeShipping);
    offer.coupon = None;
    let rules = [percent("DE", 1_900)];
    let asked = request(&[(1_000, 1)], Some("DE"), Some("standard"));
    let with = quote(&asked, &rules, Some(&offer)).expect("a quote");
    let without = quote(&asked, &rules, None).expect("a quote");
    assert_eq!((with.totals, with.lines), (without.totals, without.lines));
    assert!(with.code.is_some_and(|code| !code.applied));
    assert_eq!(without.code, None);
}

#[test]
fn a_code_for_an_empty_cart_takes_nothing_off() {
    let all = Effect::Fixed { amount: euro(500) };
    assert_eq!(quoted(&[], all).totals.discount, Some(euro(0)));
}

fn effects() -> impl Strategy<Value = Effect> {
    prop_oneof![
        (1_u32..=10_000).prop_map(|basis_points| Effect::Percent { basis_points }),
        (1_i64..20_000_000).prop_map(|minor| Effect::Fixed {
            amount: euro(minor)
        }),
        Just(Effect::FreeShipping),
    ]
}

proptest! {
    #[test]
    fn parts_add_up_to_the_total_with_every_code(
        lines in prop::collection::vec((0_i64..10_000_000, 1_u32..100), 1..50),
        basis_points in 0_u32..3_000,
        flat in 0_i64..100_000,
        use_flat in any::<bool>(),
        effect in effects(),
    ) {
        let levy = if use_flat { Levy::Flat { minor: flat } } else { Levy::Percent { basis_points } };
        let rules = [TaxRule { country: None, levy }];
        let asked = request(&lines, Some("DE"), Some("express"));
        let quote = quote(&asked, &rules, Some(&offer(effect))).expect("a quote");
        let totals = quote.totals;
        prop_assert_eq!(
            minor(totals.grand),
            minor(totals.items) - minor(totals.discount) + minor(totals.delivery) + minor(totals.tax)
        );
        prop_assert!((0..=minor(totals.items)).contains(&minor(totals.discount)));
        let discounts: i64 = quote.lines.iter().map(|line| line.discount.minor()).sum();
        prop_assert_eq!(discounts, minor(totals.discount));
        let taxes: i64 = quote.lines.iter().map(|line| minor(line.tax)).sum();
        prop_assert_eq!(taxes, minor(totals.tax));
        for line in &quote.lines {
            // Nobody is paid for taking a line.
            prop_assert!((0..=line.line_total.minor()).contains(&line.discount.minor()));
            prop_assert!(minor(line.tax) >= 0);
        }
    }
}
