//! Starts the orders service; with the argument `states` prints the order state machine.

use std::{io::Write, process::ExitCode};

use chassis::{Service, program};

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("states") {
        let page = orders::states();
        return match std::io::stdout().lock().write_all(page.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    program::run(Service::Orders, orders::openapi, async |settings| {
        orders::run(orders::Config::from_settings(&settings)?).await
    })
}
