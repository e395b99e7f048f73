//! The reconcile loop, explored state by state: whatever happens, in whatever order, from every
//! state that can be reached the shop becomes what is wanted, and then nothing is written any more.
//!
//! `tests/faults` and its neighbours try histories against a real API server. Here the cluster is
//! small enough that *all* histories up to a length are tried: the operator dies between any two
//! writes, controllers act at any moment, and up to two faults come at any place. What is decided
//! is decided by the real stages; only the requests and the cluster are abstract ([`cluster`]).
//!
//! By default a search ends at a depth. With `LOCALMART_MODEL_SECONDS` each goes on, without such a
//! bound, for that long; `cargo xtask chaos` does that.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "how much was explored is the result")]

mod cluster;
mod controllers;
mod pass;
mod settle;
mod world;

use std::time::{Duration, Instant};

use pass::Bug;
use stateright::{Checker, HasDiscoveries, Model};
use world::{Shop, Start};

/// Explores, and fails with a history that ends badly.
fn explore(what: &str, shop: Shop, depth: usize) {
    let (faults, started) = (shop.faults, Instant::now());
    let checker = shop
        .checker()
        .threads(2)
        .finish_when(HasDiscoveries::AnyFailures);
    let seconds = std::env::var("LOCALMART_MODEL_SECONDS").ok();
    let checker = match seconds {
        None => checker.target_max_depth(depth),
        Some(seconds) => checker.timeout(Duration::from_secs(seconds.parse().unwrap())),
    };
    let checker = checker.spawn_bfs().join();
    println!(
        "{what}: {} transitions to {} states, depth {}, up to {faults} faults, {} plans, {:.0?}",
        checker.state_count(),
        checker.unique_state_count(),
        checker.max_depth(),
        checker.model().operator.plans(),
        started.elapsed(),
    );
    checker.assert_properties();
    assert!(
        checker.unique_state_count() > 100,
        "hardly anything was explored"
    );
}

#[test]
fn a_first_installation_without_faults() {
    // Deep enough for all there is.
    explore("installation", Shop::new(Start::Empty, 0, Bug::None), 100);
}

#[test]
fn a_first_installation_with_a_fault() {
    explore("installation", Shop::new(Start::Empty, 1, Bug::None), 14);
}

#[test]
fn a_shop_that_runs_with_two_faults() {
    explore("running", Shop::new(Start::Ready, 2, Bug::None), 5);
}

#[test]
fn an_upgrade_with_a_fault() {
    let mut shop = Shop::new(Start::Ready, 1, Bug::None);
    shop.upgrades = 1;
    explore("upgrade", shop, 7);
}

#[test]
fn a_shop_made_again_over_retained_data() {
    explore("made again", Shop::new(Start::Again, 0, Bug::None), 6);
}

/// A search that cannot find a bug proves nothing: each planted one has to be found, by the
/// property that is about it.
fn assert_found(property: &'static str, shop: Shop) {
    let checker = shop
        .checker()
        .threads(2)
        .target_max_depth(20)
        .finish_when(HasDiscoveries::AnyOf([property].into()))
        .spawn_bfs()
        .join();
    let history = checker.assert_any_discovery(property);
    println!("found: not {property:?}, by {:?}", history.into_actions());
}

#[test]
fn a_completion_recorded_too_early_is_found() {
    let shop = Shop::new(Start::Empty, 0, Bug::CompletedTooEarly);
    assert_found("a completed task did complete", shop);
}

#[test]
fn a_secret_made_again_on_a_stale_read_is_found() {
    let shop = Shop::new(Start::Empty, 1, Bug::SecretMadeAgain);
    assert_found("values of a Secret stay", shop);
}

#[test]
fn a_delete_without_uid_is_found() {
    let mut shop = Shop::new(Start::Ready, 1, Bug::DeleteWithoutUid);
    shop.upgrades = 1;
    assert_found("a delete takes what was read", shop);
}
