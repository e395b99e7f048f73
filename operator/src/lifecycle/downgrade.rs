//! Downgrade: a release may be taken back until its contract migrations have begun.
//!
//! Expand migrations add, and the release before lives with what was added. Contract migrations
//! take away, and a release that does not list one may still need what is gone.

use localmart_api::{TaskState, conditions::Reason};

use super::{CONTRACT, contract_checksum, data_identity};
use crate::{
    error::Failure,
    reconcile::{observed::Observed, shop::Shop},
    releases::Releases,
};

/// Refuses a release that does not know a contract migration which has run on the shop's data.
pub fn check(shop: &Shop, observed: &Observed, releases: &Releases) -> Result<(), Failure> {
    let Some(contract) = run_without(&shop.contracts, shop, observed, releases) else {
        return Ok(());
    };
    let possible: Vec<_> = releases
        .iter()
        .filter(|(_, release)| run_without(&release.contracts, shop, observed, releases).is_none())
        .map(|(version, _)| version)
        .collect();
    Err(Failure::new(
        Reason::DowngradeRefused,
        format!(
            "spec.version {version}: the contract migration {contract} has run and took away what \
             that release may need; what runs is left alone. Set spec.version to one of: {possible}. \
             To go further back, restore a backup that was made before",
            version = shop.version,
            possible = possible.join(", "),
        ),
    ))
}

/// The first contract migration that has run, or is running, and is not in `contracts`.
fn run_without<'a>(
    contracts: &[String],
    shop: &Shop,
    observed: &Observed,
    releases: &'a Releases,
) -> Option<&'a str> {
    let task = observed.status.task(CONTRACT)?;
    let data = data_identity(shop, observed)?;
    let prefix = shop.identity.role_prefix();
    let begun = (task.state != TaskState::Waiting).then_some(&task.desired);
    releases
        .iter()
        .filter(|(_, release)| {
            let checksum = contract_checksum(&release.contracts, &data, &prefix);
            task.completed.as_ref() == Some(&checksum) || begun == Some(&checksum)
        })
        .flat_map(|(_, release)| &release.contracts)
        .find(|contract| !contracts.contains(contract))
        .map(String::as_str)
}
