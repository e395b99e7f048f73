//! `PATCH /api/v1/admin/discount-codes/{code}`: how long, how often, whether at all.

use axum::extract::State;
use chassis::{
    FieldErrors, Problem,
    extract::{Json, Path},
    problem::Document,
};
use chrono::{DateTime, Utc};
use contracts::DiscountCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    app::App,
    domain::discount::Coupon,
    store::coupons::{self, Change},
};

/// What is not given stays as it is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeDiscountCode {
    /// From when on it no longer counts.
    #[serde(default)]
    ends_at: Option<DateTime<Utc>>,
    /// Orders that may use it; not fewer than do.
    #[serde(default)]
    #[schema(minimum = 1)]
    max_uses: Option<u32>,
    /// Switches it off or on.
    #[serde(default)]
    active: Option<bool>,
}

/// Changes a discount code
///
/// Orders that use it keep their discount.
#[utoipa::path(
    patch,
    path = "/api/v1/admin/discount-codes/{code}",
    tag = "admin",
    params(("code" = DiscountCode, Path, description = "In any mix of cases")),
    request_body = ChangeDiscountCode,
    responses(
        (status = 200, body = Coupon),
        (status = 403, description = "forbidden: not an admin", body = Document),
        (status = 404, description = "not_found", body = Document),
        (status = 422, description = "validation_failed: fewer uses than there are among them", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn change_discount_code(
    State(app): State<App>,
    Path(code): Path<DiscountCode>,
    Json(body): Json<ChangeDiscountCode>,
) -> Result<Json<Coupon>, Problem> {
    let change = Change {
        ends_at: body.ends_at,
        max_uses: body.max_uses,
        active: body.active,
    };
    let mut connection = app.connection().await?;
    let changed = match body.max_uses {
        // The database would refuse it, too.
        Some(0) => None,
        _ => coupons::change(&mut connection, app.currency, &code, change).await?,
    };
    if let Some(coupon) = changed {
        return Ok(Json(coupon));
    }
    let found = coupons::find(&mut connection, app.currency, &code).await?;
    let found = found.ok_or_else(|| Problem::not_found(format_args!("discount code {code}")))?;
    Err(refusal(&found, body))
}

/// Why a coupon that there is did not change.
fn refusal(coupon: &Coupon, body: ChangeDiscountCode) -> Problem {
    let mut errors = FieldErrors::default();
    let least = coupon.used.max(1);
    errors.check(
        body.max_uses.is_none_or(|most| most >= least),
        "/max_uses",
        "out_of_range",
        format!("{} orders use it; allow {least} at least.", coupon.used),
    );
    let in_order = coupon.starts_at.zip(body.ends_at);
    errors.check(
        in_order.is_none_or(|(from, until)| from < until),
        "/ends_at",
        "out_of_range",
        "The code must end after it starts.",
    );
    match errors.finish() {
        Err(problem) => problem,
        Ok(()) => Problem::unavailable(
            "The code was being used at that moment. Try again.",
            std::time::Duration::from_secs(1),
        ),
    }
}
