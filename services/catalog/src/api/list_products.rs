//! `GET /api/v1/products`: what is on sale, page by page.

#![expect(
    unused_qualifications,
    reason = "in the code that utoipa generates for `params`"
)]

use axum::{extract::State, response::Response};
use chassis::{Caller, Problem, extract::Query, funnel, problem::Document};
use chrono::{DateTime, Utc};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    App,
    ready::Ready,
    wire::{Card, REVALIDATE},
};
use crate::domain::listing::{Listing, Sort};

/// What to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Parameters {
    /// Words that must occur in title or description, or begin a word there.
    #[param(max_length = 100)]
    q: Option<String>,
    /// Path of a category; products below it are in it.
    category: Option<String>,
    /// Without it a search comes by how well it fits, and everything else newest first.
    #[param(inline)]
    sort: Option<Sort>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Products on the page; 24 without it.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// A page of products.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProductList {
    pub items: Vec<Card>,
    /// Leads to the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Products on all pages.
    pub total: i64,
    /// When the list was read.
    pub as_of: DateTime<Utc>,
}

/// Lists products
#[utoipa::path(
    get,
    path = "/api/v1/products",
    tag = "catalog",
    params(Parameters),
    responses(
        (status = 200, body = ProductList),
        (status = 304, description = "The ETag in If-None-Match is still the one"),
        (status = 404, description = "not_found: no such category", body = Document),
        (status = 422, description = "validation_failed", body = Document),
        (status = 503, description = "unavailable", body = Document),
    )
)]
pub(super) async fn list_products(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let listing = Listing::new(
        asked.q.as_deref(),
        asked.category.as_deref(),
        asked.sort,
        asked.cursor.as_deref(),
        asked.limit,
    )?;
    let ready = app
        .cache
        .list(
            format!("list|{}", listing.cache_key()),
            page(&app, &listing),
        )
        .await?;
    funnel::reached(funnel::Step::List, &caller.subject);
    Ok(ready.respond(&headers, REVALIDATE))
}

async fn page(app: &App, listing: &Listing) -> Result<Ready, Problem> {
    let as_of = app.clock.now();
    let page = app.shelf.page(listing).await?;
    if page.total == 0
        && let Some(category) = &listing.category
        && !app.shelf.has_category(category).await?
    {
        return Err(Problem::not_found(format_args!("category {category:?}")));
    }
    let body = ProductList {
        items: page.cards.into_iter().map(Card::from).collect(),
        next_cursor: page.next.map(|place| place.to_cursor()),
        total: page.total,
        as_of,
    };
    Ready::json(&body, &(&body.items, &body.next_cursor, body.total))
}
