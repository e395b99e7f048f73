//! A test of the pages: what they link to exists, and the index knows them all.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::paths;

/// Where pages are; below `services` and the like each folder has one README.
const ROOTS: [&str; 2] = ["README.md", "docs"];
const INDEX: &str = "docs/README.md";

fn pages() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open: Vec<_> = ROOTS.map(|root| paths::repository().join(root)).into();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("a folder of pages is read");
            open.extend(entries.map(|entry| entry.expect("an entry is read").path()));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Where the links of a page lead, without what leads out of the repository.
fn links(page: &str) -> Vec<String> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        let targets = line
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        found.extend(
            targets
                .filter(|target| !target.contains("://"))
                .map(str::to_owned),
        );
    }
    found
}

/// The anchors of a page, made from its headings as GitHub does.
fn anchors(page: &str) -> Vec<String> {
    let headings = page.lines().filter_map(|line| line.strip_prefix('#'));
    let texts = headings.map(|rest| rest.trim_start_matches('#').trim().to_lowercase());
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    texts
        .map(|text| {
            text.chars()
                .filter(kept)
                .collect::<String>()
                .replace(' ', "-")
        })
        .collect()
}

fn broken(page: &Path, text: &str) -> Vec<String> {
    let folder = page.parent().unwrap_or(Path::new(""));
    let resolves = |target: &String| {
        let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
        let there = if file.is_empty() {
            page.to_owned()
        } else {
            folder.join(file)
        };
        let known = || {
            fs::read_to_string(&there)
                .is_ok_and(|text| anchors(&text).iter().any(|it| it == anchor))
        };
        there.exists() && (anchor.is_empty() || known())
    };
    let bad = links(text).into_iter().filter(|target| !resolves(target));
    bad.map(|target| format!("{}: {target}", page.display()))
        .collect()
}

#[test]
fn every_link_of_a_page_leads_somewhere() {
    let bad: Vec<_> = pages()
        .iter()
        .flat_map(|page| broken(page, &fs::read_to_string(page).expect("a page is read")))
        .collect();
    assert!(
        bad.is_empty(),
        "links that lead nowhere:\n{}",
        bad.join("\n")
    );
}

#[test]
fn the_index_names_every_page() {
    let index = paths::repository().join(INDEX);
    let text = fs::read_to_string(&index).expect("the index is read");
    let docs = index.parent().expect("the index is in a folder");
    let known: Vec<_> = links(&text)
        .into_iter()
        .map(|target| docs.join(target))
        .collect();
    let unknown: Vec<_> = pages()
        .into_iter()
        .filter(|page| page.starts_with(docs) && *page != index && !known.contains(page))
        .collect();
    assert!(unknown.is_empty(), "not in {INDEX}: {unknown:?}");
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let page = paths::repository().join("docs/a.md");
    let text =
        "# A head `b`\n[x](none.md) [y](../README.md#no-such-head) [z](#a-head-b) [w](http://a/)";
    let bad = broken(&page, &text.replace("[z](#a-head-b) ", ""));
    assert_eq!(bad.len(), 2, "{bad:?}");
    assert_eq!(anchors(text), ["a-head-b"]);
}
