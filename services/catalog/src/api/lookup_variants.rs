//! `POST /internal/v1/variants/lookup`: variants as carts and orders need them, never cached.

use axum::extract::State;
use chassis::{Problem, extract::Json, problem::Document};
use contracts::catalog::{VariantLookup, Variants};

use super::App;

/// Most ids in one request.
const MOST: usize = 100;

/// Looks variants up
#[utoipa::path(
    post,
    path = "/internal/v1/variants/lookup",
    tag = "catalog",
    request_body = VariantLookup,
    responses(
        (status = 200, description = "Ids that are no variant are left out", body = Variants),
        (status = 422, description = "validation_failed", body = Document),
        (status = 503, description = "unavailable", body = Document),
    )
)]
pub(super) async fn lookup_variants(
    State(app): State<App>,
    Json(asked): Json<VariantLookup>,
) -> Result<Json<Variants>, Problem> {
    if asked.ids.len() > MOST {
        let detail = format!("Ask for at most {MOST} variants at a time.");
        return Err(Problem::invalid("/ids", "out_of_range", detail));
    }
    let items = app.shelf.lookup(&asked.ids).await?;
    Ok(Json(Variants { items }))
}
