//! Plan: from what is wanted and what was observed to what is to be done. Pure: no client, no
//! clock, no randomness; the same input gives the same plan, byte for byte.

use std::collections::{BTreeMap, BTreeSet};

use kube::ResourceExt;
use localmart_api::{TaskStatus, names};
use topology::Service;

use super::{
    gates::{self, Gate},
    observed::Observed,
    prune::{self, Surplus},
    scale,
    shop::Shop,
};
use crate::{
    build::{
        Key, Kind, Object, accounts, autoscaler, consumed,
        deployment::{self, Edition},
        disruption, http_route, ingress, job, network_policy, postgres, redis,
        secrets::{self, SecretPlan},
        service, storage,
    },
    certificate::CertificatePlan,
    lifecycle::{
        self, Task, When, approval,
        progress::{self, Situation},
        rotation, words,
    },
};

/// What is to be done, in order.
#[derive(Clone, Debug)]
pub struct Plan {
    pub secrets: Vec<SecretPlan>,
    pub waves: Vec<Wave>,
    /// The certificate to make now.
    pub certificate: Option<CertificatePlan>,
    /// Deployments whose count is not the operator's, with the least that they are to have.
    pub handed: BTreeMap<Key, i32>,
    /// Objects of ours that nothing wants any more.
    pub prune: Vec<Surplus>,
    /// The next state of each lifecycle task.
    pub lifecycle: Vec<TaskStatus>,
    /// Which data the tasks have prepared, where the operator runs the database.
    pub data_id: Option<String>,
    /// Why the data is not whole, if it is not.
    pub orphaned: Option<String>,
    /// How far an exchange of secrets is, and what it waits for.
    pub rotation: Option<String>,
    /// Whether the services are given what is wanted, not what ran before.
    pub released: bool,
}

/// Objects that go together.
#[derive(Clone, Debug)]
pub struct Wave {
    pub name: &'static str,
    pub gate: Gate,
    /// What is to be as written here now. Behind a closed gate this is what repairs the release
    /// that runs; on a first installation it is nothing.
    pub objects: Vec<Object>,
}

/// Makes the plan.
pub fn plan(shop: &Shop, observed: &Observed) -> Plan {
    let secret_plans = secrets::plans(shop);
    let orphaned = gates::orphaned_data(shop, observed);
    let secrets_gate = gates::secrets_ready(&secret_plans, observed);
    let stores_gate = match &orphaned {
        Some(why) => Gate::Closed(why.clone()),
        None => secrets_gate.clone(),
    };
    // A shop that has run is repaired whatever the gates say: they hold back what is new.
    let installed = observed.status.version.is_some();

    let tasks = lifecycle::tasks(shop, observed);
    let start_gate = [&stores_gate, &gates::stores_ready(shop, observed)]
        .into_iter()
        .find(|gate| !gate.is_open())
        .cloned()
        .unwrap_or(Gate::Open);
    let contract_gate = match &tasks {
        Some(tasks) if tasks.iter().any(|task| task.when == When::AfterRollout) => {
            gates::rolled_out(shop, observed)
        }
        _ => Gate::Open,
    };
    let may_start = |when| match when {
        When::BeforeServices => start_gate.is_open(),
        When::AfterRollout => start_gate.is_open() && contract_gate.is_open(),
    };
    let (lifecycle, jobs) = match &tasks {
        Some(tasks) => advance_tasks(shop, observed, tasks, may_start),
        None => (observed.status.lifecycle.clone(), Vec::new()),
    };
    let (contract_jobs, jobs): (Vec<_>, Vec<_>) = jobs
        .into_iter()
        .partition(|(when, _)| *when == When::AfterRollout);
    let services_gate = match &tasks {
        None => secrets_gate,
        Some(tasks) => {
            let before = tasks.iter().zip(&lifecycle);
            let before = before.filter(|(task, _)| task.when == When::BeforeServices);
            gates::tasks_done(before.map(|(_, status)| status))
        }
    };
    let editions = editions(shop, observed, services_gate.is_open());

    let settled = rotation::settled(shop, observed, services_gate.is_open());
    let planned = planned_keys(shop, tasks.as_deref(), observed);
    let stores = if stores_gate.is_open() || installed {
        stores(shop, observed, orphaned.is_some())
    } else {
        Vec::new()
    };
    let exposure = if services_gate.is_open() || installed {
        exposure(shop, observed)
    } else {
        Vec::new()
    };
    let waves = vec![
        wave("accounts", Gate::Open, foundations(shop)),
        wave("stores", stores_gate, stores),
        wave("lifecycle", start_gate, objects(jobs)),
        wave("services", services_gate.clone(), services(shop, &editions)),
        wave("exposure", services_gate.clone(), exposure),
        wave("contract", contract_gate, objects(contract_jobs)),
    ];
    Plan {
        // A password is never made anew for data that is there.
        secrets: secrets::next_plans(shop, observed, &settled)
            .into_iter()
            .filter(|plan| orphaned.is_none() || !plan.has_data_id)
            .collect(),
        prune: prune::surplus(shop, observed, &planned),
        certificate: ingress::certificate(shop, observed),
        handed: scale::handed(shop),
        data_id: prepared_data(shop, observed, tasks.as_deref(), &lifecycle),
        waves,
        lifecycle,
        orphaned,
        rotation: rotation::words(shop, &settled),
        released: services_gate.is_open(),
    }
}

/// The data that stands behind a completed task; what was reported before stays until then.
fn prepared_data(
    shop: &Shop,
    observed: &Observed,
    tasks: Option<&[Task]>,
    lifecycle: &[TaskStatus],
) -> Option<String> {
    shop.database.managed()?;
    let completed = |task: &Task| {
        lifecycle
            .iter()
            .any(|status| status.completed.as_ref() == Some(&task.checksum))
    };
    let prepared = tasks.unwrap_or_default().iter().any(completed);
    prepared
        .then(|| lifecycle::data_identity(shop, observed))
        .flatten()
        .or_else(|| observed.status.data_id.clone())
}

const fn wave(name: &'static str, gate: Gate, objects: Vec<Object>) -> Wave {
    Wave {
        name,
        gate,
        objects,
    }
}

fn objects(jobs: Vec<(When, Object)>) -> Vec<Object> {
    jobs.into_iter().map(|(_, job)| job).collect()
}

/// Who the pods are and whom they may talk to: there before the first of them.
fn foundations(shop: &Shop) -> Vec<Object> {
    let mut objects = accounts::build(shop);
    objects.extend(network_policy::build(shop));
    objects
}

/// Volumes, settings, Services and StatefulSets of Postgres and Redis.
fn stores(shop: &Shop, observed: &Observed, orphaned: bool) -> Vec<Object> {
    let mut objects = Vec::new();
    if let Some(database) = shop.database.managed() {
        if !orphaned {
            objects.extend(data_claim(shop, observed));
        }
        objects.push(service::postgres(shop));
        objects.push(postgres::build(shop, database));
    }
    if let Some(settings) = shop.redis.managed() {
        let labels = BTreeMap::new();
        objects.push(storage::claim(
            shop,
            redis::COMPONENT,
            &settings.storage,
            labels,
        ));
        objects.push(redis::config_map(shop, settings));
        objects.push(service::redis(shop));
        objects.push(redis::build(shop, settings));
    }
    objects
}

/// The claim of the database's volume; absent until the id that it shares with its Secret is
/// known.
fn data_claim(shop: &Shop, observed: &Observed) -> Option<Object> {
    let database = shop.database.managed()?;
    let name = storage::claim_name(&shop.identity, postgres::COMPONENT);
    let live = observed
        .objects
        .get(&Key::new(Kind::PersistentVolumeClaim, &name));
    let of_claim = live.and_then(|claim| claim.labels().get(names::DATA_ID).cloned());
    let of_secret = observed.secret_label(&secrets::postgres(&shop.identity), names::DATA_ID);
    let mut labels = BTreeMap::from([(names::DATA_ID.to_owned(), of_claim.or(of_secret)?)]);
    if let Some(major) = &database.major {
        labels.insert(names::POSTGRES_MAJOR.to_owned(), major.clone());
    }
    Some(storage::claim(
        shop,
        postgres::COMPONENT,
        &database.storage,
        labels,
    ))
}

/// The next state of each task and the Jobs to create.
fn advance_tasks(
    shop: &Shop,
    observed: &Observed,
    tasks: &[Task],
    gate_is_open: impl Fn(When) -> bool,
) -> (Vec<TaskStatus>, Vec<(When, Object)>) {
    let secret_values = observed.secret_values();
    let mut statuses: Vec<TaskStatus> = Vec::new();
    let mut jobs = Vec::new();
    for task in tasks {
        let name = task.job_name(&shop.identity);
        let job = observed.job(&name);
        let pods = observed
            .pods
            .iter()
            .filter(|pod| pod.labels().get(names::CHECKSUM) == Some(&task.checksum));
        let last_words = words::last(pods, &secret_values);
        let before = gates::tasks_done(&statuses);
        let held = approval::missing(shop, task);
        let (status, create) = progress::advance(
            task,
            &shop.identity,
            Situation {
                remembered: observed.status.task(task.name),
                job: job.as_ref(),
                another_runs: another_runs(observed, task, &name),
                may_start: gate_is_open(task.when)
                    && !shop.suspend
                    && (statuses.is_empty() || before.is_open()),
                held: held.as_deref(),
                last_words: &last_words,
            },
        );
        if create {
            jobs.push((task.when, job::build(shop, task)));
        }
        statuses.push(status);
    }
    (statuses, jobs)
}

fn another_runs(observed: &Observed, task: &Task, own: &str) -> bool {
    observed
        .objects
        .iter()
        .filter(|(key, object)| {
            key.kind == Kind::Job
                && key.name != own
                && object.labels().get(names::TASK).map(String::as_str) == Some(task.name)
        })
        .filter_map(|(key, _)| observed.job(&key.name))
        .any(|job| progress::runs(&job))
}

/// For each service what its pods are to be: what is wanted, or, behind a closed gate, what runs.
fn editions(shop: &Shop, observed: &Observed, released: bool) -> BTreeMap<Service, Edition> {
    let mut editions = BTreeMap::new();
    for service in Service::ALL {
        let wanted = consumed::fingerprint(shop, service, observed)
            .filter(|_| released)
            .map(|consumes| Edition {
                version: shop.version.clone(),
                image: shop.services[&service].image.clone(),
                consumes,
            });
        let edition = wanted.or_else(|| running(shop, observed, service));
        if let Some(edition) = edition {
            editions.insert(service, edition);
        }
    }
    editions
}

/// What the pods of a service are now: read back from its Deployment, or from the last report if
/// somebody deleted that.
fn running(shop: &Shop, observed: &Observed, service: Service) -> Option<Edition> {
    let live = observed.deployment(&shop.identity.child(service.name()));
    let live = live.and_then(|deployment| {
        let version = deployment.labels().get(names::VERSION)?.clone();
        let template = deployment.spec?.template;
        let consumes = template
            .metadata?
            .annotations?
            .get(names::CONSUMES)?
            .clone();
        let image = template.spec?.containers.into_iter().next()?.image?;
        Some(Edition {
            version,
            image,
            consumes,
        })
    });
    live.or_else(|| {
        let reported = observed.status.component(service.name())?;
        Some(Edition {
            version: observed.status.version.clone()?,
            image: Some(reported.image.clone()).filter(|image| !image.is_empty())?,
            consumes: consumed::fingerprint(shop, service, observed)?,
        })
    })
}

fn services(shop: &Shop, editions: &BTreeMap<Service, Edition>) -> Vec<Object> {
    let mut objects = Vec::new();
    for (service, edition) in editions {
        objects.push(service::of_service(shop, *service));
        objects.push(deployment::build(shop, *service, edition));
        objects.extend(autoscaler::build(shop, *service));
        objects.extend(disruption::build(shop, *service));
    }
    objects
}

/// The ways in, as far as the cluster knows their kinds.
fn exposure(shop: &Shop, observed: &Observed) -> Vec<Object> {
    let routable = !observed.unseen.contains_key(&Kind::HttpRoute);
    let ingress = shop.ingress.iter();
    let gateway = shop.gateway.iter().filter(|_| routable);
    ingress
        .map(|settings| ingress::build(shop, settings))
        .chain(gateway.map(|settings| http_route::build(shop, settings)))
        .collect()
}

/// Everything that is wanted, whether a gate holds it back or not: what prune leaves alone.
fn planned_keys(shop: &Shop, tasks: Option<&[Task]>, observed: &Observed) -> BTreeSet<Key> {
    let mut keys: BTreeSet<Key> = everything(shop, tasks.unwrap_or_default(), observed)
        .into_iter()
        .flat_map(|wave| wave.objects)
        .map(|object| object.key)
        .collect();
    if tasks.is_none() {
        let jobs = observed.objects.keys().filter(|key| key.kind == Kind::Job);
        keys.extend(jobs.cloned());
    }
    keys
}

/// The plan as if every gate were open and nothing had run yet: what `render` prints.
pub fn everything(shop: &Shop, tasks: &[Task], observed: &Observed) -> Vec<Wave> {
    let editions = Service::ALL
        .into_iter()
        .map(|service| {
            let edition = Edition {
                version: shop.version.clone(),
                image: shop.services[&service].image.clone(),
                consumes: consumed::fingerprint(shop, service, observed).unwrap_or_default(),
            };
            (service, edition)
        })
        .collect();
    let open = |name, objects| wave(name, Gate::Open, objects);
    let jobs_of = |when| {
        let tasks = tasks.iter().filter(|task| task.when == when);
        tasks.map(|task| job::build(shop, task)).collect()
    };
    vec![
        open("accounts", foundations(shop)),
        open("stores", stores(shop, observed, false)),
        open("lifecycle", jobs_of(When::BeforeServices)),
        open("services", services(shop, &editions)),
        open("exposure", exposure(shop, observed)),
        open("contract", jobs_of(When::AfterRollout)),
    ]
}
