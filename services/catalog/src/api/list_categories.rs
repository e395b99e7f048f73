//! `GET /api/v1/categories`: the stalls of the market.

use axum::{extract::State, response::Response};
use chassis::{Problem, problem::Document};
use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

use super::{App, ready::Ready, wire::REVALIDATE};

/// A category.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Category {
    /// In addresses; `kitchen/mugs` lies in `kitchen`.
    pub path: String,
    pub title: String,
    /// Products on sale in it and below it.
    pub product_count: i64,
}

/// Every category, parents before children.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CategoryList {
    pub items: Vec<Category>,
}

/// Lists the categories
#[utoipa::path(
    get,
    path = "/api/v1/categories",
    tag = "catalog",
    responses(
        (status = 200, body = CategoryList),
        (status = 304, description = "The ETag in If-None-Match is still the one"),
        (status = 503, description = "unavailable", body = Document),
    )
)]
pub(super) async fn list_categories(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let make = async {
        let items = app
            .shelf
            .categories()
            .await?
            .into_iter()
            .map(|category| Category {
                path: category.path,
                title: category.title,
                product_count: category.products,
            });
        let body = CategoryList {
            items: items.collect(),
        };
        Ready::json(&body, &body)
    };
    let ready = app.cache.list("categories".to_owned(), make).await?;
    Ok(ready.respond(&headers, REVALIDATE))
}
