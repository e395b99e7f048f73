//! What a list of products can be asked for.

use chassis::{FieldErrors, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{cursor::Place, search};

/// Products on a page unless the client says otherwise.
const PAGE: u32 = 24;
/// Most products on a page.
const LARGEST_PAGE: u32 = 100;

/// The orders that a client can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    Newest,
    PriceAsc,
    PriceDesc,
    Title,
    Popular,
}

/// The order of a list. A search without a wish comes by how well it fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    Newest,
    PriceAsc,
    PriceDesc,
    Title,
    /// Most sold first.
    Popular,
    Fit,
}

/// A request for a page, known good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// For `to_tsquery`.
    pub query: Option<String>,
    pub category: Option<String>,
    pub order: Order,
    pub after: Option<Place>,
    pub limit: u32,
    /// A search that no product can fit: there is no word in it.
    pub hopeless: bool,
}

impl Listing {
    /// Checks what a client asks for; all that is wrong is told at once.
    pub fn new(
        typed: Option<&str>,
        category: Option<&str>,
        sort: Option<Sort>,
        cursor: Option<&str>,
        limit: Option<u32>,
    ) -> Result<Self, Problem> {
        let typed = typed.map(str::trim).filter(|typed| !typed.is_empty());
        let query = typed.and_then(search::query);
        let order = match sort {
            Some(Sort::PriceAsc) => Order::PriceAsc,
            Some(Sort::PriceDesc) => Order::PriceDesc,
            Some(Sort::Title) => Order::Title,
            Some(Sort::Popular) => Order::Popular,
            None if query.is_some() => Order::Fit,
            Some(Sort::Newest) | None => Order::Newest,
        };
        let after = cursor.map(|cursor| Place::from_cursor(cursor, order));
        let limit = limit.unwrap_or(PAGE);
        let mut errors = FieldErrors::default();
        errors.check(
            typed.is_none_or(|typed| typed.chars().count() <= search::LONGEST),
            "#query/q",
            "too_long",
            format!("Search for at most {} characters.", search::LONGEST),
        );
        errors.check(
            (1..=LARGEST_PAGE).contains(&limit),
            "#query/limit",
            "out_of_range",
            format!("limit must be 1 to {LARGEST_PAGE}."),
        );
        errors.check(
            after != Some(None),
            "#query/cursor",
            "invalid_value",
            "This is no cursor of this list; take next_cursor of the page before, with the same \
             sort and search, or leave it out to begin anew.",
        );
        errors.finish()?;
        Ok(Self {
            hopeless: typed.is_some() && query.is_none(),
            query,
            category: category.map(str::to_owned).filter(|path| !path.is_empty()),
            order,
            after: after.flatten(),
            limit,
        })
    }

    /// The same text for the same page.
    pub fn cache_key(&self) -> String {
        let after = self
            .after
            .as_ref()
            .map(Place::to_cursor)
            .unwrap_or_default();
        format!(
            "{:?}|{}|{:?}|{:?}|{after}|{}",
            self.order,
            self.limit,
            self.query,
            self.category.as_deref().unwrap_or_default(),
            self.hopeless,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_comes_by_fit_unless_an_order_is_wished() {
        let order = |typed, sort| {
            Listing::new(typed, None, sort, None, None)
                .expect("a good request")
                .order
        };
        assert_eq!(order(None, None), Order::Newest);
        assert_eq!(order(Some("mug"), None), Order::Fit);
        assert_eq!(order(Some("mug"), Some(Sort::PriceAsc)), Order::PriceAsc);
        assert_eq!(order(Some("  "), None), Order::Newest);
    }

    #[test]
    fn all_that_is_wrong_is_told() {
        let typed = "x".repeat(101);
        let problem = Listing::new(Some(&typed), None, None, Some("?"), Some(0))
            .expect_err("three things are wrong");
        let document = problem.document();
        let pointers: Vec<&str> = document
            .errors
            .iter()
            .map(|error| error.pointer.as_str())
            .collect();
        assert_eq!(pointers, ["#query/q", "#query/limit", "#query/cursor"]);
        assert!(Listing::new(None, None, None, None, Some(101)).is_err());
    }

    #[test]
    fn a_search_without_words_finds_nothing_rather_than_everything() {
        let listing = Listing::new(Some("!!"), None, None, None, None).expect("a good request");
        assert!(listing.hopeless);
    }
}
