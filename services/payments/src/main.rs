//! Starts the payments service.

use std::process::ExitCode;

use chassis::{Service, program};

fn main() -> ExitCode {
    program::run(Service::Payments, payments::openapi, async |settings| {
        payments::run(payments::Config::from_settings(&settings)?).await
    })
}
