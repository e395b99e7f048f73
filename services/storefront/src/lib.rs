//! The storefront service.
