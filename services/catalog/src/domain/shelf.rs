//! How stock is told to customers.

use contracts::catalog::StockLevel;

/// From this many pieces down the number is told: "only 3 left".
const LOW: u32 = 5;

/// Stock in words.
pub fn level(available: u32) -> StockLevel {
    match available {
        0 => StockLevel::Out,
        1..=LOW => StockLevel::Low,
        _ => StockLevel::In,
    }
}

/// The number that is told, when it is worth telling.
pub fn left(available: u32) -> Option<u32> {
    (level(available) == StockLevel::Low).then_some(available)
}

/// Largest quantity that a customer can choose now, of a variant with that limit per line.
pub fn choosable(available: u32, limit: u32) -> u32 {
    available.min(limit)
}

/// Whether having sold or promised `taken` pieces made the stock low just now.
pub fn became_low(available: u32, taken: u32) -> bool {
    available <= LOW && available + taken > LOW
}

/// Whether customers are told something else after `before` pieces became `after`.
pub fn changes_level(before: u32, after: u32) -> bool {
    level(before) != level(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_pieces_are_counted_out_loud() {
        assert_eq!((level(0), left(0)), (StockLevel::Out, None));
        assert_eq!((level(1), left(1)), (StockLevel::Low, Some(1)));
        assert_eq!((level(5), left(5)), (StockLevel::Low, Some(5)));
        assert_eq!((level(6), left(6)), (StockLevel::In, None));
        assert_eq!((choosable(3, 10), choosable(30, 10)), (3, 10));
    }

    #[test]
    fn stock_becomes_low_once() {
        assert!(became_low(5, 1));
        assert!(became_low(0, 9));
        assert!(!became_low(6, 1));
        assert!(!became_low(4, 1), "it was low before");
    }
}
