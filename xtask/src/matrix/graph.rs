//! Who may connect to whom, read from the call graph.

use std::fmt;

use topology::{ADMIN_PORT, API_PORT, POSTGRES_PORT, REDIS_PORT, Service};

/// Port of the cluster's DNS pods.
const DNS_PORT: u16 = 53;
/// Port of the ingress controller's pods for plain HTTP.
const INGRESS_PORT: u16 = 8000;

/// What a pod is to the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Party {
    Service(Service),
    Postgres,
    Redis,
    /// A pod with the labels of the lifecycle Jobs, which have long ended.
    Lifecycle,
    /// A pod of somebody else in the shop's namespace.
    Stranger,
    /// A pod of somebody else in another namespace.
    Foreigner,
    Ingress,
    Dns,
}

impl Party {
    /// The ports at which something listens.
    pub(crate) fn ports(self) -> &'static [u16] {
        match self {
            Self::Service(_) => &[API_PORT, ADMIN_PORT],
            Self::Postgres => &[POSTGRES_PORT],
            // The stand-ins run Redis, because something has to listen.
            Self::Redis | Self::Lifecycle | Self::Stranger | Self::Foreigner => &[REDIS_PORT],
            Self::Ingress => &[INGRESS_PORT],
            Self::Dns => &[DNS_PORT],
        }
    }

    fn is_of_shop(self) -> bool {
        match self {
            Self::Service(_) | Self::Postgres | Self::Redis | Self::Lifecycle => true,
            Self::Stranger | Self::Foreigner | Self::Ingress | Self::Dns => false,
        }
    }
}

/// Whether `from` may connect to this port of `to` while the shop's policies are in force.
pub(crate) fn allowed(from: Party, to: Party, port: u16) -> bool {
    match to {
        Party::Service(callee) => {
            let calls = matches!(from, Party::Service(caller) if caller.calls().contains(&callee));
            let customer = callee == Service::Storefront && !from.is_of_shop();
            port == API_PORT && (calls || customer)
        }
        Party::Postgres => match from {
            Party::Service(service) => service.has_schema(),
            other => other == Party::Lifecycle,
        },
        Party::Redis => match from {
            Party::Service(service) => service.uses_redis(),
            other => other == Party::Lifecycle,
        },
        Party::Lifecycle => false,
        // Nobody but the shop has policies; whoever of the shop calls somebody needs names.
        Party::Dns => from != Party::Postgres && from != Party::Redis,
        Party::Stranger | Party::Foreigner | Party::Ingress => !from.is_of_shop(),
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(service) => write!(f, "{service}"),
            Self::Postgres => f.write_str("postgres"),
            Self::Redis => f.write_str("redis"),
            Self::Lifecycle => f.write_str("lifecycle"),
            Self::Stranger => f.write_str("a stranger"),
            Self::Foreigner => f.write_str("a stranger elsewhere"),
            Self::Ingress => f.write_str("the ingress controller"),
            Self::Dns => f.write_str("the DNS"),
        }
    }
}
