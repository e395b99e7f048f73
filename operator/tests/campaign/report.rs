//! What was tried and what came of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
    time::Instant,
};

use crate::{
    cases::{Case, Class},
    kit::exchange::Exchange,
    schema::Field,
};

/// One block of the spec.
#[derive(Debug, Default)]
struct Row {
    fields: BTreeSet<String>,
    /// Fields of which a value was taken and one refused.
    taken: BTreeSet<String>,
    refused: BTreeSet<String>,
    values: usize,
    wrong: usize,
    /// Values that went through a cluster with the operator, and those there are.
    live: usize,
    planned: usize,
    live_fields: BTreeSet<String>,
    failures: usize,
}

#[derive(Debug, Default)]
struct State {
    rows: BTreeMap<String, Row>,
    rules: (usize, usize),
    /// Writes that the chart grants, and those that were made.
    granted: BTreeSet<String>,
    written: BTreeSet<String>,
    failures: Vec<String>,
}

pub struct Report {
    started: Instant,
    state: Mutex<State>,
}

impl Report {
    pub fn new(fields: &[Field], granted: BTreeSet<String>) -> Self {
        let mut state = State {
            granted,
            ..State::default()
        };
        for field in fields {
            let row = state.rows.entry(field.path.block()).or_default();
            row.fields.insert(field.path.to_string());
        }
        Self {
            started: Instant::now(),
            state: Mutex::new(state),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap())
    }

    /// Notes what the API server said to one value.
    pub fn tried(&self, case: &Case, result: &Result<String, String>) {
        self.with(|state| {
            let row = state.rows.get_mut(&case.path.block()).unwrap();
            let (values, fields) = match case.class {
                Class::Illegal => (&mut row.wrong, &mut row.refused),
                _ => (&mut row.values, &mut row.taken),
            };
            *values += 1;
            if result.is_ok() {
                fields.insert(case.path.to_string());
            }
        });
        if let Err(message) = result {
            self.fail_in(case, message);
        }
    }

    pub fn planned<'a>(&self, cases: impl IntoIterator<Item = &'a Case>) {
        self.with(|state| {
            for case in cases {
                state.rows.get_mut(&case.path.block()).unwrap().planned += 1;
            }
        });
    }

    /// Notes that a value went there and back.
    pub fn lived(&self, case: &Case) {
        self.with(|state| {
            let row = state.rows.get_mut(&case.path.block()).unwrap();
            row.live += 1;
            row.live_fields.insert(case.path.to_string());
        });
    }

    pub fn rules(&self, met: usize, all: usize) {
        self.with(|state| state.rules = (met, all));
    }

    /// What an operator wrote.
    pub fn wrote(&self, writes: &[Exchange]) {
        let succeeded = writes.iter().filter(|write| write.status.is_success());
        let rights: Vec<_> = succeeded.flat_map(Exchange::rights).collect();
        self.with(|state| state.written.extend(rights));
    }

    pub fn fail_in(&self, case: &Case, message: &str) {
        self.with(|state| state.rows.get_mut(&case.path.block()).unwrap().failures += 1);
        self.fail(format!("{}: {message}", case.name()));
    }

    pub fn fail(&self, message: String) {
        println!("FAILED {message}");
        self.with(|state| state.failures.push(message));
    }

    pub fn say(&self, what: &str) {
        println!("{:>4} s: {what}", self.started.elapsed().as_secs());
    }

    pub fn failures(&self) -> Vec<String> {
        self.with(|state| state.failures.clone())
    }

    /// As a Markdown table, and what it does not show.
    pub fn table(&self) -> String {
        self.with(|state| {
            let mut table =
                "| block | fields taken | fields refused | values taken | values refused | \
                 plans run | fields live | failures |\n\
                 | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
                    .to_owned();
            let line = |name: &str, rows: &[&Row]| {
                let sum =
                    |of: &dyn Fn(&Row) -> usize| rows.iter().map(|row| of(row)).sum::<usize>();
                let fields = sum(&|row| row.fields.len());
                format!(
                    "| {name} | {}/{fields} | {}/{fields} | {} | {} | {}/{} | {}/{fields} | {} |\n",
                    sum(&|row| row.taken.len()),
                    sum(&|row| row.refused.len()),
                    sum(&|row| row.values),
                    sum(&|row| row.wrong),
                    sum(&|row| row.live),
                    sum(&|row| row.planned),
                    sum(&|row| row.live_fields.len()),
                    sum(&|row| row.failures),
                )
            };
            for (name, row) in &state.rows {
                table += &line(&format!("`{name}`"), &[row]);
            }
            table += &line("all", &state.rows.values().collect::<Vec<_>>());
            let covered = state.granted.intersection(&state.written).count();
            let unmade: Vec<_> = state.granted.difference(&state.written).cloned().collect();
            let (met, rules) = state.rules;
            let summary = format!(
                "\nRules of the schema broken: {met}/{rules}. Writes that the chart grants, made: \
                 {covered}/{}",
                state.granted.len()
            );
            let unmade = match unmade.as_slice() {
                [] => String::new(),
                unmade => format!(" (not: {})", unmade.join(", ")),
            };
            [table, summary, unmade, ".\n".to_owned()].concat()
        })
    }
}
