//! Where the time goes, when it is more than it should be: `perf` looks at the shop's processes
//! 499 times a second while the same load runs once more.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::Result;

use crate::{
    shop::{Part, Shop},
    workloads::{Way, Workload},
};

/// Lines of a profile that are shown.
const LINES: usize = 24;

/// What was seen, or why nothing was.
#[derive(Debug)]
pub struct Profile(pub String);

/// Runs the closed loop once more under `perf`.
pub async fn record(
    shop: &Shop,
    workload: Workload,
    time: Duration,
    expected: f64,
) -> Result<Profile> {
    let mut processes = Vec::new();
    for part in [Part::Postgres, Part::Redis]
        .into_iter()
        .chain(chassis::Service::ALL.map(Part::Service))
    {
        processes.extend(shop.processes(part)?.iter().map(ToString::to_string));
    }
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("perf.data");
    let perf = Command::new("perf")
        .args(["record", "-q", "-F", "499", "-e", "cpu-clock", "-o"])
        .arg(&data)
        .args(["-p", &processes.join(",")])
        .args(["--", "sleep", &time.as_secs().to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(perf) = perf else {
        return Ok(Profile(
            "perf is not installed; with `apt-get install linux-perf` a profile stands here."
                .to_owned(),
        ));
    };
    workload
        .run(shop, Way::Closed(time), 1.5 * expected)
        .await?;
    let output = perf.wait_with_output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Ok(Profile(format!("perf recorded nothing: {}", said.trim())));
    }
    let processes = report(&data, &["--sort", "dso"])?;
    let symbols = report(&data, &["--sort", "dso,sym"])?;
    Ok(Profile(format!("{processes}\n\n{symbols}")))
}

fn report(data: &Path, sort: &[&str]) -> Result<String> {
    let output = Command::new("perf")
        .args(["report", "--stdio", "--no-children", "-q", "-i"])
        .arg(data)
        .args(sort)
        .args(["--percent-limit", "0.7"])
        .stdin(Stdio::null())
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text.lines().map(str::trim_end);
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).take(LINES).collect();
    Ok(lines.join("\n"))
}
