//! What is reported of each component.

use kube::ResourceExt;
use localmart_api::{ComponentStatus, names};
use topology::Service;

use crate::{
    build::{postgres, redis},
    lifecycle::words,
    reconcile::{
        observed::Observed,
        readiness::{self, Readiness},
        scale::Scale,
        shop::Shop,
    },
};

/// A component and how far it is.
#[derive(Clone, Debug)]
pub struct Component {
    pub status: ComponentStatus,
    /// Whether it was created at all.
    pub exists: bool,
    pub complete: bool,
    pub stalled: bool,
}

/// Every component: the stores that the operator runs, then the services.
pub fn list(shop: &Shop, observed: &Observed) -> Vec<Component> {
    let managed = shop.database.managed().map(|_| postgres::COMPONENT);
    let stores = managed
        .into_iter()
        .chain(shop.redis.managed().map(|_| redis::COMPONENT))
        .map(|name| store(shop, observed, name));
    let services = Service::ALL
        .into_iter()
        .map(|service| of_service(shop, observed, service));
    stores.chain(services).collect()
}

/// The services among the components.
pub fn services(components: &[Component]) -> impl Iterator<Item = &Component> {
    components
        .iter()
        .filter(|component| component.status.name.parse::<Service>().is_ok())
}

fn store(shop: &Shop, observed: &Observed, name: &str) -> Component {
    let set = observed.stateful_set(&shop.identity.child(name));
    let image = set
        .as_ref()
        .and_then(|set| set.spec.as_ref()?.template.spec.as_ref())
        .and_then(|pod| pod.containers.first()?.image.clone());
    let readiness = set.as_ref().map(readiness::of_stateful_set);
    component(observed, name, image, readiness)
}

fn of_service(shop: &Shop, observed: &Observed, service: Service) -> Component {
    let deployment = observed.deployment(&shop.identity.child(service.name()));
    let image = deployment
        .as_ref()
        .and_then(|deployment| deployment.spec.as_ref()?.template.spec.as_ref())
        .and_then(|pod| pod.containers.first()?.image.clone());
    // The image is remembered even while the Deployment is gone: it is what repairs it.
    let image = image.or_else(|| {
        let reported = observed.status.component(service.name())?;
        Some(reported.image.clone())
    });
    let readiness = deployment
        .as_ref()
        .map(|live| match &shop.services[&service].scale {
            Scale::Automatic(wanted) if !shop.suspend => {
                readiness::of_autoscaled(live, wanted.least)
            }
            _ => readiness::of_deployment(live),
        });
    component(observed, service.name(), image, readiness)
}

fn component(
    observed: &Observed,
    name: &str,
    image: Option<String>,
    found: Option<Readiness>,
) -> Component {
    let readiness = found.unwrap_or_default();
    let complete = found.is_some() && readiness.complete();
    let pods = observed
        .pods
        .iter()
        .filter(|pod| pod.labels().get(names::COMPONENT).map(String::as_str) == Some(name));
    let message = match found {
        None => "not created yet".to_owned(),
        Some(_) if complete => String::new(),
        Some(_) => {
            let obstacle = words::obstacle(pods, &observed.secret_values());
            if obstacle.is_empty() {
                "waits for its pods".to_owned()
            } else {
                obstacle
            }
        }
    };
    Component {
        status: ComponentStatus {
            name: name.to_owned(),
            ready: readiness.fraction(),
            image: image.unwrap_or_default(),
            updated: found.is_some() && readiness.updated,
            message,
        },
        exists: found.is_some(),
        complete,
        stalled: readiness.stalled,
    }
}
