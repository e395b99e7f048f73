//! What was tried and what came of it.

use std::{collections::BTreeSet, sync::Mutex, time::Instant};

use crate::{
    kit::fault::{Class, Event, Plan},
    workloads::WORKLOADS,
};

/// One workload's row.
#[derive(Debug, Default)]
pub struct Row {
    /// What there is to strike.
    met: BTreeSet<Event>,
    struck: BTreeSet<Event>,
    planned: usize,
    run: usize,
    /// Plans whose event did not come: how often a status is written depends on timing.
    missed: usize,
    failures: Vec<String>,
}

impl Row {
    pub fn new(met: BTreeSet<Event>) -> Self {
        Self {
            met,
            ..Self::default()
        }
    }
}

/// All rows.
pub struct Report {
    started: Instant,
    rows: Mutex<Vec<Row>>,
}

impl Report {
    pub fn new(rows: Vec<Row>) -> Self {
        Self {
            started: Instant::now(),
            rows: Mutex::new(rows),
        }
    }

    pub fn planned(&self, workload: usize, plans: usize) {
        self.rows.lock().unwrap()[workload].planned = plans;
    }

    /// Notes what one plan came to; says how it stands now and then.
    pub fn note(&self, workload: usize, plan: Option<&Plan>, result: &Result<bool, String>) {
        let mut rows = self.rows.lock().unwrap();
        let row = &mut rows[workload];
        row.run += usize::from(plan.is_some());
        match (result, plan) {
            // What strikes every write at once is no proof of any one of them.
            (Ok(true), Some(plan)) => row.struck.extend(plan.event.clone()),
            (Ok(_), Some(_)) => row.missed += 1,
            (Ok(_), None) => {}
            (Err(message), plan) => {
                let plan = plan.map_or_else(|| "no fault".to_owned(), ToString::to_string);
                let failure = format!("{}: {plan}: {message}", WORKLOADS[workload].name);
                println!("FAILED {failure}");
                row.failures.push(failure);
            }
        }
        let run: usize = rows.iter().map(|row| row.run).sum();
        if plan.is_some() && run.is_multiple_of(10) {
            let planned: usize = rows.iter().map(|row| row.planned).sum();
            let failures: usize = rows.iter().map(|row| row.failures.len()).sum();
            let took = self.started.elapsed().as_secs();
            println!("{took:>4} s: {run} of {planned} plans, {failures} failures");
        }
    }

    pub fn failures(&self) -> Vec<String> {
        let rows = self.rows.lock().unwrap();
        rows.iter().flat_map(|row| row.failures.clone()).collect()
    }

    /// As a Markdown table.
    pub fn table(&self) -> String {
        let rows = self.rows.lock().unwrap();
        let mut table = "| workload | writes | watch events | changed reads | plans run | missed | failures |\n\
             | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
            .to_owned();
        let line = |name: &str, rows: &[&Row]| {
            let covered = |class| {
                let count = |events: &BTreeSet<Event>| {
                    events.iter().filter(|event| event.class == class).count()
                };
                let struck: usize = rows.iter().map(|row| count(&row.struck)).sum();
                let met: usize = rows.iter().map(|row| count(&row.met)).sum();
                format!("{struck}/{met}")
            };
            let sum = |of: fn(&Row) -> usize| rows.iter().map(|row| of(row)).sum::<usize>();
            format!(
                "| {name} | {} | {} | {} | {} | {} | {} |\n",
                covered(Class::Write),
                covered(Class::Frame),
                covered(Class::Read),
                sum(|row| row.run),
                sum(|row| row.missed),
                sum(|row| row.failures.len()),
            )
        };
        for (workload, row) in WORKLOADS.iter().zip(rows.iter()) {
            table += &line(workload.name, &[row]);
        }
        table + &line("all", &rows.iter().collect::<Vec<_>>())
    }
}
