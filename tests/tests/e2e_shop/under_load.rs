//! What an administrator does to a shop while it is full of shoppers: none of them may notice.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::{
    SHOP,
    cluster::{self, kubectl, wait_for, wait_ready},
    edit::{patch, replicas, version},
    shoppers::Shoppers,
};

/// What the stage "next release" has taught the operator.
const NEXT_RELEASE: &str = "99.0.0";

/// The Secrets that are exchanged together.
const ROTATED: [&str; 3] = [
    "localmart-database",
    "localmart-redis",
    "localmart-internal-keys",
];

#[tokio::test]
async fn a_rollout_of_every_service_lets_no_shopper_down() -> Result<()> {
    let _shop = SHOP.lock().await;
    replicas(2)?;
    wait_ready().await?;
    let shoppers = Shoppers::come().await?;
    patch(r#"{"spec":{"observability":{"logLevel":"debug"}}}"#)?;
    wait_ready().await?;
    let tally = shoppers.leave().await;
    patch(r#"{"spec":{"observability":{"logLevel":"info"}}}"#)?;
    replicas(1)?;
    wait_ready().await?;
    tally.map(drop)
}

#[tokio::test]
async fn an_upgrade_and_its_rollback_let_no_shopper_down() -> Result<()> {
    let _shop = SHOP.lock().await;
    let own = env!("CARGO_PKG_VERSION");
    replicas(2)?;
    wait_ready().await?;
    let shoppers = Shoppers::come().await?;
    // Back in the middle of the rollout, as somebody does who has seen an error.
    version(NEXT_RELEASE)?;
    wait_for(Duration::from_mins(2), || {
        let labels = kubectl(&[
            "get",
            "deployment",
            "localmart-orders",
            "-n",
            "localmart",
            "-o",
            "jsonpath={.metadata.labels}",
        ])?;
        ensure!(
            labels.contains(NEXT_RELEASE),
            "the rollout has not begun: {labels}"
        );
        Ok(())
    })
    .await?;
    version(own)?;
    wait_ready().await?;
    ensure!(cluster::contract()?.is_null(), "contract ran too early");
    version(NEXT_RELEASE)?;
    wait_ready().await?;
    let tally = shoppers.leave().await;
    let contract = cluster::contract()?;
    ensure!(contract["state"] == "Complete", "{contract}");
    // What the old release may need is gone.
    version(own)?;
    wait_for(Duration::from_mins(1), || {
        let message = cluster::condition("Reconciled")?;
        ensure!(
            message.contains("cart/9002_old_programs.contract.sql"),
            "the downgrade is not refused: {message}"
        );
        Ok(())
    })
    .await?;
    version(NEXT_RELEASE)?;
    replicas(1)?;
    wait_ready().await?;
    tally.map(drop)
}

#[tokio::test]
async fn new_passwords_and_keys_let_no_shopper_down() -> Result<()> {
    let _shop = SHOP.lock().await;
    replicas(2)?;
    wait_ready().await?;
    let before = generations()?;
    let shoppers = Shoppers::come().await?;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    kubectl(&[
        "annotate",
        "localmart",
        "localmart",
        "-n",
        "localmart",
        "--overwrite",
        &format!("localmart.dev/rotate-secrets={}", now.as_nanos()),
    ])?;
    // Three rollouts of every service, two Jobs.
    wait_for(Duration::from_mins(8), || {
        let now = generations()?;
        for (old, new) in before.iter().zip(&now) {
            ensure!(
                new.step.is_none() && new.newest == old.newest + 1,
                "generations were {before:?} and are {now:?}"
            );
        }
        Ok(())
    })
    .await?;
    wait_ready().await?;
    let tally = shoppers.leave().await;
    replicas(1)?;
    wait_ready().await?;
    tally.map(drop)
}

/// How far the exchange of a Secret is.
#[derive(Debug)]
struct Generation {
    newest: u32,
    step: Option<String>,
}

fn generations() -> Result<Vec<Generation>> {
    let of_secret = |name: &&str| {
        let text = kubectl(&["get", "secret", name, "-n", "localmart", "-o", "json"])?;
        let secret: Value = serde_json::from_str(&text)?;
        let step = &secret["metadata"]["annotations"]["localmart.dev/rotation-step"];
        let keys = secret["data"].as_object().into_iter().flatten();
        let numbers = keys.filter_map(|(key, _)| key.rsplit_once('.')?.1.parse().ok());
        Ok(Generation {
            newest: numbers.max().unwrap_or(1),
            step: step.as_str().map(str::to_owned),
        })
    };
    ROTATED.iter().map(of_secret).collect()
}
