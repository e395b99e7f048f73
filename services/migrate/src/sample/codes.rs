//! The sample discount codes.

/// A discount code; amounts are in minor units of the shop's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Unique in the shop.
    pub code: &'static str,
    pub title: &'static str,
    pub effect: Effect,
    /// Least worth of the goods.
    pub min_items: Option<i64>,
    /// Orders that may use it; any number without it.
    pub max_uses: Option<i32>,
}

/// What a code does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Hundredths of a percent off the goods.
    Percent(i32),
    /// Off the goods.
    Fixed(i64),
    FreeShipping,
}

/// One of each kind, and one that is gone after its first order.
pub const CODES: [Code; 4] = [
    Code {
        code: "WELCOME10",
        title: "10 % off for new customers",
        effect: Effect::Percent(1_000),
        min_items: None,
        max_uses: None,
    },
    Code {
        code: "FIVEOFF",
        title: "5 off from 25",
        effect: Effect::Fixed(500),
        min_items: Some(2_500),
        max_uses: None,
    },
    Code {
        code: "FREESHIP",
        title: "Free delivery",
        effect: Effect::FreeShipping,
        min_items: None,
        max_uses: None,
    },
    Code {
        code: "LASTONE",
        title: "20 % off, for one order only",
        effect: Effect::Percent(2_000),
        min_items: None,
        max_uses: Some(1),
    },
];
