//! `POST /internal/v1/returns`: pieces of an order that the customer sent back.

use axum::extract::State;
use chassis::{FieldErrors, Problem, extract::Json, problem::Document};
use contracts::catalog::{TakeBack, TakenBack};

use super::App;

/// Most lines of a return.
const MOST: usize = 100;

/// Puts returned pieces back on the shelf
///
/// The same return again changes nothing.
#[utoipa::path(
    post,
    path = "/internal/v1/returns",
    tag = "catalog",
    request_body = TakeBack,
    responses(
        (status = 200, body = TakenBack),
        (status = 404, description = "not_found: no such order", body = Document),
        (status = 409, description = "invalid_state: not sold, or back already", body = Document),
        (status = 422, description = "validation_failed; idempotency_key_reused: other lines before", body = Document),
        (status = 503, description = "unavailable", body = Document),
    )
)]
pub(super) async fn take_back(
    State(app): State<App>,
    Json(asked): Json<TakeBack>,
) -> Result<Json<TakenBack>, Problem> {
    let mut errors = FieldErrors::default();
    errors.check(
        (1..=MOST).contains(&asked.lines.len()),
        "/lines",
        "out_of_range",
        format!("A return has 1 to {MOST} lines."),
    );
    for (index, line) in asked.lines.iter().enumerate() {
        errors.check(
            (1..=i32::MAX.unsigned_abs()).contains(&line.qty),
            &format!("/lines/{index}/qty"),
            "out_of_range",
            "A line has one piece at least.",
        );
        let again = asked.lines[..index]
            .iter()
            .any(|before| before.variant_id == line.variant_id);
        errors.check(
            !again,
            &format!("/lines/{index}/variant_id"),
            "repeated",
            "A variant may stand in one line only.",
        );
    }
    errors.finish()?;
    app.stock.take_back(&asked).await.map(Json)
}
