//! Wrong specs are refused at `kubectl apply`, in words a person can act on: by a real API server,
//! with its strict decoding and its cost budget for rules.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kit;

#[path = "../api/tests/cases/mod.rs"]
mod cases;

use cases::{BAD, CHANGES, GOOD, NAMES};
use kit::{Cluster, Space};
use localmart_api::LocalMart;

async fn refusal(space: &Space, spec: &str) -> String {
    match space.dry_run("shop", spec).await {
        Ok(_) => panic!("{spec} was accepted"),
        Err(status) => status.message,
    }
}

#[tokio::test]
async fn a_misspelt_field_is_named() {
    let space = Cluster::connect().await.space("refused").await;
    let cases = [
        ("{ingres: {host: a.b}}", "unknown field \"spec.ingres\""),
        (
            "{ingress: {hots: a.b}}",
            "unknown field \"spec.ingress.hots\"",
        ),
        (
            "{services: {catalogue: {replicas: 1}}}",
            "unknown field \"spec.services.catalogue\"",
        ),
        (
            "{services: {cart: {resources: {limits: {memroy: 1Gi}}}}}",
            "unknown field \"spec.services.cart.resources.limits.memroy\"",
        ),
        (
            "{sampleData: Yes}",
            "supported values: \"Enabled\", \"Disabled\"",
        ),
        (
            "{services: {cart: {replicas: 51}}}",
            "less than or equal to 50",
        ),
        (
            "{services: {cart: {replicas: two}}}",
            "must be of type integer",
        ),
        (
            "{ingress: {className: traefik}}",
            "spec.ingress.host: Required value",
        ),
        (
            "{gateway: {hostnames: [a.b]}}",
            "spec.gateway.parentRefs: Required value",
        ),
        (
            "{gateway: {parentRefs: []}}",
            "spec.gateway.parentRefs in body should have at least 1 items",
        ),
        (
            "{gateway: {parentRefs: [{name: a, port: 65536}]}}",
            "should be less than or equal to 65535",
        ),
    ];
    for (spec, part) in cases {
        let message = refusal(&space, spec).await;
        assert!(message.contains(part), "{spec}: {message}");
    }
}

#[tokio::test]
async fn two_databases_and_a_bad_host_are_explained() {
    let space = Cluster::connect().await.space("refused").await;
    let two = "{postgres: {managed: {}, external: {host: db, adminSecretRef: {name: a}}}}";
    let message = refusal(&space, two).await;
    assert_eq!(
        message,
        "LocalMart.localmart.dev \"shop\" is invalid: spec.postgres: Invalid value: choose one \
         database: postgres.managed (the operator runs it) or postgres.external (you run it), and \
         remove the other"
    );
    let message = refusal(&space, "{ingress: {host: 'http://shop.example.org/'}}").await;
    assert_eq!(
        message,
        "LocalMart.localmart.dev \"shop\" is invalid: spec.ingress.host: Invalid value: \
         \"http://shop.example.org/\": ingress.host must be a DNS name such as shop.example.org: \
         a-z, 0-9, '-' and '.', without a scheme, port, path or wildcard"
    );
}

#[tokio::test]
async fn the_api_server_judges_every_spec_as_the_offline_test_does() {
    let space = Cluster::connect().await.space("refused").await;
    for spec in GOOD {
        let answer = space.dry_run("shop", spec).await;
        assert!(answer.is_ok(), "{spec}: {answer:?}");
    }
    for (spec, part) in BAD {
        let message = refusal(&space, spec).await;
        assert!(message.contains(part), "{spec}: {message}");
    }
    for (name, good) in NAMES {
        let answer = space.dry_run(name, "{}").await;
        assert_eq!(answer.is_ok(), *good, "{name}: {answer:?}");
    }
    println!(
        "{} good, {} bad, {} names",
        GOOD.len(),
        BAD.len(),
        NAMES.len()
    );
}

#[tokio::test]
async fn the_api_server_judges_every_change_as_the_offline_test_does() {
    let space = Cluster::connect().await.space("refused").await;
    for (old, new, part) in CHANGES {
        space.apply("shop", old).await.unwrap();
        let answer = space.dry_run("shop", new).await;
        match part {
            None => assert!(answer.is_ok(), "{old} -> {new}: {answer:?}"),
            Some(part) => {
                let message = answer.unwrap_err().message;
                assert!(message.contains(part), "{old} -> {new}: {message}");
            }
        }
        space.delete::<LocalMart>("shop").await;
    }
    println!("{} changes", CHANGES.len());
}

/// An explicit null means the same as leaving the field out.
#[tokio::test]
async fn null_is_absence() {
    let space = Cluster::connect().await.space("refused").await;
    let spec = "{postgres: {managed: {}, external: null}, services: {cart: null}, version: null}";
    let shop = space.dry_run("shop", spec).await.unwrap();
    assert_eq!(shop.spec.version, None);
    assert!(shop.spec.postgres.unwrap().external.is_none());
}
