//! The example, and a spec that uses every field, with all that they become.
//!
//! A change of a builder shows here as a change of the file in `snapshots/`; look at it as at any
//! other change, then accept it with `INSTA_UPDATE=always cargo test -p localmart-operator`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use localmart_operator::{
    releases::{OWN_VERSION, Releases},
    render,
};

fn rendered(file: &str) -> String {
    let path = format!("{}/../examples/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    // A new version of the operator is no change of what it builds.
    render::render(&text, &releases())
        .unwrap()
        .replace(OWN_VERSION, "VERSION")
}

fn releases() -> Releases {
    let names = [
        "catalog",
        "cart",
        "orders",
        "payments",
        "storefront",
        "migrate",
        "redis",
    ];
    let images = names.map(|name| format!("  {name}: localmart/{name}:0a1b2c3d4e5f\n"));
    let postgres = "  postgres: {\"15\": \"localmart/postgres:0a1b2c3d4e5f\"}\n";
    let table = format!("\"{OWN_VERSION}\":\n{}{postgres}", images.concat());
    Releases::parse(&table).unwrap()
}

#[test]
fn the_example_becomes_this() {
    insta::assert_snapshot!("example", rendered("localmart.yaml"));
}

#[test]
fn every_field_becomes_this() {
    insta::assert_snapshot!("every-field", rendered("every-field.yaml"));
}

#[test]
fn an_external_database_becomes_this() {
    insta::assert_snapshot!("external-postgres", rendered("external-postgres.yaml"));
}

#[test]
fn an_external_redis_becomes_this() {
    insta::assert_snapshot!("external-redis", rendered("external-redis.yaml"));
}

/// The same input gives the same bytes.
#[test]
fn rendering_is_deterministic() {
    let first = rendered("every-field.yaml");
    for _ in 0..20 {
        assert_eq!(rendered("every-field.yaml"), first);
    }
}
