//! Delivery rates: one table.

use contracts::Money;

use super::country::Country;

/// Where a rate is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zone {
    EuropeanUnion,
    Elsewhere,
}

/// A way to have an order delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub id: &'static str,
    pub title: &'static str,
    zone: Zone,
    /// Minor units of the shop's currency, tax included.
    minor: i64,
    /// Goods from this many minor units on travel free of charge.
    free_from: Option<i64>,
    /// Working days.
    pub min_days: u16,
    pub max_days: u16,
}

/// Cheapest first within a zone.
const RATES: [Rate; 4] = [
    Rate {
        id: "standard",
        title: "Standard",
        zone: Zone::EuropeanUnion,
        minor: 490,
        free_from: Some(10_000),
        min_days: 3,
        max_days: 5,
    },
    Rate {
        id: "express",
        title: "Express",
        zone: Zone::EuropeanUnion,
        minor: 1_290,
        free_from: None,
        min_days: 1,
        max_days: 2,
    },
    Rate {
        id: "international",
        title: "International",
        zone: Zone::Elsewhere,
        minor: 1_990,
        free_from: None,
        min_days: 6,
        max_days: 14,
    },
    Rate {
        id: "international-express",
        title: "International express",
        zone: Zone::Elsewhere,
        minor: 3_990,
        free_from: None,
        min_days: 2,
        max_days: 4,
    },
];

impl Rate {
    /// What it costs for goods worth `goods` (after discount).
    pub fn price(&self, goods: Money) -> Money {
        let free = self.free_from.is_some_and(|from| goods.minor() >= from);
        Money::new(if free { 0 } else { self.minor }, goods.currency())
    }

    /// Whether it goes to `country`.
    pub fn reaches(&self, country: Country) -> bool {
        (self.zone == Zone::EuropeanUnion) == country.is_in_european_union()
    }
}

/// The rate with this id.
pub fn rate(id: &str) -> Option<&'static Rate> {
    RATES.iter().find(|rate| rate.id == id)
}

/// The rates to `country`, cheapest first.
pub fn rates_to(country: Country) -> impl Iterator<Item = &'static Rate> {
    RATES.iter().filter(move |rate| rate.reaches(country))
}

#[cfg(test)]
mod tests {
    use contracts::Currency;

    use super::*;

    #[test]
    fn every_country_is_reached_by_rates_with_distinct_ids_cheapest_first() {
        for code in ["DE", "CH"] {
            let country = code.parse().expect("a country");
            let rates: Vec<_> = rates_to(country).collect();
            assert_eq!(rates.len(), 2, "{code}");
            assert!(rates.is_sorted_by_key(|rate| rate.minor));
        }
        for known in &RATES {
            assert_eq!(rate(known.id), Some(known));
            assert!(known.min_days <= known.max_days);
        }
        assert_eq!(rate("pigeon"), None);
    }

    #[test]
    fn standard_is_free_from_the_threshold_on() {
        let standard = rate("standard").expect("it exists");
        let goods = |minor| Money::new(minor, Currency::EUR);
        assert_eq!(standard.price(goods(9_999)), goods(490));
        assert_eq!(standard.price(goods(10_000)), goods(0));
    }
}
