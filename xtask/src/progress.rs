//! What a person sees while something long happens: a spinner with the latest detail in a
//! terminal, one line per change elsewhere.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{BufRead, BufReader, IsTerminal, Write},
    process::{Command, Stdio},
    sync::Mutex,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::paths;

/// Everything shown during one run of xtask.
pub struct Progress {
    started: Instant,
    terminal: Option<MultiProgress>,
}

impl Progress {
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            terminal: std::io::stderr().is_terminal().then(MultiProgress::new),
        }
    }

    /// Begins a step called `name`; it ends with [`Step::done`], or as failed when dropped.
    pub fn step(&self, name: &str) -> Step<'_> {
        let bar = self.terminal.as_ref().map(|multi| {
            let bar = multi.add(ProgressBar::new_spinner());
            let style = ProgressStyle::with_template("{spinner} {prefix:<22} {wide_msg} {elapsed}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.set_prefix(name.to_owned());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let step = Step {
            progress: self,
            name: name.to_owned(),
            started: Instant::now(),
            bar,
            last: Mutex::new((String::new(), None)),
            finished: false,
        };
        if step.bar.is_none() {
            self.line(name, "…");
        }
        step
    }

    /// Says something that stays on the screen.
    pub fn note(&self, text: &str) {
        match &self.terminal {
            // The bar below is drawn again under the line, so nothing is overwritten.
            Some(multi) => drop(multi.println(text)),
            None => eprintln!("{text}"),
        }
    }

    fn line(&self, name: &str, detail: &str) {
        let seconds = self.started.elapsed().as_secs();
        eprintln!("[{seconds:>4} s] {name}: {detail}");
    }
}

/// One step under way.
pub struct Step<'a> {
    progress: &'a Progress,
    name: String,
    started: Instant,
    bar: Option<ProgressBar>,
    last: Mutex<(String, Option<Instant>)>,
    finished: bool,
}

impl Step<'_> {
    /// Shows what is happening now. Outside a terminal a line is printed when the text changed
    /// and the previous line is at least two seconds old.
    pub fn say(&self, detail: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(detail.to_owned());
            return;
        }
        let Ok(mut last) = self.last.lock() else {
            return;
        };
        let due = last
            .1
            .is_none_or(|at| at.elapsed() >= Duration::from_secs(2));
        if due && last.0 != detail {
            self.progress.line(&self.name, detail);
            *last = (detail.to_owned(), Some(Instant::now()));
        }
    }

    /// Ends the step well; `detail` is what was achieved.
    pub fn done(mut self, detail: &str) {
        self.end("✓", detail);
    }

    fn end(&mut self, mark: &str, detail: &str) {
        self.finished = true;
        let seconds = self.started.elapsed().as_secs_f32();
        let text = format!("{mark} {:<22} {detail} ({seconds:.1} s)", self.name);
        match &self.bar {
            Some(bar) => {
                bar.finish_and_clear();
                self.progress.note(&text);
            }
            None => self
                .progress
                .line(&self.name, &format!("{mark} {detail} ({seconds:.1} s)")),
        }
    }

    /// Runs `command` with its output in `<cache>/logs/<log>.log`, showing the latest line.
    ///
    /// A failure carries the command, its status, the end of its output and the log's path.
    pub fn run(&self, command: &mut Command, log: &str) -> Result<()> {
        let directory = paths::logs();
        fs::create_dir_all(&directory)
            .with_context(|| format!("cannot create {}", directory.display()))?;
        let path = directory.join(format!("{log}.log"));
        let mut file =
            File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        let shown = format!("{command:?}");
        let (reader, writer) = std::io::pipe().context("cannot create a pipe")?;
        command.stdin(Stdio::null());
        command.stdout(writer.try_clone()?);
        command.stderr(writer);
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot start {shown}; is the program installed?"))?;
        // The command keeps the writing end open; replacing it lets the reader see the end.
        command.stdout(Stdio::null());
        command.stderr(Stdio::null());
        let mut tail = VecDeque::new();
        for line in BufReader::new(reader).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            let line = plain(&line);
            writeln!(file, "{line}")?;
            if !line.trim().is_empty() {
                self.say(line.trim());
                tail.push_back(line);
                if tail.len() > 25 {
                    tail.pop_front();
                }
            }
        }
        let status = child.wait()?;
        if !status.success() {
            let tail: Vec<_> = tail.into_iter().collect();
            bail!(
                "{shown} failed ({status}); its last lines:\n  {}\nall of it: {}",
                tail.join("\n  "),
                path.display()
            );
        }
        Ok(())
    }
}

/// The line as it stands on the screen in the end, without colours: some programs use them even
/// where nobody looks, and what reads a log would have to know them.
fn plain(line: &str) -> String {
    let line = line.trim_end().rsplit('\r').next().unwrap_or_default();
    console::strip_ansi_codes(line).into_owned()
}

impl Drop for Step<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.end("✗", "failed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logged_line_has_no_colours() {
        let line =
            "old\r\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m606 passed\u{1b}[39m\r\n";
        assert_eq!(plain(line), "      Tests  606 passed");
    }
}
