//! The closed set of codes, each with its title and its HTTP status.

use std::fmt;

use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What went wrong, for programs. The set is closed: clients match on it exhaustively.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProblemCode)]
pub enum Code {
    ValidationFailed,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    CartVersionConflict,
    CartClosed,
    CartChanged,
    PriceChanged,
    OutOfStock,
    DiscountCodeRefused,
    ReservationExpired,
    InvalidState,
    PaymentDeclined,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    IdempotencyKeyRequired,
    PayloadTooLarge,
    UnsupportedMediaType,
    RateLimited,
    Timeout,
    Unavailable,
    Internal,
}

impl Code {
    /// Every code, in the order of the documentation.
    pub const ALL: [Self; 23] = [
        Self::ValidationFailed,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::CartVersionConflict,
        Self::CartClosed,
        Self::CartChanged,
        Self::PriceChanged,
        Self::OutOfStock,
        Self::DiscountCodeRefused,
        Self::ReservationExpired,
        Self::InvalidState,
        Self::PaymentDeclined,
        Self::IdempotencyInProgress,
        Self::IdempotencyKeyReused,
        Self::IdempotencyKeyRequired,
        Self::PayloadTooLarge,
        Self::UnsupportedMediaType,
        Self::RateLimited,
        Self::Timeout,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The code on the wire and a title that never changes for it.
    const fn name_and_title(self) -> (&'static str, &'static str) {
        match self {
            Self::ValidationFailed => ("validation_failed", "The request is not valid"),
            Self::Unauthenticated => ("unauthenticated", "Who is asking is not known"),
            Self::Forbidden => ("forbidden", "This caller may not do that"),
            Self::NotFound => ("not_found", "There is no such thing"),
            Self::MethodNotAllowed => ("method_not_allowed", "The method does not apply here"),
            Self::CartVersionConflict => (
                "cart_version_conflict",
                "The cart has changed since it was read",
            ),
            Self::CartClosed => ("cart_closed", "The cart has become an order"),
            Self::CartChanged => ("cart_changed", "The cart has changed since checkout began"),
            Self::PriceChanged => ("price_changed", "The total is no longer what was expected"),
            Self::OutOfStock => ("out_of_stock", "There is not enough in stock"),
            Self::DiscountCodeRefused => {
                ("discount_code_refused", "The discount code cannot be used")
            }
            Self::ReservationExpired => ("reservation_expired", "The reservation has lapsed"),
            Self::InvalidState => ("invalid_state", "That is not possible in this state"),
            Self::PaymentDeclined => ("payment_declined", "The payment was declined"),
            Self::IdempotencyInProgress => (
                "idempotency_in_progress",
                "The same request is still being worked on",
            ),
            Self::IdempotencyKeyReused => (
                "idempotency_key_reused",
                "The key was used for a different request",
            ),
            Self::IdempotencyKeyRequired => (
                "idempotency_key_required",
                "The request needs an Idempotency-Key",
            ),
            Self::PayloadTooLarge => ("payload_too_large", "The body is too large"),
            Self::UnsupportedMediaType => ("unsupported_media_type", "The body is not JSON"),
            Self::RateLimited => ("rate_limited", "Too many requests"),
            Self::Timeout => ("timeout", "It took too long"),
            Self::Unavailable => ("unavailable", "A part of the shop is not available now"),
            Self::Internal => ("internal", "Something went wrong on our side"),
        }
    }

    /// The code as it is written in JSON.
    pub const fn as_str(self) -> &'static str {
        self.name_and_title().0
    }

    /// A short text that is the same for every occurrence.
    pub const fn title(self) -> &'static str {
        self.name_and_title().1
    }

    /// HTTP status that goes with the code.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::ValidationFailed | Self::IdempotencyKeyReused | Self::IdempotencyKeyRequired => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::CartVersionConflict => StatusCode::PRECONDITION_FAILED,
            Self::CartClosed
            | Self::CartChanged
            | Self::PriceChanged
            | Self::OutOfStock
            | Self::DiscountCodeRefused
            | Self::ReservationExpired
            | Self::InvalidState
            | Self::IdempotencyInProgress => StatusCode::CONFLICT,
            Self::PaymentDeclined => StatusCode::PAYMENT_REQUIRED,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Timeout => StatusCode::GATEWAY_TIMEOUT,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_name_of_a_code_is_its_str() {
        for code in Code::ALL {
            let json = serde_json::to_value(code).expect("a code is serialisable");
            assert_eq!(json, code.as_str());
        }
    }
}
