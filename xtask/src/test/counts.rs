//! Reads from a runner's output how many tests it ran.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u32,
    pub failed: u32,
}

impl Counts {
    /// A stage that did not get as far as to say how many failed.
    pub fn failure() -> Self {
        Self {
            passed: 0,
            failed: 1,
        }
    }

    /// A check that either holds or fails as a whole.
    pub fn one() -> Self {
        Self {
            passed: 1,
            failed: 0,
        }
    }

    pub fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// Counts in the log at `path`; a log without any test is an error, because a level that ran
    /// nothing has proved nothing.
    pub fn of_log(path: &Path) -> Result<Self> {
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let counts = of_text(&text);
        if counts.passed == 0 {
            bail!("no test ran; see {}", path.display());
        }
        Ok(counts)
    }
}

/// Adds up the closing lines of cargo test, Vitest and Playwright.
fn of_text(text: &str) -> Counts {
    let mut counts = Counts::default();
    for line in text.lines() {
        let line = line.trim();
        let summary = line
            .strip_prefix("test result:")
            .or_else(|| line.strip_prefix("Tests "))
            .or_else(|| is_playwright(line).then_some(line));
        if let Some(summary) = summary {
            counts.passed += before(summary, "passed");
            counts.failed += before(summary, "failed");
        }
    }
    counts
}

/// `12 passed (1.4m)`, alone on its line.
fn is_playwright(line: &str) -> bool {
    let mut words = line.split_whitespace();
    words.next().is_some_and(|word| word.parse::<u32>().is_ok())
        && matches!(words.next(), Some("passed" | "failed"))
        && words.next().is_none_or(|word| word.starts_with('('))
}

/// The number that stands right before `word`.
fn before(text: &str, word: &str) -> u32 {
    let words: Vec<_> = text
        .split([' ', ';', ',', '|', '.'])
        .filter(|part| !part.is_empty())
        .collect();
    words
        .windows(2)
        .find(|pair| pair[1] == word)
        .and_then(|pair| pair[0].parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_runners_are_understood() {
        let text = "test result: ok. 12 passed; 1 failed; 0 ignored\n\
                    \u{20}     Tests  41 passed (41)\n\
                    \u{20} 7 passed (1.2m)\n  2 failed\nassert 5 passed by\n";
        assert_eq!(
            of_text(text),
            Counts {
                passed: 60,
                failed: 3
            }
        );
    }

    #[test]
    fn an_empty_run_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = Counts::of_log(file.path()).unwrap_err();
        assert!(error.to_string().contains("no test ran"), "{error}");
    }
}
