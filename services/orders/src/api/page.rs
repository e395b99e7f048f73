//! Pages of a list of orders, the latest first.

use chassis::Problem;
use contracts::OrderId;

const DEFAULT: u8 = 20;
const MOST: u8 = 100;

/// Most orders of one page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit(u8);

impl Limit {
    pub(super) fn new(asked: Option<u8>) -> Result<Self, Problem> {
        let limit = asked.unwrap_or(DEFAULT);
        if !(1..=MOST).contains(&limit) {
            return Err(Problem::invalid(
                "#query/limit",
                "out_of_range",
                format!("limit must be 1 to {MOST}."),
            ));
        }
        Ok(Self(limit))
    }

    /// Rows to read: one more than a page has tells whether there are older ones.
    pub(super) fn rows(self) -> i64 {
        i64::from(self.0) + 1
    }

    /// Cuts the rows that were read to a page; gives its `next_cursor`.
    pub(super) fn cut<T>(self, rows: &mut Vec<T>, id: impl Fn(&T) -> OrderId) -> Option<OrderId> {
        let more = rows.len() > usize::from(self.0);
        rows.truncate(usize::from(self.0));
        rows.last().filter(|_| more).map(id)
    }
}
