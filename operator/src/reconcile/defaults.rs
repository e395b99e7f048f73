//! What absence means, where it means a number.

use localmart_api::{Quantity, ResourceList, Resources};
use topology::Service;

use super::shop::{Amount, ContainerResources};

/// Filter of the services' logs.
pub const LOG_LEVEL: &str = "info";
/// Name of the shop.
pub const TITLE: &str = "LocalMart";
/// Currency of the shop.
pub const CURRENCY: &str = "EUR";
/// Percent of the requested CPU that autoscaled pods are to use.
pub const CPU_UTILIZATION: i32 = 70;
/// Seconds that a lifecycle Job may take.
pub const JOB_TIMEOUT: i64 = 600;
/// How often a failed lifecycle Job is tried again.
pub const JOB_RETRIES: i32 = 3;
/// Port of an external Postgres.
pub const POSTGRES_PORT: i32 = 5432;

/// Memory and CPU of a service. A request is what it needs at rest with some air; the CPU limit is
/// wide, because a throttled shop is slow for no gain.
pub fn service(service: Service) -> ContainerResources {
    match service {
        Service::Catalog | Service::Storefront => resources(("40m", "32Mi"), ("2", "192Mi")),
        Service::Cart | Service::Orders | Service::Payments => {
            resources(("40m", "32Mi"), ("2", "128Mi"))
        }
    }
}

pub fn postgres() -> ContainerResources {
    resources(("120m", "160Mi"), ("2", "768Mi"))
}

pub fn redis() -> ContainerResources {
    resources(("30m", "32Mi"), ("1", "192Mi"))
}

pub fn lifecycle() -> ContainerResources {
    resources(("50m", "64Mi"), ("2", "256Mi"))
}

fn resources(request: (&str, &str), limit: (&str, &str)) -> ContainerResources {
    let amount = |(cpu, memory): (&str, &str)| Amount {
        cpu: quantity(cpu),
        memory: quantity(memory),
    };
    ContainerResources {
        request: amount(request),
        limit: amount(limit),
    }
}

/// A quantity that is written in this program.
pub fn quantity(text: &str) -> Quantity {
    text.parse()
        .expect("quantities in the source are well-formed")
}

/// What was asked for, field by field, on top of a default. A request above the default limit
/// raises that limit, and a limit below the default request lowers that request: the person named
/// one of the two and meant the other to follow.
pub fn merged(asked: Option<&Resources>, mut default: ContainerResources) -> ContainerResources {
    let Some(asked) = asked else { return default };
    let empty = ResourceList::default();
    let requests = asked.requests.as_ref().unwrap_or(&empty);
    let limits = asked.limits.as_ref().unwrap_or(&empty);
    follow(
        (&requests.cpu, &mut default.request.cpu),
        (&limits.cpu, &mut default.limit.cpu),
    );
    follow(
        (&requests.memory, &mut default.request.memory),
        (&limits.memory, &mut default.limit.memory),
    );
    default
}

fn follow(
    (request, default_request): (&Option<Quantity>, &mut Quantity),
    (limit, default_limit): (&Option<Quantity>, &mut Quantity),
) {
    if let Some(request) = request {
        default_request.clone_from(request);
    }
    if let Some(limit) = limit {
        default_limit.clone_from(limit);
    }
    if default_request > default_limit {
        if request.is_some() {
            default_limit.clone_from(default_request);
        } else {
            default_request.clone_from(default_limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(yaml: &str) -> Resources {
        crate::yaml::from_str(yaml).unwrap()
    }

    #[test]
    fn the_unnamed_half_follows() {
        let base = service(Service::Cart);
        assert_eq!(merged(None, base.clone()), base);

        let more = merged(Some(&asked("{requests: {memory: 1Gi}}")), base.clone());
        assert_eq!(more.limit.memory, quantity("1Gi"));
        assert_eq!(more.request.cpu, base.request.cpu);

        let less = merged(Some(&asked("{limits: {memory: 16Mi, cpu: 10m}}")), base);
        assert_eq!(less.request.memory, quantity("16Mi"));
        assert_eq!(less.request.cpu, quantity("10m"));
    }
}
