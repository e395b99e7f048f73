//! kubectl against the cluster of the test, and waiting for conditions.

use std::{
    io::Write,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

const PAUSE: Duration = Duration::from_millis(250);

/// Standard output of `kubectl <arguments>`.
pub(crate) fn kubectl(arguments: &[&str]) -> Result<String> {
    let output = Command::new("kubectl")
        .args(arguments)
        .output()
        .context("kubectl is not on the PATH; run this through `cargo xtask test e2e`")?;
    ensure!(
        output.status.success(),
        "kubectl {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// `kubectl apply` of a manifest given as text.
pub(crate) fn apply(manifest: &str) -> Result<String> {
    let mut child = Command::new("kubectl")
        .args(["apply", "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    child
        .stdin
        .take()
        .context("kubectl has no standard input")?
        .write_all(manifest.as_bytes())?;
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    bail!("{}", String::from_utf8_lossy(&output.stderr))
}

/// Tries `check` until it holds; fails with what it last said.
pub(crate) async fn wait_for(limit: Duration, check: impl Fn() -> Result<()>) -> Result<()> {
    eventually(limit, || std::future::ready(check())).await
}

/// Tries `attempt` until it succeeds; fails with what it last said.
pub(crate) async fn eventually<T, F>(limit: Duration, attempt: impl Fn() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let started = Instant::now();
    loop {
        match attempt().await {
            Ok(value) => return Ok(value),
            Err(error) if started.elapsed() > limit => {
                return Err(error.context(format!("still so after {} s", limit.as_secs())));
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// The LocalMart as it is.
fn localmart() -> Result<serde_json::Value> {
    let text = kubectl(&[
        "get",
        "localmart",
        "localmart",
        "-n",
        "localmart",
        "-o",
        "json",
    ])?;
    Ok(serde_json::from_str(&text)?)
}

/// What is reported of the contract migrations; null while there are none.
pub(crate) fn contract() -> Result<serde_json::Value> {
    let object = localmart()?;
    let tasks = object["status"]["lifecycle"].as_array();
    let contract = tasks
        .into_iter()
        .flatten()
        .find(|task| task["name"] == "contract");
    Ok(contract.cloned().unwrap_or_default())
}

/// The message of a condition.
pub(crate) fn condition(type_: &str) -> Result<String> {
    let object = localmart()?;
    let conditions = object["status"]["conditions"].as_array();
    let found = conditions
        .into_iter()
        .flatten()
        .find(|it| it["type"] == type_);
    Ok(found
        .and_then(|it| it["message"].as_str())
        .unwrap_or_default()
        .to_owned())
}

/// Waits until the operator has seen the newest spec and every pod it asks for is up.
pub(crate) async fn wait_ready() -> Result<()> {
    wait_for(Duration::from_mins(2), || {
        let object = localmart()?;
        let status = &object["status"];
        ensure!(status["observedGeneration"] == object["metadata"]["generation"], "not seen yet: {status}");
        ensure!(status["phase"] == "Ready", "not Ready: {status}");
        let unready = kubectl(&[
            "get", "pods", "-n", "localmart", "--field-selector=status.phase!=Succeeded", "-o",
            r#"jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}"#,
        ])?;
        for pod in unready.lines() {
            ensure!(pod.ends_with("True"), "a pod is not ready: {pod}");
        }
        Ok(())
    })
    .await
}

/// How often the operator has reconciled, from its own metrics.
pub(crate) fn reconcile_count() -> Result<u64> {
    let pod = kubectl(&[
        "get",
        "pods",
        "-n",
        "localmart-system",
        "-o",
        "jsonpath={.items[0].metadata.name}",
    ])?;
    let path = format!("/api/v1/namespaces/localmart-system/pods/{pod}:9090/proxy/metrics");
    let metrics = kubectl(&["get", "--raw", &path])?;
    let mut count = 0;
    for line in metrics
        .lines()
        .filter(|line| line.starts_with("localmart_operator_reconcile_total"))
    {
        let value = line.rsplit(' ').next().unwrap_or_default();
        count += value
            .parse::<u64>()
            .with_context(|| format!("not a count: {line}"))?;
    }
    ensure!(count > 0, "the operator counts no reconcile:\n{metrics}");
    Ok(count)
}
