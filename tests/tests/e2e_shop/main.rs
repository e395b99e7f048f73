//! A shop on a whole cluster: `cargo xtask test e2e` brings it up and sets KUBECONFIG and
//! LOCALMART_URL.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod buyer;
mod cluster;
mod edit;
mod shoppers;
mod under_load;

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use buyer::Buyer;
use cluster::{kubectl, wait_for, wait_ready};
use edit::{patch, scale};

/// Every test changes the one shop, so they run one after the other.
static SHOP: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test]
async fn a_purchase_goes_from_list_to_order_page() -> Result<()> {
    let _shop = SHOP.lock().await;
    let buyer = Buyer::new()?;
    let order = buyer.buy_something().await?;
    let read = buyer.order(&order.number).await?;
    ensure!(read["state"] == "placed", "the order is {}", read["state"]);
    ensure!(
        read["payment_status"] == "captured" || read["payment_status"] == "authorized",
        "{read}"
    );
    ensure!(read["totals"]["grand"] == order.total, "{read}");
    let stranger = Buyer::new()?;
    stranger.new_cart().await?;
    ensure!(
        stranger.order(&order.number).await.is_err(),
        "another guest read the order"
    );
    Ok(())
}

#[tokio::test]
async fn the_purchase_of_the_readme_works_as_written() -> Result<()> {
    let _shop = SHOP.lock().await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/purchase.sh");
    let output = std::process::Command::new(script).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success() && said.contains(r#""state":"placed""#),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

#[tokio::test]
async fn the_log_shows_the_trace_of_a_checkout_in_every_service_it_touched() -> Result<()> {
    let _shop = SHOP.lock().await;
    let buyer = Buyer::new()?;
    let order = buyer.buy_something().await?;
    for service in ["storefront", "orders", "catalog", "payments"] {
        wait_for(Duration::from_secs(20), || {
            let selector = format!("app.kubernetes.io/component={service}");
            let log = kubectl(&["logs", "-n", "localmart", "-l", &selector, "--tail=-1"])?;
            ensure!(
                log.contains(&order.trace_id),
                "{service} logged no trace {}",
                order.trace_id
            );
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn two_replicas_of_a_service_serve_and_one_order_stays_one() -> Result<()> {
    let _shop = SHOP.lock().await;
    scale("orders", 2)?;
    wait_ready().await?;
    let pods = kubectl(&[
        "get",
        "pods",
        "-n",
        "localmart",
        "-l",
        "app.kubernetes.io/component=orders",
        "--field-selector=status.phase=Running",
        "-o",
        "name",
    ])?;
    ensure!(pods.lines().count() >= 2, "orders runs as: {pods}");
    let buyer = Buyer::new()?;
    let checkout = buyer.ready_checkout().await?;
    let numbers = buyer.complete_many_times(&checkout, 16).await?;
    ensure!(
        numbers.len() == 1,
        "one checkout became the orders {numbers:?}"
    );
    scale("orders", 1)?;
    wait_ready().await
}

/// From the kubelet's figures through the metrics API to the autoscaler that the operator made.
#[tokio::test]
async fn an_autoscaled_service_knows_its_cpu() -> Result<()> {
    let _shop = SHOP.lock().await;
    let automatic = r#"{"replicas":null,"autoscaling":{"minReplicas":1,"maxReplicas":2}}"#;
    patch(&format!(
        r#"{{"spec":{{"services":{{"catalog":{automatic}}}}}}}"#
    ))?;
    let ask = ["get", "hpa", "localmart-catalog", "-n", "localmart", "-o"];
    let ask = |path: &str| kubectl(&[&ask[..], &[&format!("jsonpath={path}")]].concat());
    wait_for(Duration::from_mins(2), || {
        let figure = ask("{.status.currentMetrics[*].resource.current.averageUtilization}")?;
        let known = figure.trim().parse::<u32>().is_ok();
        ensure!(known, "no figure: {}", ask("{.status.conditions}")?);
        Ok(())
    })
    .await?;
    patch(r#"{"spec":{"services":{"catalog":{"autoscaling":null,"replicas":1}}}}"#)?;
    wait_ready().await
}

#[tokio::test]
async fn an_order_outlives_the_postgres_pod() -> Result<()> {
    let _shop = SHOP.lock().await;
    let buyer = Buyer::new()?;
    let order = buyer.buy_something().await?;
    let uid = || {
        kubectl(&[
            "get",
            "pod",
            "localmart-postgres-0",
            "-n",
            "localmart",
            "-o",
            "jsonpath={.metadata.uid}",
        ])
    };
    let before = uid()?;
    kubectl(&[
        "delete",
        "pod",
        "localmart-postgres-0",
        "-n",
        "localmart",
        "--grace-period=0",
        "--force",
    ])?;
    wait_for(Duration::from_mins(1), || {
        ensure!(uid()? != before, "the old pod is still there");
        Ok(())
    })
    .await?;
    wait_ready().await?;
    // Until the services have connected again, customers are told to try again.
    let minute = Duration::from_mins(1);
    let read = cluster::eventually(minute, || buyer.order(&order.number)).await?;
    ensure!(read["totals"]["grand"] == order.total, "{read}");
    cluster::eventually(minute, || buyer.buy_something())
        .await
        .context("nobody can buy after Postgres came back")?;
    Ok(())
}

#[tokio::test]
async fn what_is_deleted_or_edited_by_hand_comes_back() -> Result<()> {
    let _shop = SHOP.lock().await;
    let uid = |kind: &str, name: &str| {
        kubectl(&[
            "get",
            kind,
            name,
            "-n",
            "localmart",
            "-o",
            "jsonpath={.metadata.uid}",
        ])
    };
    let before = uid("deployment", "localmart-cart")?;
    kubectl(&["delete", "deployment", "localmart-cart", "-n", "localmart"])?;
    wait_for(Duration::from_mins(1), || {
        ensure!(
            uid("deployment", "localmart-cart")? != before,
            "the old Deployment is still there"
        );
        Ok(())
    })
    .await?;
    let port = |value: u16| {
        let patch = format!(r#"[{{"op":"replace","path":"/spec/ports/0/port","value":{value}}}]"#);
        kubectl(&[
            "patch",
            "service",
            "localmart-cart",
            "-n",
            "localmart",
            "--type=json",
            "-p",
            &patch,
        ])
    };
    port(81)?;
    wait_for(Duration::from_mins(1), || {
        let ports = kubectl(&[
            "get",
            "service",
            "localmart-cart",
            "-n",
            "localmart",
            "-o",
            "jsonpath={.spec.ports[*].port}",
        ])?;
        ensure!(
            !ports.split(' ').any(|port| port == "81"),
            "the edit is still there: {ports}"
        );
        Ok(())
    })
    .await?;
    wait_ready().await?;
    Buyer::new()?.buy_something().await?;
    Ok(())
}

#[tokio::test]
async fn an_idle_shop_is_not_written_to() -> Result<()> {
    let _shop = SHOP.lock().await;
    wait_ready().await?;
    let versions = || {
        kubectl(&[
            "get",
            "localmart,deployments,statefulsets,services,serviceaccounts,ingresses,jobs",
            "-n",
            "localmart",
            "-o",
            r#"jsonpath={range .items[*]}{.kind}/{.metadata.name}={.metadata.generation}/{.metadata.managedFields[?(@.manager=="localmart-operator")].time}{"\n"}{end}"#,
        ])
    };
    let before = versions()?;
    let reconciles = cluster::reconcile_count()?;
    // An annotation wakes the loop without changing what is wanted.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    let poke = format!("example.org/poke={}", now.as_nanos());
    kubectl(&[
        "annotate",
        "localmart",
        "localmart",
        "-n",
        "localmart",
        &poke,
        "--overwrite",
    ])?;
    wait_for(Duration::from_secs(30), || {
        ensure!(
            cluster::reconcile_count()? > reconciles,
            "the operator did not look"
        );
        Ok(())
    })
    .await?;
    ensure!(versions()? == before, "an unchanged shop was written to");
    Ok(())
}

#[tokio::test]
async fn wrong_specs_are_refused_with_words_to_act_on() -> Result<()> {
    let refused = |spec: &str, words: &[&str]| -> Result<()> {
        let manifest = format!(
            "apiVersion: localmart.dev/v1alpha1\nkind: LocalMart\nmetadata: {{name: wrong, namespace: localmart}}\nspec: {spec}\n"
        );
        let said = cluster::apply(&manifest);
        let error = match said {
            Ok(said) => anyhow::bail!("accepted {spec}: {said}"),
            Err(error) => error.to_string(),
        };
        for word in words {
            ensure!(error.contains(word), "{spec}: {word:?} is not in: {error}");
        }
        Ok(())
    };
    refused("{sampleDatum: Enabled}", &["sampleDatum", "unknown field"])?;
    refused(
        "{postgres: {managed: {}, external: {host: db.example.org, adminSecretRef: {name: admin}}}}",
        &["postgres", "managed", "external"],
    )?;
    refused("{ingress: {host: 'Not A Host'}}", &["host"])
}
