//! The public API as one table. What is not here is not reachable from outside.

use http::Method;
use topology::Service;

/// A path of the public API and the service that answers it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    pub(crate) path: &'static str,
    pub(crate) service: Service,
    pub(crate) methods: &'static [Method],
    /// Whether its answer goes on for as long as somebody listens.
    pub(crate) streams: bool,
}

const fn route(path: &'static str, service: Service, methods: &'static [Method]) -> Route {
    Route {
        path,
        service,
        methods,
        streams: false,
    }
}

const fn stream(path: &'static str, service: Service) -> Route {
    Route {
        path,
        service,
        methods: READ,
        streams: true,
    }
}

const READ: &[Method] = &[Method::GET];
const ADD: &[Method] = &[Method::POST];

/// Every route that is passed on unchanged.
pub(crate) const PUBLIC: &[Route] = &[
    route("/api/v1/categories", Service::Catalog, READ),
    route("/api/v1/products", Service::Catalog, READ),
    route("/api/v1/products/{slug}", Service::Catalog, READ),
    route("/api/v1/assets/{sha256}", Service::Catalog, READ),
    route("/api/v1/carts", Service::Cart, ADD),
    route("/api/v1/carts/current", Service::Cart, READ),
    route("/api/v1/carts/{id}", Service::Cart, READ),
    route("/api/v1/carts/{id}/items", Service::Cart, ADD),
    route("/api/v1/carts/{id}/merge", Service::Cart, ADD),
    route(
        "/api/v1/carts/{id}/items/{variant_id}",
        Service::Cart,
        &[Method::PATCH, Method::DELETE],
    ),
    route("/api/v1/carts/{id}/discount-codes", Service::Cart, ADD),
    route(
        "/api/v1/carts/{id}/discount-codes/{code}",
        Service::Cart,
        &[Method::DELETE],
    ),
    route("/api/v1/checkouts", Service::Orders, ADD),
    route(
        "/api/v1/checkouts/{id}",
        Service::Orders,
        &[Method::GET, Method::PATCH],
    ),
    route(
        "/api/v1/checkouts/{id}/shipping-rates",
        Service::Orders,
        READ,
    ),
    route("/api/v1/checkouts/{id}/payment", Service::Orders, ADD),
    route("/api/v1/checkouts/{id}/extend", Service::Orders, ADD),
    route("/api/v1/checkouts/{id}/complete", Service::Orders, ADD),
    route("/api/v1/checkouts/{id}/challenge", Service::Orders, ADD),
    route("/api/v1/orders", Service::Orders, READ),
    route("/api/v1/orders/{number}", Service::Orders, READ),
    route("/api/v1/orders/{number}/cancel", Service::Orders, ADD),
    route("/api/v1/orders/{number}/returns", Service::Orders, ADD),
    route("/api/v1/orders/{number}/events", Service::Orders, READ),
    stream("/api/v1/orders/{number}/stream", Service::Orders),
    route(
        "/api/v1/admin/discount-codes",
        Service::Orders,
        &[Method::GET, Method::POST],
    ),
    route(
        "/api/v1/admin/discount-codes/{code}",
        Service::Orders,
        &[Method::PATCH],
    ),
    route("/api/v1/admin/orders", Service::Orders, READ),
    route("/api/v1/admin/orders/{number}", Service::Orders, READ),
    route("/api/v1/admin/orders/{number}/pack", Service::Orders, ADD),
    route(
        "/api/v1/admin/orders/{number}/shipments",
        Service::Orders,
        ADD,
    ),
    route(
        "/api/v1/admin/orders/{number}/returns/{id}/decision",
        Service::Orders,
        ADD,
    ),
    route(
        "/api/v1/admin/orders/{number}/returns/{id}/receive",
        Service::Orders,
        ADD,
    ),
    route(
        "/api/v1/admin/orders/{number}/refunds",
        Service::Orders,
        ADD,
    ),
    route(
        "/api/v1/admin/orders/{number}/shipments/{id}/deliver",
        Service::Orders,
        ADD,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_paths_of_services_that_the_storefront_calls() {
        for route in PUBLIC {
            assert!(route.path.starts_with("/api/v1/"), "{route:?}");
            assert!(
                Service::Storefront.calls().contains(&route.service),
                "{route:?}"
            );
            assert!(!route.methods.is_empty(), "{route:?}");
        }
    }
}
