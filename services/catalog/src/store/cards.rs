//! Pages of products, in any order, by keyset.

use chassis::Problem;
use chrono::{DateTime, Utc};
use contracts::{Currency, Money, catalog::Image};
use uuid::Uuid;

use super::shelf::{Shelf, image};
use crate::domain::{
    cursor::Place,
    listing::{Listing, Order},
};

/// A product in a list.
#[derive(Clone, Debug)]
pub struct Card {
    pub id: Uuid,
    pub slug: String,
    pub title: String,
    pub category_path: String,
    pub category_title: String,
    pub image: Option<Image>,
    pub price: Money,
    pub compare_at: Option<Money>,
    /// Pieces of the variant that has most.
    pub available: u32,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    pub cards: Vec<Card>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Place>,
    /// Products on all pages.
    pub total: i64,
}

struct Row {
    id: Uuid,
    slug: String,
    title: String,
    category_path: String,
    category_title: String,
    image_sha256: Option<String>,
    image_alt: Option<String>,
    price_minor: i64,
    compare_at_minor: Option<i64>,
    currency: String,
    available: i32,
    published_at: DateTime<Utc>,
    sort_title: String,
    sold: i64,
    fit: i64,
}

/// One page. `$where` narrows, `$fit` is a number for how well a product fits a search, `$key` and
/// `$id` give the order together, `$compare` says what comes after a place in it. Parameters: $1
/// category, $2 id and $3 key of the place, $4 number of rows, then what `$where` and `$fit` use.
macro_rules! page {
    ($pool:expr, $listing:expr, $after:expr; $where:tt, $fit:tt, $key:tt, $id:tt, $compare:tt $(, $more:expr)*) => {
        sqlx::query_as!(
            Row,
            r#"SELECT p.id AS "id!", p.slug AS "slug!", p.title AS "title!",
                      c.path AS "category_path!", c.title AS "category_title!",
                      i.sha256 AS "image_sha256?", i.alt AS "image_alt?",
                      p.price_minor AS "price_minor!", p.compare_at_minor, p.currency AS "currency!",
                      s.available AS "available!", p.published_at AS "published_at!",
                      p.sort_title AS "sort_title!", p.sold AS "sold!", p.fit AS "fit!"
               FROM (SELECT * FROM (SELECT p.*, "# + $fit + r#" AS fit FROM catalog.product p
                     WHERE p.status = 'active' AND p.price_minor IS NOT NULL
                     AND ($1::text IS NULL OR EXISTS (
                         SELECT FROM catalog.product_category pc WHERE pc.product_id = p.id
                         AND (pc.category = $1 OR starts_with(pc.category, $1 || '/')))) "# + $where + r#") p
                   WHERE ($2::uuid IS NULL OR ("# + $key + ", p.id) " + $compare + r#" ($3, $2))
                   ORDER BY "# + $key + " " + $id + ", p.id " + $id + r#" LIMIT $4) p
               JOIN catalog.category c ON c.path = p.category
               LEFT JOIN LATERAL (
                   SELECT sha256, alt FROM catalog.product_image
                   WHERE product_id = p.id ORDER BY position LIMIT 1) i ON true
               CROSS JOIN LATERAL (
                   SELECT coalesce(max(l.on_hand - l.reserved), 0) AS available
                   FROM catalog.variant v JOIN catalog.stock_level l ON l.variant_id = v.id
                   WHERE v.product_id = p.id AND v.active) s
               ORDER BY "# + $key + " " + $id + ", p.id " + $id,
            $listing.category,
            id($listing),
            $after,
            i64::from($listing.limit) + 1
            $(, $more)*
        )
        .fetch_all($pool)
        .await
    };
}

/// A page of everything.
macro_rules! browse {
    ($shelf:expr, $listing:expr, $after:expr; $key:tt, $id:tt, $compare:tt) => {
        page!(&$shelf.pool, $listing, $after; "", "0::bigint", $key, $id, $compare)
    };
}

/// A page of what fits a search.
macro_rules! search {
    ($shelf:expr, $listing:expr, $query:expr, $after:expr; $key:tt, $id:tt, $compare:tt) => {
        page!(
            &$shelf.pool, $listing, $after;
            "AND p.search @@ to_tsquery('english', $5)",
            "(ts_rank(p.search, to_tsquery('english', $5)) * 1000000)::bigint",
            $key, $id, $compare, $query
        )
    };
}

impl Shelf {
    /// A page of products on sale.
    pub async fn page(&self, listing: &Listing) -> Result<Page, Problem> {
        if listing.hopeless {
            return Ok(Page {
                cards: Vec::new(),
                next: None,
                total: 0,
            });
        }
        let mut rows = match &listing.query {
            None => self.browse(listing).await?,
            Some(query) => self.search(listing, query).await?,
        };
        let full = usize::try_from(listing.limit).unwrap_or(usize::MAX);
        let more = rows.len() > full;
        rows.truncate(full);
        let next = more
            .then(|| rows.last().map(|row| row.place(listing.order)))
            .flatten();
        Ok(Page {
            cards: rows
                .into_iter()
                .map(Card::try_from)
                .collect::<Result<_, _>>()?,
            next,
            total: self.count(listing).await?,
        })
    }

    async fn browse(&self, listing: &Listing) -> Result<Vec<Row>, sqlx::Error> {
        let place = listing.after.as_ref();
        let number = place.map(|place| place.number);
        match listing.order {
            Order::Newest | Order::Fit => {
                browse!(self, listing, time(place); "p.published_at", "DESC", "<")
            }
            Order::PriceAsc => browse!(self, listing, number; "p.price_minor", "ASC", ">"),
            Order::PriceDesc => browse!(self, listing, number; "p.price_minor", "DESC", "<"),
            Order::Title => browse!(self, listing, text(place); "p.sort_title", "ASC", ">"),
            Order::Popular => browse!(self, listing, number; "p.sold", "DESC", "<"),
        }
    }

    async fn search(&self, listing: &Listing, query: &str) -> Result<Vec<Row>, sqlx::Error> {
        let place = listing.after.as_ref();
        let number = place.map(|place| place.number);
        match listing.order {
            Order::Fit => search!(self, listing, query, number; "p.fit", "DESC", "<"),
            Order::Newest => {
                search!(self, listing, query, time(place); "p.published_at", "DESC", "<")
            }
            Order::PriceAsc => search!(self, listing, query, number; "p.price_minor", "ASC", ">"),
            Order::PriceDesc => {
                search!(self, listing, query, number; "p.price_minor", "DESC", "<")
            }
            Order::Title => search!(self, listing, query, text(place); "p.sort_title", "ASC", ">"),
            Order::Popular => search!(self, listing, query, number; "p.sold", "DESC", "<"),
        }
    }

    async fn count(&self, listing: &Listing) -> Result<i64, sqlx::Error> {
        macro_rules! count {
            ($where:tt $(, $more:expr)*) => {
                sqlx::query_scalar!(
                    r#"SELECT count(*) AS "total!" FROM catalog.product p
                       WHERE p.status = 'active' AND p.price_minor IS NOT NULL
                       AND ($1::text IS NULL OR EXISTS (
                           SELECT FROM catalog.product_category pc WHERE pc.product_id = p.id
                           AND (pc.category = $1 OR starts_with(pc.category, $1 || '/')))) "# + $where,
                    listing.category
                    $(, $more)*
                )
                .fetch_one(&self.pool)
                .await
            };
        }
        match &listing.query {
            None => count!(""),
            Some(query) => count!("AND p.search @@ to_tsquery('english', $2)", query),
        }
    }
}

fn id(listing: &Listing) -> Option<Uuid> {
    listing.after.as_ref().map(|place| place.id)
}

fn time(place: Option<&Place>) -> Option<DateTime<Utc>> {
    place.and_then(|place| DateTime::from_timestamp_micros(place.number))
}

fn text(place: Option<&Place>) -> Option<&str> {
    place.map(|place| place.text.as_str())
}

impl Row {
    fn place(&self, order: Order) -> Place {
        let (number, text) = match order {
            Order::Newest => (self.published_at.timestamp_micros(), String::new()),
            Order::PriceAsc | Order::PriceDesc => (self.price_minor, String::new()),
            Order::Title => (0, self.sort_title.clone()),
            Order::Popular => (self.sold, String::new()),
            Order::Fit => (self.fit, String::new()),
        };
        Place::new(order, number, text, self.id)
    }
}

impl TryFrom<Row> for Card {
    type Error = Problem;

    fn try_from(row: Row) -> Result<Self, Problem> {
        let currency: Currency = row.currency.parse().map_err(Problem::internal)?;
        Ok(Self {
            id: row.id,
            slug: row.slug,
            title: row.title,
            category_path: row.category_path,
            category_title: row.category_title,
            image: image(row.image_sha256, row.image_alt),
            price: Money::new(row.price_minor, currency),
            compare_at: row
                .compare_at_minor
                .map(|minor| Money::new(minor, currency)),
            available: u32::try_from(row.available).unwrap_or(0),
        })
    }
}
