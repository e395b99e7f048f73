//! A cart as customers see it: stored lines with the catalog's prices and orders' sums.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use contracts::{
    CartId, Currency, Money, VariantId,
    cart::CartState,
    catalog::{Image, Options, Variant},
    quote::{PricedLine, Quote, Totals},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Cart, Line,
    code::{CodeView, show_code},
};

/// Fewer pieces than this are told as "low".
const PLENTY: u32 = 6;

/// A cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Cart)]
pub(crate) struct CartView {
    pub(crate) id: CartId,
    /// Grows with each change; also the ETag.
    pub(crate) version: u64,
    pub(crate) currency: Currency,
    pub(crate) state: CartState,
    /// When the cart is forgotten unless it changes before. Carts of signed-in customers are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// The order that the cart became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) order_number: Option<String>,
    pub(crate) lines: Vec<LineView>,
    /// Pieces of all lines together.
    pub(crate) count: u32,
    pub(crate) totals: Totals,
    /// The code that the customer has given: none or one.
    #[serde(default)]
    pub(crate) discount_codes: Vec<CodeView>,
    /// What the customer should know.
    pub(crate) notices: Vec<Notice>,
}

/// A line of a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CartLine)]
pub(crate) struct LineView {
    /// The same as `variant_id`: a cart has one line per variant.
    id: VariantId,
    variant_id: VariantId,
    sku: String,
    slug: String,
    title: String,
    options: Options,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    image: Option<Image>,
    qty: u32,
    /// Largest quantity of the line.
    max_qty: u32,
    /// Price of one piece now.
    unit: Money,
    /// Null while it cannot be computed.
    line_total: Option<Money>,
    /// Price of one piece when the customer last added to the line or changed its quantity, where
    /// that was another. Doing so again agrees to the price of now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    was: Option<Money>,
    availability: Availability,
}

/// Whether a line can be bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Availability {
    In,
    /// Few are left, or fewer than the line asks for.
    Low,
    Out,
    /// No longer on sale.
    Gone,
    /// The catalog cannot be asked; stock is confirmed at checkout.
    Unknown,
}

/// Something the customer should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CartNotice)]
pub(crate) struct Notice {
    pub(crate) code: NoticeCode,
    pub(crate) detail: String,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CartNoticeCode)]
pub(crate) enum NoticeCode {
    PriceChanged,
    NotEnoughStock,
    NoLongerSold,
    PricesUnknown,
    TotalsUnknown,
    /// The discount code cannot be used as things are.
    CodeNotApplied,
    /// A merge found more pieces than a line can hold.
    QuantityReduced,
    /// A merge found no place for a line; it stays in the guest's cart.
    LineLeftOut,
}

/// What the catalog said of a cart's variants; `None`: it did not answer.
pub(crate) type Prices = Option<HashMap<VariantId, Variant>>;

/// The lines that can be quoted, with the prices that customers see.
pub(crate) fn priced_lines(cart: &Cart, prices: &Prices) -> Vec<PricedLine> {
    let sold = |line: &&Line| availability(line, prices) != Availability::Gone;
    let priced = |line: &Line| PricedLine {
        variant_id: line.variant_id,
        qty: line.qty,
        unit: unit(line, prices),
    };
    cart.lines.iter().filter(sold).map(priced).collect()
}

/// Puts the three together; `None` for the quote: orders did not answer.
pub(crate) fn present(cart: &Cart, prices: &Prices, quote: Option<&Quote>) -> CartView {
    let mut notices = Vec::new();
    let mut say = |code, detail: String| notices.push(Notice { code, detail });
    if prices.is_none() && !cart.lines.is_empty() {
        say(
            NoticeCode::PricesUnknown,
            "Prices and stock cannot be refreshed at the moment; these are the last known ones."
                .to_owned(),
        );
    }
    if quote.is_none() {
        say(
            NoticeCode::TotalsUnknown,
            "The totals cannot be computed at the moment. Your cart is safe; try again.".to_owned(),
        );
    }
    let code = show_code(cart, quote);
    let can_act = quote.is_some() && cart.state == CartState::Open;
    let refused = code.as_ref().filter(|_| can_act);
    if let Some(reason) = refused.and_then(|code| code.reason.clone()) {
        say(NoticeCode::CodeNotApplied, reason);
    }
    let mut lines = Vec::new();
    for line in &cart.lines {
        let mut shown = show(line, prices, quote);
        if cart.state == CartState::Closed {
            // What was paid stands in the order; prices and stock of today change nothing.
            shown.was = None;
            lines.push(shown);
            continue;
        }
        let title = &shown.title;
        match shown.availability {
            Availability::Gone => say(
                NoticeCode::NoLongerSold,
                format!("{title} is no longer sold; remove it to go on."),
            ),
            Availability::Out => say(
                NoticeCode::NotEnoughStock,
                format!("{title} is sold out at the moment."),
            ),
            Availability::Low | Availability::In | Availability::Unknown => {
                let left = found(line, prices).map_or(u32::MAX, |variant| variant.available);
                if left < line.qty {
                    say(
                        NoticeCode::NotEnoughStock,
                        format!("Only {left} of {title} are left."),
                    );
                }
            }
        }
        if shown.was.is_some() {
            say(
                NoticeCode::PriceChanged,
                format!("The price of {title} has changed since you chose it."),
            );
        }
        lines.push(shown);
    }
    CartView {
        id: cart.id,
        version: cart.version,
        currency: cart.currency,
        state: cart.state,
        expires_at: cart.expires_at,
        order_number: cart.order_number.clone(),
        count: cart
            .lines
            .iter()
            .map(|line| line.qty)
            .fold(0, u32::saturating_add),
        lines,
        totals: quote.map_or(Totals::UNKNOWN, |quote| quote.totals),
        discount_codes: code.into_iter().collect(),
        notices,
    }
}

fn show(line: &Line, prices: &Prices, quote: Option<&Quote>) -> LineView {
    let fresh = found(line, prices).map(super::Details::from);
    let details = fresh.as_ref().unwrap_or(&line.details);
    let unit = unit(line, prices);
    let quoted = quote.and_then(|quote| {
        let mut lines = quote.lines.iter();
        lines.find(|quoted| quoted.variant_id == line.variant_id)
    });
    LineView {
        id: line.variant_id,
        variant_id: line.variant_id,
        sku: details.sku.clone(),
        slug: details.slug.clone(),
        title: details.title.clone(),
        options: details.options.clone(),
        image: details.image.clone(),
        qty: line.qty,
        max_qty: details.max_qty,
        unit,
        line_total: quoted.map(|quoted| quoted.line_total),
        was: (unit != line.was).then_some(line.was),
        availability: availability(line, prices),
    }
}

fn found<'a>(line: &Line, prices: &'a Prices) -> Option<&'a Variant> {
    prices.as_ref()?.get(&line.variant_id)
}

/// The catalog's price, else the last known one.
fn unit(line: &Line, prices: &Prices) -> Money {
    found(line, prices).map_or(line.details.unit, |variant| variant.price)
}

fn availability(line: &Line, prices: &Prices) -> Availability {
    if prices.is_none() {
        return Availability::Unknown;
    }
    match found(line, prices) {
        None => Availability::Gone,
        Some(variant) if !variant.active => Availability::Gone,
        Some(variant) if variant.available == 0 => Availability::Out,
        Some(variant) if variant.available < PLENTY.max(line.qty) => Availability::Low,
        Some(_) => Availability::In,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use contracts::quote::QuotedLine;

    use super::{
        super::testing::{LAMP, MUG, cart},
        *,
    };

    pub(in crate::domain) fn variant(
        id: &str,
        minor: i64,
        available: u32,
        active: bool,
    ) -> Variant {
        Variant {
            id: id.parse().unwrap(),
            product_id: id.parse::<VariantId>().unwrap().uuid().into(),
            sku: "SKU".to_owned(),
            slug: "slug".to_owned(),
            title: "fresh".to_owned(),
            options: Options::new(),
            image: None,
            price: Money::new(minor, Currency::EUR),
            weight_grams: 100,
            available,
            max_qty: 10,
            active,
        }
    }

    #[allow(clippy::unnecessary_wraps)]
    pub(in crate::domain) fn prices(variants: impl IntoIterator<Item = Variant>) -> Prices {
        Some(
            variants
                .into_iter()
                .map(|variant| (variant.id, variant))
                .collect(),
        )
    }

    pub(in crate::domain) fn codes(view: &CartView) -> Vec<NoticeCode> {
        view.notices.iter().map(|notice| notice.code).collect()
    }

    #[test]
    fn prices_and_sums_are_what_the_others_said() {
        let cart = cart();
        let prices = prices([variant(MUG, 900, 50, true), variant(LAMP, 5000, 50, true)]);
        let lines = priced_lines(&cart, &prices);
        assert_eq!(lines.len(), 2);
        let quote = Quote {
            totals: Totals {
                items: Some(Money::new(7700, Currency::EUR)),
                ..Totals::UNKNOWN
            },
            lines: vec![QuotedLine {
                variant_id: MUG.parse().unwrap(),
                line_total: Money::new(2700, Currency::EUR),
                discount: Money::zero(Currency::EUR),
                tax: None,
            }],
            code: None,
        };
        let view = present(&cart, &prices, Some(&quote));
        assert_eq!(view.count, 4);
        assert_eq!(view.totals, quote.totals);
        assert_eq!(
            view.lines[0].line_total,
            Some(Money::new(2700, Currency::EUR))
        );
        assert_eq!(view.lines[0].title, "fresh");
        assert_eq!(view.lines[0].was, None);
        assert!(view.notices.is_empty(), "{:?}", view.notices);
    }

    #[test]
    fn without_catalog_and_orders_the_last_known_cart_is_shown() {
        let view = present(&cart(), &None, None);
        assert_eq!(view.lines[0].title, "mug");
        assert_eq!(view.lines[0].unit, Money::new(900, Currency::EUR));
        assert_eq!(view.lines[0].availability, Availability::Unknown);
        assert_eq!(view.totals, Totals::UNKNOWN);
        assert_eq!(
            codes(&view),
            [NoticeCode::PricesUnknown, NoticeCode::TotalsUnknown]
        );
    }

    #[test]
    fn a_changed_price_shows_both() {
        let prices = prices([variant(MUG, 950, 50, true), variant(LAMP, 5000, 50, true)]);
        let view = present(&cart(), &prices, None);
        assert_eq!(view.lines[0].unit, Money::new(950, Currency::EUR));
        assert_eq!(view.lines[0].was, Some(Money::new(900, Currency::EUR)));
        assert!(codes(&view).contains(&NoticeCode::PriceChanged));
    }

    #[test]
    fn a_closed_cart_does_not_speak_of_prices_and_stock() {
        let mut cart = cart();
        cart.state = CartState::Closed;
        let prices = prices([variant(MUG, 950, 0, true)]);
        let view = present(&cart, &prices, None);
        assert_eq!(view.lines[0].was, None);
        assert_eq!(codes(&view), [NoticeCode::TotalsUnknown]);
    }

    #[test]
    fn what_cannot_be_bought_is_said_and_not_quoted() {
        let prices = prices([variant(MUG, 900, 2, true), variant(LAMP, 5000, 9, false)]);
        let lines = priced_lines(&cart(), &prices);
        assert_eq!(lines.len(), 1, "the lamp is gone");
        let view = present(&cart(), &prices, None);
        assert_eq!(view.lines[0].availability, Availability::Low);
        assert_eq!(view.lines[1].availability, Availability::Gone);
        assert!(codes(&view).contains(&NoticeCode::NotEnoughStock));
        assert!(codes(&view).contains(&NoticeCode::NoLongerSold));
    }
}
