//! The services and the edges of the call graph.

use std::{fmt, str::FromStr};

/// One axum service of the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    Catalog,
    Cart,
    Orders,
    Payments,
    Storefront,
}

impl Service {
    /// Every service, in the order in which people list them.
    pub const ALL: [Self; 5] = [
        Self::Catalog,
        Self::Cart,
        Self::Orders,
        Self::Payments,
        Self::Storefront,
    ];

    /// The name used for the binary, the image, the database schema, the token audience and the
    /// suffix of Kubernetes objects.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Cart => "cart",
            Self::Orders => "orders",
            Self::Payments => "payments",
            Self::Storefront => "storefront",
        }
    }

    /// Image name without registry and tag.
    pub const fn image(self) -> &'static str {
        match self {
            Self::Catalog => "localmart/catalog",
            Self::Cart => "localmart/cart",
            Self::Orders => "localmart/orders",
            Self::Payments => "localmart/payments",
            Self::Storefront => "localmart/storefront",
        }
    }

    /// The services that this one calls on their API port.
    pub const fn calls(self) -> &'static [Self] {
        match self {
            Self::Catalog => &[],
            Self::Cart => &[Self::Catalog, Self::Orders],
            Self::Orders => &[Self::Cart, Self::Catalog, Self::Payments],
            // Signed webhooks.
            Self::Payments => &[Self::Orders],
            Self::Storefront => &[Self::Catalog, Self::Cart, Self::Orders],
        }
    }

    /// The services that call this one on its API port.
    pub fn callers(self) -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(move |caller| caller.calls().contains(&self))
    }

    /// Whether the service sends or receives the webhooks about payments, and so holds their key.
    pub const fn has_webhook_key(self) -> bool {
        match self {
            Self::Orders | Self::Payments => true,
            Self::Catalog | Self::Cart | Self::Storefront => false,
        }
    }

    /// Whether the service receives the webhooks about payments, and so verifies with their key.
    pub const fn receives_webhooks(self) -> bool {
        matches!(self, Self::Orders)
    }

    /// Whether the service owns a schema in Postgres.
    pub const fn has_schema(self) -> bool {
        match self {
            Self::Catalog | Self::Cart | Self::Orders | Self::Payments => true,
            Self::Storefront => false,
        }
    }

    /// Whether the service talks to Redis: for carts, or for events.
    pub const fn uses_redis(self) -> bool {
        match self {
            Self::Catalog | Self::Cart | Self::Orders | Self::Payments => true,
            Self::Storefront => false,
        }
    }

    /// The services whose events this one consumes.
    pub const fn consumes(self) -> &'static [Self] {
        match self {
            Self::Catalog => &[Self::Orders],
            Self::Cart | Self::Orders | Self::Payments | Self::Storefront => &[],
        }
    }

    /// The services that consume this one's events.
    pub fn consumers(self) -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(move |consumer| consumer.consumes().contains(&self))
    }

    /// Key of the Redis Stream with this service's events.
    pub fn stream(self) -> String {
        format!("{self}:events")
    }

    /// Name of the variable that holds this service's base URL, for those that call it.
    pub const fn url_variable(self) -> &'static str {
        match self {
            Self::Catalog => "CATALOG_URL",
            Self::Cart => "CART_URL",
            Self::Orders => "ORDERS_URL",
            Self::Payments => "PAYMENTS_URL",
            Self::Storefront => "STOREFRONT_URL",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no service of the shop.
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownService(pub String);

impl fmt::Display for UnknownService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a service; the services are", self.0)?;
        for service in Service::ALL {
            write!(f, " {service}")?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownService {}

impl FromStr for Service {
    type Err = UnknownService;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|service| service.name() == name)
            .ok_or_else(|| UnknownService(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_are_distinct() {
        for service in Service::ALL {
            assert_eq!(service.name().parse(), Ok(service));
            assert!(service.image().ends_with(service.name()));
        }
        let error = "shoes".parse::<Service>().unwrap_err();
        assert!(error.to_string().contains("catalog"), "{error}");
    }

    #[test]
    fn callers_are_the_reverse_of_calls() {
        for service in Service::ALL {
            for caller in service.callers() {
                assert!(caller.calls().contains(&service));
            }
            assert!(
                !service.calls().contains(&service),
                "{service} calls itself"
            );
        }
        assert_eq!(Service::Storefront.callers().count(), 0);
    }

    #[test]
    fn who_has_to_do_with_events_talks_to_redis() {
        for service in Service::ALL {
            assert!(service.uses_redis() || !service.has_schema());
            for producer in service.consumes() {
                assert!(service.uses_redis() && producer.has_schema());
                assert!(producer.consumers().any(|consumer| consumer == service));
            }
        }
    }
}
