//! `POST /api/v1/admin/discount-codes`: a new discount code.

use axum::extract::State;
use chassis::{FieldErrors, Problem, extract::Json, problem::Document};
use chrono::{DateTime, Utc};
use contracts::Money;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    app::App,
    domain::discount::{Coupon, Effect},
    store::coupons,
};

/// Longest title, in characters.
const LONGEST_TITLE: usize = 100;
/// Basis points of the whole.
const WHOLE: u32 = 10_000;
/// Largest number of uses.
const MOST_USES: u32 = i32::MAX.unsigned_abs();

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDiscountCode {
    /// 3 to 32 letters, digits and hyphens; kept in capitals.
    #[schema(examples("WELCOME10"))]
    code: String,
    /// For customers.
    #[schema(max_length = 100)]
    title: String,
    effect: Effect,
    /// From when on it counts; at once without it.
    #[serde(default)]
    starts_at: Option<DateTime<Utc>>,
    /// From when on it no longer counts.
    #[serde(default)]
    ends_at: Option<DateTime<Utc>>,
    /// Least worth of the goods, before discount.
    #[serde(default)]
    min_items: Option<Money>,
    /// Orders that may use it; any number without it.
    #[serde(default)]
    #[schema(minimum = 1)]
    max_uses: Option<u32>,
}

/// Makes a discount code
#[utoipa::path(
    post,
    path = "/api/v1/admin/discount-codes",
    tag = "admin",
    request_body = NewDiscountCode,
    responses(
        (status = 201, body = Coupon),
        (status = 403, description = "forbidden: not an admin", body = Document),
        (status = 422, description = "validation_failed: a code that is taken among them", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn create_discount_code(
    State(app): State<App>,
    Json(body): Json<NewDiscountCode>,
) -> Result<(StatusCode, Json<Coupon>), Problem> {
    let coupon = checked(&app, &body)?;
    let mut connection = app.connection().await?;
    if !coupons::insert(&mut connection, &coupon).await? {
        return Err(Problem::invalid(
            "/code",
            "taken",
            format!("There is a discount code {} already.", coupon.code),
        ));
    }
    Ok((StatusCode::CREATED, Json(coupon)))
}

fn checked(app: &App, body: &NewDiscountCode) -> Result<Coupon, Problem> {
    let mut errors = FieldErrors::default();
    let code = body.code.parse();
    if let Err(error) = &code {
        let error: &contracts::discount::NoDiscountCode = error;
        errors.push("/code", "invalid_value", format!("{error}."));
    }
    let title = body.title.trim().to_owned();
    errors.check(
        (1..=LONGEST_TITLE).contains(&title.chars().count()) && !title.contains(char::is_control),
        "/title",
        "out_of_range",
        format!("A title has 1 to {LONGEST_TITLE} characters."),
    );
    let mut amount = |money: Money, pointer: &str| {
        errors.check(
            money.minor() >= 1,
            &format!("{pointer}/minor"),
            "out_of_range",
            "The amount is one minor unit at least.",
        );
        errors.check(
            money.currency() == app.currency,
            &format!("{pointer}/currency"),
            "invalid_value",
            format!("The shop's currency is {}.", app.currency),
        );
    };
    if let Effect::Fixed { amount: money } = body.effect {
        amount(money, "/effect/amount");
    }
    if let Some(money) = body.min_items {
        amount(money, "/min_items");
    }
    if let Effect::Percent { basis_points } = body.effect {
        errors.check(
            (1..=WHOLE).contains(&basis_points),
            "/effect/basis_points",
            "out_of_range",
            format!("Hundredths of a percent: 1 to {WHOLE}."),
        );
    }
    let in_order = body.starts_at.zip(body.ends_at);
    errors.check(
        in_order.is_none_or(|(from, until)| from < until),
        "/ends_at",
        "out_of_range",
        "The code must end after it starts.",
    );
    errors.check(
        body.max_uses
            .is_none_or(|most| (1..=MOST_USES).contains(&most)),
        "/max_uses",
        "out_of_range",
        format!("1 to {MOST_USES} uses, or leave it out for any number."),
    );
    errors.finish()?;
    Ok(Coupon {
        code: code.map_err(Problem::internal)?,
        title,
        effect: body.effect,
        starts_at: body.starts_at,
        ends_at: body.ends_at,
        min_items: body.min_items,
        max_uses: body.max_uses,
        used: 0,
        active: true,
    })
}
