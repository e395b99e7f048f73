//! What only the operator can know about a spec.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use kube::core::DynamicObject;
use localmart_api::{
    KeyRef, LocalMart,
    conditions::{ConditionType, Reason},
    names,
};
use localmart_operator::{
    build::{Key, Kind},
    error::Failure,
    lifecycle::{Task, When, approval},
    reconcile::{
        observed::Observed,
        shop::{Database, RedisStore, Shop},
        validate,
    },
    releases::{OWN_VERSION, Releases},
    yaml,
};
use serde_json::{Value, json};

fn object(spec: &str) -> LocalMart {
    let spec: Value = yaml::from_str(spec).unwrap();
    serde_json::from_value(json!({
        "apiVersion": "localmart.dev/v1alpha1", "kind": "LocalMart",
        "metadata": { "name": "shop", "namespace": "shops", "uid": "u" },
        "spec": spec,
    }))
    .unwrap()
}

fn table(postgres: &str) -> Releases {
    let names = [
        "catalog",
        "cart",
        "orders",
        "payments",
        "storefront",
        "migrate",
        "redis",
    ];
    let release = |version: &str| {
        let images = names.map(|name| format!("  {name}: localmart/{name}:{version}\n"));
        format!(
            "\"{version}\":\n{}  postgres: {postgres}\n",
            images.concat()
        )
    };
    Releases::parse(&(release(OWN_VERSION) + &release("77.0.0"))).unwrap()
}

fn check(spec: &str, observed: &Observed) -> Result<Shop, Failure> {
    validate::validate(
        &object(spec),
        observed,
        &table("{'15': 'p:15', '17': 'p:17'}"),
    )
}

fn refused(spec: &str, observed: &Observed) -> Failure {
    check(spec, observed).unwrap_err()
}

fn database(shop: &Shop) -> (&str, Option<&str>) {
    let Database::Managed(managed) = &shop.database else {
        panic!("not managed");
    };
    (&managed.image, managed.major.as_deref())
}

/// A volume written by this major version.
fn written_by(major: &str) -> Observed {
    volume(&json!({ names::POSTGRES_MAJOR: major }))
}

/// A volume with these labels.
fn volume(labels: &Value) -> Observed {
    let claim: PersistentVolumeClaim = serde_json::from_value(json!({
        "metadata": { "name": "shop-postgres-data", "labels": labels },
    }))
    .unwrap();
    let claim: DynamicObject =
        serde_json::from_value(serde_json::to_value(claim).unwrap()).unwrap();
    let mut observed = Observed::default();
    let key = Key::new(Kind::PersistentVolumeClaim, "shop-postgres-data");
    observed.objects.insert(key, claim);
    observed
}

#[test]
fn the_version_is_what_is_named_else_what_runs_else_the_operators_own() {
    let nothing = Observed::default();
    assert_eq!(
        check("{version: 77.0.0}", &nothing).unwrap().version,
        "77.0.0"
    );
    assert_eq!(check("{}", &nothing).unwrap().version, OWN_VERSION);

    let mut reported = Observed::default();
    reported.status.version = Some("77.0.0".to_owned());
    assert_eq!(check("{}", &reported).unwrap().version, "77.0.0");

    let mut running = reported;
    running.status.version = Some(OWN_VERSION.to_owned());
    let deployment: DynamicObject = serde_json::from_value(json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": "shop-orders", "labels": { names::VERSION: "77.0.0" } },
    }))
    .unwrap();
    let key = Key::new(Kind::Deployment, "shop-orders");
    running.objects.insert(key, deployment);
    assert_eq!(check("{}", &running).unwrap().version, "77.0.0");
}

#[test]
fn an_unknown_version_lists_what_there_is() {
    let failure = refused("{version: 3.0.0}", &Observed::default());
    assert_eq!(failure.reason, Reason::UnknownVersion);
    assert!(failure.message.contains("77.0.0") && failure.message.contains(OWN_VERSION));
}

#[test]
fn the_registry_goes_in_front_of_the_releases_images_only() {
    let spec = "{images: {registry: r.example.org/x}, services: {cart: {image: mine:1}}}";
    let shop = check(spec, &Observed::default()).unwrap();
    assert_eq!(shop.services[&topology::Service::Cart].image, "mine:1");
    let orders = &shop.services[&topology::Service::Orders].image;
    assert_eq!(
        *orders,
        format!("r.example.org/x/localmart/orders:{OWN_VERSION}")
    );
    assert_eq!(database(&shop).0, "r.example.org/x/p:17");
}

#[test]
fn postgres_keeps_the_major_version_that_wrote_the_volume() {
    let nothing = Observed::default();
    assert_eq!(
        database(&check("{}", &nothing).unwrap()),
        ("p:17", Some("17"))
    );
    let spec = "{postgres: {managed: {version: '15'}}}";
    assert_eq!(
        database(&check(spec, &nothing).unwrap()),
        ("p:15", Some("15"))
    );
    // A newer release does not move the data of a shop that names no version.
    assert_eq!(
        database(&check("{}", &written_by("15")).unwrap()),
        ("p:15", Some("15"))
    );

    // Nor is one guessed for data of which nobody knows what wrote it.
    let failure = refused("{}", &volume(&json!({})));
    assert!(
        failure
            .message
            .contains("set the version to the one that did"),
        "{}",
        failure.message
    );
    assert_eq!(
        database(&check(spec, &volume(&json!({}))).unwrap()),
        ("p:15", Some("15"))
    );

    let failure = refused(spec, &written_by("17"));
    assert_eq!(failure.reason, Reason::PostgresVersionChange);
    assert!(
        failure.message.contains("was written by Postgres 17"),
        "{}",
        failure.message
    );
    let failure = refused("{postgres: {managed: {version: '16'}}}", &nothing);
    assert_eq!(failure.reason, Reason::UnknownVersion);
    assert!(
        failure.message.contains("it has 15, 17"),
        "{}",
        failure.message
    );
}

#[test]
fn a_table_with_one_postgres_cannot_promise_a_version() {
    let releases = table("p:any");
    let nothing = Observed::default();
    let shop = validate::validate(&object("{}"), &nothing, &releases).unwrap();
    assert_eq!(database(&shop), ("p:any", None));
    let spec = "{postgres: {managed: {version: '15'}}}";
    let failure = validate::validate(&object(spec), &nothing, &releases).unwrap_err();
    assert!(
        failure.message.contains("set spec.postgres.managed.image"),
        "{}",
        failure.message
    );
    let spec = "{postgres: {managed: {version: '15', image: 'mine:15'}}}";
    let shop = validate::validate(&object(spec), &nothing, &releases).unwrap();
    assert_eq!(database(&shop), ("mine:15", Some("15")));
}

#[test]
fn what_the_spec_refers_to_must_exist() {
    let spec =
        "{services: {cart: {env: [{name: T, valueFrom: {secretKeyRef: {name: s, key: k}}}]}}}";
    let failure = refused(spec, &Observed::default());
    assert_eq!(failure.reason, Reason::ReferenceNotFound);
    assert!(
        failure
            .message
            .starts_with("spec.services.cart.env T: there is no Secret \"s\"")
    );

    let mut found = Observed::default();
    let key = KeyRef {
        name: "s".into(),
        key: "k".into(),
    };
    found.references.secrets.insert(key, b"value".to_vec());
    let shop = check(spec, &found).unwrap();
    assert_eq!(shop.services[&topology::Service::Cart].references.len(), 1);

    let external = "{postgres: {external: {host: db, adminSecretRef: {name: admin}}}}";
    let failure = refused(external, &Observed::default());
    assert!(
        failure
            .message
            .contains("spec.postgres.external.adminSecretRef")
    );
    assert_eq!(failure.about, Some(ConditionType::PostgresReady));
}

#[test]
fn a_redis_of_someone_else_is_where_its_url_says() {
    let external = "{redis: {external: {urlSecretRef: {name: admin}}}}";
    let failure = refused(external, &Observed::default());
    assert_eq!(failure.reason, Reason::ReferenceNotFound);
    assert_eq!(failure.about, Some(ConditionType::RedisReady));
    let start =
        "spec.redis.external.urlSecretRef: there is no Secret \"admin\" with the key \"url\"";
    assert!(failure.message.starts_with(start), "{}", failure.message);

    let with = |url: &str| {
        let mut found = Observed::default();
        let key = KeyRef {
            name: "admin".into(),
            key: "url".into(),
        };
        found.references.secrets.insert(key, url.into());
        found
    };
    let failure = refused(external, &with("http://admin:hush-hush@redis.example.org"));
    assert_eq!(failure.reason, Reason::ReferenceInvalid);
    assert_eq!(failure.about, Some(ConditionType::RedisReady));
    let says = "does not begin with redis:// or rediss://; write it like redis://";
    assert!(failure.message.contains(says), "{}", failure.message);
    assert!(!failure.message.contains("hush"), "{}", failure.message);

    let shop = check(external, &with("rediss://admin:hush@redis.example.org")).unwrap();
    let RedisStore::External(redis) = &shop.redis else {
        panic!("not external");
    };
    let place = (redis.host.as_str(), redis.port, redis.tls);
    assert_eq!(place, ("redis.example.org", 6379, true));
}

#[test]
fn connections_are_counted_before_the_database_runs_out() {
    let connections = |spec: &str| {
        let shop = check(spec, &Observed::default()).unwrap();
        shop.database.managed().unwrap().max_connections
    };
    assert_eq!(connections("{}"), 100);
    // Scaling by a pod does not restart Postgres.
    assert_eq!(connections("{services: {catalog: {replicas: 4}}}"), 100);
    assert_eq!(connections("{services: {catalog: {replicas: 40}}}"), 400);
    // What may come counts, not what is there.
    let automatic = "{services: {catalog: {autoscaling: {minReplicas: 1, maxReplicas: 40}}}}";
    assert_eq!(connections(automatic), 400);
    // The storefront has no database.
    assert_eq!(connections("{services: {storefront: {replicas: 50}}}"), 100);
    let failure = refused(
        "{services: {catalog: {replicas: 50}}}",
        &Observed::default(),
    );
    assert_eq!(failure.reason, Reason::TooManyConnections);
    assert!(
        failure.message.contains("need 444 connections"),
        "{}",
        failure.message
    );
}

#[test]
fn a_pod_template_that_touches_the_floor_is_refused_in_words() {
    let nothing = Observed::default();
    let spec = "{services: {cart: {podTemplate: {spec: {hostNetwork: true}}}}}";
    let failure = refused(spec, &nothing);
    assert_eq!(failure.reason, Reason::InvalidSpec);
    let start = "spec.services.cart.podTemplate.spec.hostNetwork cannot be set: every pod";
    assert!(failure.message.starts_with(start), "{}", failure.message);
    assert!(
        failure.message.ends_with("; remove it"),
        "{}",
        failure.message
    );
    check(
        "{services: {cart: {podTemplate: {spec: {priorityClassName: high}}}}}",
        &nothing,
    )
    .unwrap();
}

#[test]
fn redis_needs_room_beside_its_data() {
    let nothing = Observed::default();
    let shop = check(
        "{redis: {managed: {resources: {limits: {memory: 1Gi}}}}}",
        &nothing,
    )
    .unwrap();
    assert_eq!(shop.redis.managed().unwrap().max_memory, 512 << 20);
    let failure = refused("{redis: {managed: {maxMemory: 1Gi}}}", &nothing);
    assert_eq!(failure.reason, Reason::InvalidSpec);
    assert!(
        failure.message.contains("spec.redis.managed.maxMemory"),
        "{}",
        failure.message
    );
}

#[test]
fn only_the_migration_that_was_approved_may_run() {
    let task = |checksum: &str, needs_approval| Task {
        name: "migrate",
        when: When::BeforeServices,
        checksum: checksum.to_owned(),
        needs_approval,
        arguments: Vec::new(),
        env: Vec::new(),
        files: Vec::new(),
    };
    let shop = |spec: &str, approved: Option<&str>| {
        let mut object = object(spec);
        object.metadata.annotations =
            approved.map(|sum| [(names::APPROVE_MIGRATION.to_owned(), sum.to_owned())].into());
        let releases = table("p:any");
        validate::validate(&object, &Observed::default(), &releases).unwrap()
    };
    let manual = "{migrations: {policy: Manual}}";
    let held = |shop: &Shop| approval::missing(shop, &task("0123456789", true));
    assert_eq!(held(&shop("{}", None)), None);
    assert_eq!(held(&shop("{migrations: {policy: Automatic}}", None)), None);
    assert_eq!(held(&shop(manual, Some("0123456789"))), None);
    let unasked = task("0123456789", false);
    assert_eq!(approval::missing(&shop(manual, None), &unasked), None);

    let message = held(&shop(manual, Some("9876543210"))).unwrap();
    assert!(message.contains("is for another one"), "{message}");
    // With the longest names the command is still whole in an event.
    let mut longest = shop(manual, None);
    longest.identity.name = "n".repeat(40);
    longest.identity.namespace = "s".repeat(63);
    let message = held(&longest).unwrap();
    let command = "--overwrite localmart.dev/approve-migration=0123456789";
    let end = message.find(command).unwrap() + command.len();
    assert!(end <= 256, "{end}: {message}");
}
