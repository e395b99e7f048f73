//! Starts the catalog service.

use std::process::ExitCode;

use chassis::{Service, program};

fn main() -> ExitCode {
    program::run(Service::Catalog, catalog::openapi, async |settings| {
        catalog::run(catalog::Config::from_settings(&settings)?).await
    })
}
