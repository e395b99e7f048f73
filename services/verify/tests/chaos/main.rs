//! The short form of `cargo xtask chaos`, against a shop of its own.

use std::path::Path;

use localmart_verify::{crash, races, shop::Shop};

const PROGRAM: &str = env!("CARGO_BIN_EXE_localmart-verify");

/// One test: what breaks Postgres and Redis must not break those of another one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn races_are_won_once_and_killed_processes_lose_nothing() {
    let shop = Shop::start(Path::new(PROGRAM)).await.expect("a shop");
    let outcome = races::run(&shop.track, 2, &[2, 8], &|_| {}).await;
    let outcome = outcome.expect("races that can be run");
    assert_eq!(outcome.violations, Vec::<String>::new());
    let outcome = crash::run(&shop, 1, Some(8), &|_| {}).await;
    let outcome = outcome.expect("a purchase that can be disturbed");
    assert_eq!(outcome.violations, Vec::<String>::new());
}
