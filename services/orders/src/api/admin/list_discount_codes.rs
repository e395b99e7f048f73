//! `GET /api/v1/admin/discount-codes`: every discount code.

use axum::extract::State;
use chassis::{
    Problem,
    extract::{Json, Query},
    problem::Document,
};
use contracts::DiscountCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{api::page::Limit, app::App, domain::discount::Coupon, store::coupons};

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    /// `next_cursor` of the page before.
    cursor: Option<DiscountCode>,
    /// 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u8>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct DiscountCodes {
    /// In the order of their codes.
    items: Vec<Coupon>,
    /// There are more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_cursor: Option<DiscountCode>,
}

/// Lists the discount codes with their uses
#[utoipa::path(
    get,
    path = "/api/v1/admin/discount-codes",
    tag = "admin",
    responses(
        (status = 200, body = DiscountCodes),
        (status = 403, description = "forbidden: not an admin", body = Document),
        (status = 422, description = "validation_failed", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn list_discount_codes(
    State(app): State<App>,
    Query(asked): Query<Page>,
) -> Result<Json<DiscountCodes>, Problem> {
    let limit = Limit::new(asked.limit)?;
    let mut connection = app.connection().await?;
    let after = asked.cursor.as_ref();
    let mut items = coupons::list(&mut connection, app.currency, after, limit.rows()).await?;
    let next_cursor = limit.cut(&mut items, |coupon| coupon.code.clone());
    Ok(Json(DiscountCodes { items, next_cursor }))
}
