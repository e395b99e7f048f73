//! Starts the storefront.

use std::process::ExitCode;

use chassis::{Service, program};

fn main() -> ExitCode {
    program::run(Service::Storefront, storefront::openapi, async |settings| {
        Ok(storefront::run(storefront::Config::from_settings(&settings)?).await?)
    })
}
