//! `cargo xtask bench --quick`: every workload for a moment, and the report of it.

use std::{fs, path::Path, process::Command};

#[test]
fn every_workload_runs_and_the_report_tells_of_each() {
    let cache = tempfile::tempdir().expect("a folder for temporary files");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/benchmarks.md");
    let before = fs::read(&page).ok();

    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["bench", "--quick"])
        .env("XDG_CACHE_HOME", cache.path())
        .output()
        .expect("xtask starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complained}");

    let path = said.lines().last().expect("the path of the report");
    let report = fs::read_to_string(path).expect("a report");
    for heading in ["## Ratios", "## Budgets", "## How it is measured"] {
        assert!(report.contains(heading), "no {heading} in:\n{report}");
    }
    // Every workload stands in the tables of the closed loop, the open loop and the shares, and
    // none is without a figure.
    for workload in [
        "product list, at the catalog",
        "product list, through the storefront",
        "product detail, at the catalog",
        "guest add to cart, at the cart",
        "guest add to cart, through the storefront",
        "signed-in add to cart, at the cart",
        "search, rare word",
        "search, middling word",
        "search, broad word",
        "whole purchase, through the storefront",
    ] {
        let rows = report
            .lines()
            .filter(|line| line.starts_with(&format!("| {workload} |")));
        assert!(rows.count() >= 3, "{workload} is missing in:\n{report}");
    }
    assert!(!report.contains("not measured"), "{report}");
    assert_eq!(fs::read(&page).ok(), before, "the page is written");

    let xtask = Path::new(env!("CARGO_BIN_EXE_xtask"));
    let program = xtask.with_file_name("localmart-bench");
    assert_eq!(
        complaint(Command::new(xtask).args(["bench", "shoes"])),
        complaint(Command::new(program).arg("shoes")),
        "xtask and the program know other workloads"
    );
}

/// The names that are offered instead of a wrong one.
fn complaint(command: &mut Command) -> Vec<String> {
    let output = command.output().expect("a program that starts");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let names = said
        .lines()
        .find_map(|line| line.trim().strip_prefix("[possible values: "))
        .unwrap_or_else(|| panic!("no names in {said}"));
    names
        .trim_end_matches(']')
        .split(", ")
        .map(str::to_owned)
        .collect()
}
